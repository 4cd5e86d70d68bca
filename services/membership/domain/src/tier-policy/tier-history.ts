import type { Instant } from '@tallystick/vocabulary';
import type { TierPolicy } from './tier-policy.decider';

/** A change of a member's growth value. */
export interface GrowthFact {
  readonly amount: bigint;
  /** When it counts from. */
  readonly effectiveAt: Instant;
  /** The window that counts it is that of this instant; a window that is over by `effectiveAt` is not reopened (G5). */
  readonly earnedAt: Instant;
}

/** The tier holds from this instant until the next entry. */
export interface TierStep {
  readonly tier: string;
  readonly validFrom: Instant;
}

/** Start of the window that an instant lies in, and of the one after it; the caller knows the zone. `next` may be absent. */
export interface Window {
  readonly start: Instant;
  readonly next?: Instant;
}

/**
 * A member's tiers over time, as a function of the policy and the growth facts, whatever order they arrived in. Within
 * a window a tier is reached by the fact that lifts the score to it and is not lost again; at the window's end, once it
 * has been reviewed (`reviewedUntil`), it becomes what the window's score earned, for the next window (G2, G3, default
 * "growth refund: in its own window, at period end"). Before the first step the member is in the base tier.
 */
export function tierHistory(
  policy: TierPolicy,
  facts: readonly GrowthFact[],
  windowOf: (at: Instant) => Window,
  reviewedUntil: Instant,
): TierStep[] {
  const steps: TierStep[] = [];
  let level = -1;
  let score = 0n;
  let window: Window | undefined;
  const step = (to: number, validFrom: Instant): void => {
    level = to;
    if (steps.at(-1)?.validFrom === validFrom) steps.pop();
    if ((steps.at(-1)?.tier ?? policy.baseTier) !== nameOf(policy, to))
      steps.push({ tier: nameOf(policy, to), validFrom });
  };
  const review = (until: Instant): void => {
    while (window?.next !== undefined && window.next <= until && window.next <= reviewedUntil) {
      if (policy.downgrade === 'recompute') step(reached(policy, score), window.next);
      score = 0n;
      window = windowOf(window.next);
      if (level < 0) return;
    }
  };
  for (const fact of [...facts].sort(byEffect)) {
    review(fact.effectiveAt);
    const present = windowOf(fact.effectiveAt);
    if (present.start !== window?.start) score = 0n;
    window = present;
    if (fact.earnedAt < window.start) continue;
    score += fact.amount;
    const earned = reached(policy, score);
    if (earned > level) step(earned, fact.effectiveAt);
  }
  review(reviewedUntil);
  return steps;
}

/** Accruals before returns of the same instant, so that the order is total for all that matters. */
function byEffect(a: GrowthFact, b: GrowthFact): number {
  if (a.effectiveAt !== b.effectiveAt) return a.effectiveAt - b.effectiveAt;
  return a.amount === b.amount ? a.earnedAt - b.earnedAt : a.amount > b.amount ? -1 : 1;
}

/** Index of the highest level that a score reaches, -1 for the base tier. */
export function reached(policy: TierPolicy, score: bigint): number {
  let level = -1;
  policy.levels.forEach(({ from }, index) => {
    if (score >= BigInt(from)) level = index;
  });
  return level;
}

function nameOf(policy: TierPolicy, level: number): string {
  return level < 0 ? policy.baseTier : policy.levels[level]!.tier;
}
