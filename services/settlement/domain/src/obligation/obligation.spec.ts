import { obligationsOf, outOfBreakage, valueOf } from './obligation';

describe('obligations of a movement', () => {
  it('are what the issuer of each lot owes for the points that moved', () => {
    expect(
      obligationsOf([
        {
          entry: 'issued',
          asset: 'POINTS',
          lot: 'till-1:r-1:POINTS',
          issuer: 'market',
          amount: 120n,
          unitCost: '1/100',
        },
        { entry: 'redeemed', asset: 'POINTS', lot: 'till-1:r-2:POINTS', issuer: 'park', amount: -20n, unitCost: '1' },
      ]),
    ).toEqual([
      {
        entry: 'issued',
        asset: 'POINTS',
        lot: 'till-1:r-1:POINTS',
        issuer: 'market',
        points: 120n,
        unitCost: { numerator: 1n, denominator: 100n },
      },
      {
        entry: 'redeemed',
        asset: 'POINTS',
        lot: 'till-1:r-2:POINTS',
        issuer: 'park',
        points: -20n,
        unitCost: { numerator: 1n, denominator: 1n },
      },
    ]);
  });

  it('are none for a part that found no lot', () => {
    expect(obligationsOf([{ entry: 'issued', asset: 'POINTS', issuer: 'market', amount: 5n }])).toEqual([]);
  });

  it('cost nothing where the lot names no unit cost', () => {
    const [obligation] = obligationsOf([{ entry: 'issued', asset: 'POINTS', lot: 'l', issuer: 'market', amount: 5n }]);
    expect(valueOf(obligation!.points, obligation!.unitCost)).toEqual({ numerator: 0n, denominator: 1n });
  });

  it('move at both issuers where the issuer of a lot was corrected', () => {
    const lot = { entry: 'issued', asset: 'POINTS', lot: 'l', unitCost: '1' } as const;
    expect(
      obligationsOf([
        { ...lot, issuer: 'market', amount: -50n },
        { ...lot, issuer: 'park', amount: 45n },
      ]).map(({ issuer, points }) => [issuer, points]),
    ).toEqual([
      ['market', -50n],
      ['park', 45n],
    ]);
  });

  it('add up parts of one lot whose unit costs are equal however they are written, and leave out what cancels', () => {
    const part = { entry: 'issued', asset: 'POINTS', lot: 'l', issuer: 'market' } as const;
    expect(
      obligationsOf([
        { ...part, amount: 5n, unitCost: '0.5' },
        { ...part, amount: 7n, unitCost: '2/4' },
        { ...part, lot: 'k', amount: 1n, unitCost: '1' },
        { ...part, lot: 'k', amount: -1n, unitCost: '1' },
      ]),
    ).toEqual([{ ...part, points: 12n, unitCost: { numerator: 1n, denominator: 2n } }]);
  });

  it('keep apart what was reversed and what had expired, where a return took out of breakage: nothing more is owed', () => {
    const taken = { asset: 'POINTS', lot: 'l', issuer: 'market', amount: -4n, unitCost: '1' };
    const obligations = obligationsOf(outOfBreakage([taken]));
    expect(obligations.map(({ entry, points }) => [entry, points])).toEqual([
      ['reversed', -4n],
      ['expired', 4n],
    ]);
  });

  it('refuse a unit cost that is no rate', () => {
    expect(() =>
      obligationsOf([{ entry: 'issued', asset: 'POINTS', lot: 'l', issuer: 'm', amount: 5n, unitCost: 'x' }]),
    ).toThrow(RangeError);
  });
});

describe('the value of points', () => {
  it('is exact', () =>
    expect(valueOf(150n, { numerator: 1n, denominator: 100n })).toEqual({ numerator: 150n, denominator: 100n }));
});
