import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { type GrowthFact, tierHistory, type Window } from './tier-history';
import type { TierPolicy } from './tier-policy.decider';

const policy: TierPolicy = {
  baseTier: 'ordinary',
  levels: [
    { tier: 'silver', from: '1000' },
    { tier: 'gold', from: '2001' },
    { tier: 'diamond', from: '6001' },
  ],
  window: 'calendar-year',
  downgrade: 'recompute',
};

/** Calendar years in UTC. */
function year(at: Instant): Window {
  const number = Number(formatInstant(at).slice(0, 4));
  return { start: instant(`${number}-01-01T00:00:00Z`), next: instant(`${number + 1}-01-01T00:00:00Z`) };
}

const LIFETIME = (): Window => ({ start: 0 as Instant });
const at = (day: string): Instant => instant(`${day}T12:00:00Z`);
const grew = (amount: number, day: string, earned = day): GrowthFact => ({
  amount: BigInt(amount),
  effectiveAt: at(day),
  earnedAt: at(earned),
});
const told = (facts: readonly GrowthFact[], reviewed = '2026-12-31', rules = policy): string[] =>
  tierHistory(rules, facts, year, at(reviewed)).map(
    ({ tier, validFrom }) => `${tier} ${formatInstant(validFrom).slice(0, 10)}`,
  );

describe('a tier history', () => {
  it.each([
    [999, 'ordinary'],
    [1000, 'silver'],
    [2000, 'silver'],
    [2001, 'gold'],
    [6000, 'gold'],
    [6001, 'diamond'],
  ])('puts a member with %i growth into %s (E42)', (growth, tier) => {
    const history = tierHistory(
      { ...policy, window: 'lifetime' },
      [grew(growth, '2026-03-01')],
      LIFETIME,
      at('2030-01-01'),
    );
    expect(history.at(-1)?.tier ?? 'ordinary').toBe(tier);
  });

  it('begins a tier with the fact that reaches it', () => {
    expect(told([grew(900, '2026-03-01'), grew(100, '2026-04-01'), grew(1500, '2026-05-01')])).toEqual([
      'silver 2026-04-01',
      'gold 2026-05-01',
    ]);
  });

  it('keeps a tier to the end of the window after the one that earned it, then recomputes', () => {
    const facts = [grew(2500, '2024-05-01'), grew(1200, '2025-05-01')];
    expect(told(facts, '2025-12-31')).toEqual(['gold 2024-05-01']);
    expect(told(facts, '2026-06-01')).toEqual(['gold 2024-05-01', 'silver 2026-01-01']);
    expect(told(facts, '2027-06-01')).toEqual(['gold 2024-05-01', 'silver 2026-01-01', 'ordinary 2027-01-01']);
  });

  it('keeps every tier where the policy knows no downgrade', () => {
    expect(told([grew(2500, '2024-05-01')], '2028-01-02', { ...policy, downgrade: 'none' })).toEqual([
      'gold 2024-05-01',
    ]);
  });

  it('does not take a tier back within its window when growth is returned', () => {
    expect(told([grew(1000, '2026-03-01'), grew(-600, '2026-06-01', '2026-03-01')])).toEqual(['silver 2026-03-01']);
  });

  it('counts what was returned when the window ends', () => {
    const facts = [grew(1000, '2024-03-01'), grew(-600, '2024-06-01', '2024-03-01')];
    expect(told(facts, '2025-01-02')).toEqual(['silver 2024-03-01', 'ordinary 2025-01-01']);
  });

  it('does not reopen a window that is over: the present score is unchanged', () => {
    const facts = [grew(1500, '2025-03-01'), grew(-1000, '2026-02-01', '2025-03-01'), grew(1000, '2026-03-01')];
    expect(told(facts, '2026-06-01')).toEqual(['silver 2025-03-01']);
  });

  it('is the same for every order of arrival', () => {
    const fact = fc.record({
      amount: fc.integer({ min: -900, max: 2500 }),
      day: fc.integer({ min: 0, max: 60 }).map((step) => step * 20),
    });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (list, noise) => {
        const start = at('2023-01-01');
        const facts = list.map(({ amount, day }) => {
          const when = (start + day * 86_400_000) as Instant;
          return { amount: BigInt(amount), effectiveAt: when, earnedAt: when };
        });
        const shuffled = facts.map((one) => ({ one, key: noise.next().value })).sort((a, b) => a.key - b.key);
        const now = at('2026-06-01');
        expect(
          tierHistory(
            policy,
            shuffled.map(({ one }) => one),
            year,
            now,
          ),
        ).toEqual(tierHistory(policy, facts, year, now));
      }),
    );
  });
});
