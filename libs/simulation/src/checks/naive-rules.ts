import { GROWTH_RATE, RULE_SETS, TIER_POLICY } from '../suite/program';

/** A tier and the instant from which it holds; texts that sort as instants do. */
export interface TierPeriod {
  readonly tier: string;
  readonly validFrom: string;
}

/** Points of a base in minor units, by the rules in force and the tier: one multiplication, rounded down once. */
export function pointsOf(base: bigint, occurredAt: string, tier: string | undefined): bigint {
  const rules = RULE_SETS.findLast(({ validFrom }) => validFrom <= occurredAt)!;
  const [numerator, denominator] = rules.rate;
  const [factor, of] = rules.factors[tier ?? ''] ?? [1n, 1n];
  return (base * numerator * factor) / (denominator * of);
}

export function growthOf(base: bigint): bigint {
  return (base * GROWTH_RATE[0]) / GROWTH_RATE[1];
}

/** The tier that held before an instant. */
export function tierBefore(tiers: readonly TierPeriod[], at: string): string | undefined {
  return tiers.findLast(({ validFrom }) => validFrom < at)?.tier;
}

/** Tiers for life: each is reached by the change of growth that lifts the sum to it; at one instant gains come first. */
export function tiersOf(changes: readonly { readonly at: string; readonly amount: bigint }[]): TierPeriod[] {
  const inOrder = [...changes].sort((a, b) => (a.at === b.at ? Number(b.amount - a.amount) : a.at < b.at ? -1 : 1));
  const tiers = new Map<string, string>();
  let sum = 0n;
  let reached = 0;
  for (const { at, amount } of inOrder) {
    sum += amount;
    const level = TIER_POLICY.levels.filter(({ from }) => sum >= BigInt(from)).length;
    if (level <= reached) continue;
    reached = level;
    tiers.set(at, TIER_POLICY.levels[level - 1]!.tier);
  }
  return [...tiers].map(([validFrom, tier]) => ({ tier, validFrom }));
}
