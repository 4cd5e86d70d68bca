import type { BusinessReference } from '../purchase/purchase.content';

/**
 * The receipt of an evaluation, kept in the event: by which rules and tier, what each rule said and the numbers in
 * between, and the whole picture of what the purchase now earns and its returns take back (capabilities C20, §5-5).
 * Executed again on the purchase it gives the same numbers. Amounts are decimal text at the asset's scale.
 */
export interface Evaluation {
  readonly verdict: 'evaluated' | 'no-member';
  /** Absent where no rule set was in force. */
  readonly ruleSet?: { readonly version: string; readonly hash: string };
  /** Absent: the program's lowest tier, since no tier was heard of that began before the purchase. */
  readonly tier?: TierUsed;
  readonly rules: readonly RuleVerdict[];
  readonly grants: readonly Granted[];
  /** In order of (effectiveAt, source, id), whatever the order of arrival (capabilities L13). */
  readonly returns: readonly TakenBack[];
  /** Present where the purchase earns, or once earned, anything: then it is announced anew with every change. */
  readonly qualified?: true;
}

/** The tier at the purchase and the revision of the member's stream that told it. */
export interface TierUsed {
  readonly tier: string;
  readonly validFrom: string;
}

/** Which condition of a rule failed first. */
export type FailedCondition = 'no-member' | 'other-unit' | 'other-store' | 'other-format' | 'nothing-counts';

/** What a rule said: the first failing condition, or base × rate × factors = exact, rounded once to `result`. */
export interface RuleVerdict {
  readonly rule: string;
  readonly asset: string;
  readonly failed?: FailedCondition;
  /** Minor units that count. */
  readonly base?: string;
  readonly factors?: readonly FactorUsed[];
  /** The exact result before rounding, a rational. */
  readonly exact?: string;
  readonly result?: string;
}

export interface FactorUsed {
  /** `bracket:<from>`, `tier:<tier>` or the id of a named factor (capabilities C4: the source of each factor is kept). */
  readonly source: string;
  readonly factor: string;
}

export interface Granted {
  readonly asset: string;
  readonly amount: string;
  readonly unitCost: string;
  readonly allocation: readonly AllocatedShare[];
}

export interface AllocatedShare {
  readonly line: string;
  readonly rule: string;
  readonly amount: string;
}

/** What one linked return gives back and takes back. */
export interface TakenBack {
  readonly return: BusinessReference;
  readonly effectiveAt: string;
  readonly store: string;
  /** Minor units per line of the purchase. */
  readonly lines: readonly { readonly line: string; readonly amount: string }[];
  readonly amounts: readonly AssetAmount[];
  /** What each rule gives less, on what was kept, than before the return, a negative amount where it gives more; absent: as before. */
  readonly rules?: readonly { readonly rule: string; readonly asset: string; readonly amount: string }[];
}

export interface AssetAmount {
  readonly asset: string;
  readonly amount: string;
}
