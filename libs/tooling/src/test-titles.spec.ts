import { testTitles } from './test-titles';

describe('the titles of a specification', () => {
  it('are what its tests and groups are called, not what else it says', () => {
    const text = `
      // it('52: in a comment', () => {});
      describe('a group (case 12)', () => {
        const body = '53: no title';
        it('54: is a title', () => post('(case 55)', [56, 'no row']));
      });`;
    expect(testTitles(text)).toEqual(['a group (case 12)', '54: is a title']);
  });

  it('have a row of a table each, by its first cell', () => {
    const text = `
      const CASES = [[1, 'a'], [2, 'b']] as const;
      const named = { '76: none': () => 1, '77: other': () => 2 };
      const unused = [[3, 'c']];
      it.each([[4, 'x'], [5, 'y']])('case %i: %s', () => {});
      it.each(CASES.map(([number, what]) => [number, what]))('in case %i, %s', () => {});
      it.each(Object.keys(named))('%s', () => {});
      it.each(['x', 'y'])('16: %s', () => {});`;
    expect(testTitles(text)).toEqual([
      ...['case 4: %s', 'case 5: %s', 'in case 1, %s', 'in case 2, %s', '76: none', '77: other', '16: x', '16: y'],
    ]);
  });
});
