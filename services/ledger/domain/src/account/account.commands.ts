import type { Instant } from '@tallystick/vocabulary';
import type { Allocated, Reference } from './account.events';
import type { Clawback } from './account.state';
import type { AssetScope } from '../assets/asset-scope';
import type { DecisionCommand } from './decisions/decision.commands';

interface ForHolder {
  /** The merged account that it came for; absent where it came for this one. */
  readonly of?: string;
  readonly tenant: string;
  readonly account: string;
  readonly program: string;
  readonly holder: string;
}

/** An amount of one asset; whether the asset is a score is looked up by the application. */
export interface AssetAmount {
  readonly asset: string;
  readonly score: boolean;
  readonly amount: bigint;
}

/** An amount that a return takes back. */
export interface ReturnedAmount extends AssetAmount {
  /** Absent: `within_balance`. */
  readonly clawback?: Clawback;
}

/** One limit on what may be earned: the grants of one asset in one window sum to at most that. */
export interface EarnWindow {
  readonly window: 'transaction' | 'day' | 'week' | 'month' | 'life';
  /** Which window of its kind: the local date on which it begins; empty for a transaction and for life. */
  readonly key: string;
  readonly limit: bigint;
}

/** The earn caps in force for a grant (capabilities L17); looked up by the application, windows in the program's zone. */
export interface EarnCaps {
  /** `cut`: what fits is granted; `reject`: nothing is where not all fits. */
  readonly onExceed: 'cut' | 'reject';
  readonly windows: readonly EarnWindow[];
}

/** What an account may have of an asset at most: pending, available and held together (capabilities L17). */
export interface BalanceCap {
  readonly asset: string;
  readonly most: bigint;
  readonly onExceed: 'cut' | 'reject';
}

export interface GrantedAmount extends AssetAmount {
  readonly unitCost: string;
  /** Absent: never. */
  readonly expiresAt?: Instant;
  /** Lower is drawn first; absent: 0. */
  readonly priority?: number;
  /** Pending until then; absent: available at once, or with `activatesOn`. */
  readonly activatesAt?: Instant;
  /** Pending until this event of the purchase is reported. */
  readonly activatesOn?: string;
  /** Where the asset may be earned; absent: everywhere. */
  readonly scope?: AssetScope;
  readonly allocation: readonly Allocated[];
  /** Absent: as much as is asked for. */
  readonly caps?: EarnCaps;
}

export interface LinkedReturn {
  readonly return: Reference;
  readonly effectiveAt: Instant;
  readonly store: string;
  readonly amounts: readonly ReturnedAmount[];
}

/** The whole present picture of one purchase: what it grants and what each of its returns takes back. */
export interface ApplyEvaluation extends ForHolder {
  readonly kind: 'apply-evaluation';
  readonly purchase: Reference;
  readonly revision: number;
  readonly effectiveAt: Instant;
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly grants: readonly GrantedAmount[];
  readonly returns: readonly LinkedReturn[];
  /** True where one of the grants has caps. */
  readonly capped?: true;
  /** Absent: none. */
  readonly balanceCaps?: readonly BalanceCap[];
}

/** The whole present picture of one return that names no purchase. */
export interface ReverseUnlinked extends ForHolder {
  readonly kind: 'reverse-unlinked';
  readonly return: Reference;
  readonly revision: number;
  readonly effectiveAt: Instant;
  /** The unit that took the goods back. */
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly amounts: readonly ReturnedAmount[];
}

/** What arrives as a fact and counts from when it happened. */
export type FactCommand = ApplyEvaluation | ReverseUnlinked;

export type AccountCommand = FactCommand | DecisionCommand;
