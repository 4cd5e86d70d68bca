import { tierAt } from './tiers';

const silver = { tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' };
const gold = { tier: 'gold', validFrom: '2026-06-01T00:00:00.000Z' };

describe('the tier of a purchase', () => {
  it('is the last that began before it', () => {
    expect(tierAt([silver, gold], '2026-07-01T00:00:00.000Z')).toEqual(gold);
    expect(tierAt([silver, gold], '2026-05-31T23:59:59.999Z')).toEqual(silver);
  });

  it('does not begin at the same instant, since accrual comes before review', () => {
    expect(tierAt([silver, gold], gold.validFrom)).toEqual(silver);
    expect(tierAt([silver, gold], '2026-06-01T00:00:00.001Z')).toEqual(gold);
  });

  it('is none before the first', () => {
    expect(tierAt([silver, gold], silver.validFrom)).toBeUndefined();
    expect(tierAt([], silver.validFrom)).toBeUndefined();
  });
});
