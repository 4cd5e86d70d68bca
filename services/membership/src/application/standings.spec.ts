import { type GrowthFact, tierHistory, type TierPolicy, type Window } from '@tallystick/membership-domain';
import type { Instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { Standings } from './standings';

const YEAR = 100;
const windowOf = (at: Instant): Window => {
  const start = at - (at % YEAR);
  return { start: start as Instant, next: (start + YEAR) as Instant };
};
const policyOf = (downgrade: TierPolicy['downgrade']): TierPolicy => ({
  baseTier: 'ordinary',
  levels: [
    { tier: 'silver', from: '10' },
    { tier: 'gold', from: '20' },
  ],
  window: 'calendar-year',
  downgrade,
});
const factAt = (at: number, amount: number, earnedAt = at): GrowthFact => ({
  amount: BigInt(amount),
  effectiveAt: at as Instant,
  earnedAt: earnedAt as Instant,
});

const standings = new Standings();

/** True where the last fact was absorbed after a full review of those before it. */
function absorbsLast(facts: readonly GrowthFact[], policy: TierPolicy, reviewedUntil: Instant): boolean {
  const before = facts.slice(0, -1);
  const level = policy.levels.findIndex(
    ({ tier }) => tier === tierHistory(policy, before, windowOf, reviewedUntil).at(-1)?.tier,
  );
  standings.remember('m-1', before, level, windowOf);
  return standings.absorbs('m-1', facts.slice(-1), { policy, windowOf, reviewedUntil });
}

describe('standings', () => {
  const policy = policyOf('recompute');

  it('absorb what reaches no other level, in the present window and in one that is closed', () => {
    expect(absorbsLast([factAt(10, 5), factAt(20, 4)], policy, 0 as Instant)).toBe(true);
    expect(absorbsLast([factAt(10, 5), factAt(20, 4)], policy, 300 as Instant)).toBe(true);
  });

  it('leave to a full review what reaches another level of a closed window, upwards or downwards', () => {
    expect(absorbsLast([factAt(10, 5), factAt(20, 5)], policy, 300 as Instant)).toBe(false);
    expect(absorbsLast([factAt(10, 10), factAt(20, -1)], policy, 300 as Instant)).toBe(false);
  });

  it('leave to a full review what came late or lies in another window', () => {
    expect(absorbsLast([factAt(20, 5), factAt(10, 1)], policy, 0 as Instant)).toBe(false);
    expect(absorbsLast([factAt(20, 5), factAt(120, 1)], policy, 0 as Instant)).toBe(false);
  });

  it('absorb nothing that changes the history', () => {
    const facts = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 249 }), fc.integer({ min: -12, max: 12 }), fc.integer({ min: 0, max: 60 })),
      { minLength: 2, maxLength: 8 },
    );
    const downgrades = fc.constantFrom<TierPolicy['downgrade'][]>('recompute', 'none');
    let absorbed = 0;
    fc.assert(
      fc.property(facts, downgrades, fc.integer({ min: 0, max: 350 }), (raw, downgrade, until) => {
        const list = raw
          .sort(([a], [b]) => a - b)
          .map(([at, amount, ago]) => factAt(at, amount, Math.max(0, at - ago)));
        const judged = policyOf(downgrade);
        const reviewedUntil = until as Instant;
        if (!absorbsLast(list, judged, reviewedUntil)) return;
        absorbed += 1;
        const history = (of: readonly GrowthFact[]) => tierHistory(judged, of, windowOf, reviewedUntil);
        expect(history(list)).toEqual(history(list.slice(0, -1)));
      }),
      { numRuns: 1000 },
    );
    expect(absorbed).toBeGreaterThan(100);
  });
});
