import type { CompiledRules } from '../rule-set/compiled-rules';
import type { TierUsed } from './evaluation';

/**
 * The tier of a purchase by a member's history, oldest first: the last that began before the purchase. At the same
 * instant accrual comes before review, so a tier that begins at `occurredAt` itself does not count yet (design §3).
 */
export function tierAt(history: readonly TierUsed[], occurredAt: string): TierUsed | undefined {
  for (let i = history.length - 1; i >= 0; i--) {
    const { tier, validFrom } = history[i]!;
    if (validFrom < occurredAt) return { tier, validFrom };
  }
  return undefined;
}

/** Whether two tiers may lead to different results by these rules, for the whole receipt or for what is kept of it. */
export function tiersDiffer(rules: CompiledRules, a: TierUsed | undefined, b: TierUsed | undefined): boolean {
  if (!rules.dependsOnTier || a?.tier === b?.tier) return false;
  return rules.rules.some(
    ({ tierFactors }) => tierFactors.get(a?.tier ?? '')?.text !== tierFactors.get(b?.tier ?? '')?.text,
  );
}
