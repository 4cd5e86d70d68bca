import { atLeast, atMost, figureOf, isMet, tableOf } from './figures';

describe('a figure', () => {
  const repeats = [
    { value: 10, reference: 100 },
    { value: 30, reference: 100 },
    { value: 20, reference: 50 },
  ];

  it('is the median of its repeats, its ratio the median of theirs', () => {
    const figure = figureOf({ name: 'rate', unit: '/s', referenceName: 'COPY' }, repeats);
    expect(figure).toEqual({
      name: 'rate',
      unit: '/s',
      value: 20,
      reference: { name: 'COPY', value: 100 },
      ratio: 0.3,
    });
  });

  it('meets a bar on its ratio or on its value', () => {
    const about = { name: 'rate', unit: '/s', referenceName: 'COPY' } as const;
    const bars = [atLeast(0.3), atLeast(0.31), atLeast(20, 'value'), atMost(19)];
    expect(bars.map((bar) => isMet(figureOf({ ...about, bar }, repeats)))).toEqual([true, false, true, false]);
    expect(isMet(figureOf(about, repeats))).toBeUndefined();
  });

  it('is a line of the table with its bar and whether it holds', () => {
    const bar = atLeast(0.31);
    const lines = tableOf([figureOf({ name: 'rate', unit: '/s', referenceName: 'COPY', bar }, repeats)]);
    expect(lines).toEqual(
      ['figure  value  reference   ratio  bar     met?  note', 'rate    20 /s  COPY 100 /s  0.300  ≥ 0.31  NO'].map(
        (line) => (line.startsWith('figure') ? line.replace('reference   ', 'reference    ') : line),
      ),
    );
  });
});
