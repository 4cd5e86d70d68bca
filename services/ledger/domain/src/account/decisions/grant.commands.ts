import type { Instant } from '@tallystick/vocabulary';
import type { StoredOrder } from '../../assets/asset-policy';
import type { AssetScope } from '../../assets/asset-scope';
import type { ForAccount, InParts, SpendCap } from './decision.commands';

/** Who grants lots of an asset, and where; opens the account where this is its first event. */
export interface Granting extends ForAccount {
  readonly program: string;
  readonly holder: string;
  /** The caller's name of it, unique in its account among those of its kind. */
  readonly grant: string;
  readonly asset: string;
  /** The most that the account may have of the asset afterwards; absent: no limit. */
  readonly balanceCap?: bigint;
  /** Who owes for what is granted: the unit that took the cash, gives, lends or grants the credit (capabilities S18). */
  readonly unit: string;
  readonly store?: string;
  /** Minor units of money per unit, a rational: the cost basis of the lots. */
  readonly unitCost: string;
  /** Where the asset may be earned; absent: everywhere. */
  readonly scope?: AssetScope;
}

/** Grants a lot that was sold for cash, or is a gift of the unit (capabilities L22). */
export interface GrantPoints extends Granting {
  readonly kind: 'grant-points';
  readonly by: 'bought' | 'gift';
  readonly amount: bigint;
  /** Absent: never. */
  readonly expiresAt?: Instant;
}

/** Loads stored value: a lot of what was paid, which never expires, and one of what is given on top (capabilities CD2). */
export interface TopUp extends Granting {
  readonly kind: 'top-up';
  readonly principal: bigint;
  /** 0: nothing is given on top. */
  readonly bonus: bigint;
  /** When what is given on top ends; absent: never. */
  readonly bonusExpiresAt?: Instant;
  /** Which part is spent first, for as long as the lots live; `pro_rata` is said again by whoever holds. */
  readonly order: StoredOrder;
}

/** Lends points up to a limit, to be repaid first by what is earned later (capabilities L22). */
export interface LendPoints extends Granting {
  readonly kind: 'lend-points';
  readonly amount: bigint;
  /** What may be owed of the asset at once: that of the holder's tier. */
  readonly limit: bigint;
  readonly dueAt: Instant;
}

/** Raises or lowers the limit of a line of credit; `amount` is signed and not zero (capabilities CD2). */
export interface ChangeLimit extends Granting {
  readonly kind: 'change-limit';
  readonly amount: bigint;
}

/** Repays credit in cash, the debt that is due first first: as much may be spent again. */
export interface RepayCredit extends Granting {
  readonly kind: 'repay-credit';
  /** Absent: all that is owed. */
  readonly amount?: bigint;
}

/** Pays unused principal back in cash; what was given on top of it falls in proportion (capabilities CD2). */
export interface RefundPrincipal extends ForAccount {
  readonly kind: 'refund-principal';
  readonly refund: string;
  readonly asset: string;
  /** Absent: all that is left. */
  readonly amount?: bigint;
  /** The unit, and store, that pays. */
  readonly unit: string;
  readonly store?: string;
}

/** Repays a loan with points that are there. */
export interface RepayLoan extends ForAccount {
  readonly kind: 'repay-loan';
  readonly repayment: string;
  /** The name that the loan was granted under. */
  readonly loan: string;
  /** Absent: all that is owed. */
  readonly amount?: bigint;
}

/** Lets lots live again that expired since an instant (capabilities L22). */
export interface ReactivateLots extends InParts {
  readonly kind: 'reactivate-lots';
  readonly reactivation: string;
  readonly asset: string;
  /** Absent: every lot of the asset that may be. */
  readonly lots?: readonly string[];
  /** Lots whose date is before this stay expired: the window is over. */
  readonly since: Instant;
  readonly until: Instant;
  /** The most that the account may have of the asset afterwards; absent: no limit. */
  readonly balanceCap?: bigint;
}

/** One asset of a mixed hold and its terms. */
export interface MixedPart {
  readonly asset: string;
  /** What one unit gives of the asset that is due, a rational; `1` for that asset itself. */
  readonly rate: string;
  readonly scope?: AssetScope;
  readonly order?: 'pro_rata';
  readonly expireUnderHold: 'protect' | 'lapse';
  /** Absent: no limit. */
  readonly caps?: readonly SpendCap[];
}

/** Reserves an amount that is due in one asset out of several, in their order (capabilities L16). */
export interface PlaceMixedHold extends ForAccount {
  readonly kind: 'place-mixed-hold';
  /** The caller's name of the hold, unique in its account among all holds. */
  readonly hold: string;
  /** What `amount` counts. */
  readonly asset: string;
  readonly amount: bigint;
  /** At least one, no asset twice. */
  readonly parts: readonly MixedPart[];
  readonly ttlSeconds: number;
  readonly unit: string;
  readonly store?: string;
}

/** Says which debts are due and not repaid. */
export interface NoteOverdue extends ForAccount {
  readonly kind: 'note-overdue';
}

export type GrantCommand = GrantPoints | TopUp | LendPoints | ChangeLimit | RepayCredit;
export type ValueCommand = PlaceMixedHold | GrantCommand | RefundPrincipal | RepayLoan | ReactivateLots | NoteOverdue;
