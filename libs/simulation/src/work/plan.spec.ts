import { Random } from '../world/random';
import { planOf } from './plan';

const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1);
const plans = SEEDS.map((seed) => planOf(seed, new Random(seed)));

describe('the plan of a seed', () => {
  it('mixes the kinds of work in every way', () => {
    const mixtures = new Set(
      plans.map(({ hasStrays, hasDesk, hasSpending }) => [hasStrays, hasDesk, hasSpending].join()),
    );
    expect(mixtures.size).toBe(8);
  });

  it('has every kind of work, and the most of it, on each 25th seed', () => {
    const long = SEEDS.filter((_, index) => plans[index]!.isLong);
    expect(long).toEqual([25, 50, 75, 100, 125, 150, 175, 200, 225, 250, 275, 300]);
    expect(plans[24]).toMatchObject({ hasStrays: true, hasDesk: true, hasSpending: true, purchases: [3, 7] });
  });

  it('begins with other draws on each seed', () => {
    const first = SEEDS.map((seed) => new Random(seed).between(0, 99));
    expect(new Set(first).size).toBeGreaterThan(80);
  });
});
