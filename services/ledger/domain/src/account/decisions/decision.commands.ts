import type { Instant, RoundingMode } from '@tallystick/vocabulary';
import type { AssetScope } from '../../assets/asset-scope';
import type { ValueCommand } from './grant.commands';
import type { Carried, CarriedNames } from './merge.events';
import type { PoolMember } from './pool.events';

/** A decision on an account that exists; `at` is the server's clock, entered with the command. */
export interface ForAccount {
  readonly tenant: string;
  readonly account: string;
  /** Of the caller's credential; absent where time, or the ledger itself, acts. */
  readonly program?: string;
  readonly at: Instant;
}

/** A decision on all lots of an account, which may be more than one append takes. */
export interface InParts extends ForAccount {
  /** Present for the appends before the last, each a command of its own: so many lots, and nothing once the last takes the rest. */
  readonly part?: true;
}

/** One limit on what may be spent of an asset: what is held or redeemed by holds placed since `from` (capabilities L17). */
export interface SpendCap {
  readonly window: 'transaction' | 'day' | 'week' | 'month' | 'life';
  readonly limit: bigint;
  /** When the window has begun; absent for a transaction, which is a window of its own, and for life. */
  readonly from?: Instant;
}

/** Reserves an amount of one asset (capabilities L5). */
export interface PlaceHold extends ForAccount {
  readonly kind: 'place-hold';
  /** The caller's name of the hold, unique in its account. */
  readonly hold: string;
  readonly asset: string;
  readonly amount: bigint;
  /** Whole seconds until it lapses, more than 0. */
  readonly ttlSeconds: number;
  /** The unit, and store, that accepts the points. */
  readonly unit: string;
  readonly store?: string;
  /** `lapse`: the hold ends with the first of its lots that expires; `protect`: its lots live as long as it does. */
  readonly expireUnderHold: 'protect' | 'lapse';
  /** Absent: no limit. */
  readonly caps?: readonly SpendCap[];
  /** What is to be reserved of which lots, Σ = amount; absent: in draw order. */
  readonly slices?: readonly { readonly lot: string; readonly amount: bigint }[];
  /** The till that may spend it offline: then the hold is a lease (capabilities X3). */
  readonly till?: string;
  /** Where the asset may be spent; absent: everywhere. */
  readonly scope?: AssetScope;
  /** Present: of stored value, principal and gifted part are drawn in proportion; absent: in draw order. */
  readonly order?: 'pro_rata';
  /** Who spends of a pool, and when his day and his month began in the program's zone; absent where it is none. */
  readonly by?: { readonly member: string; readonly day: Instant; readonly month: Instant };
}

/** Ends a hold as a redemption. */
export interface CaptureHold extends ForAccount {
  readonly kind: 'capture-hold';
  readonly hold: string;
  /** Present where it is a hold of several assets. */
  readonly mixed?: true;
  /** The unit that the caller's credential is bound to; absent: any. */
  readonly boundTo?: string;
  /** Absent: all of it. Of a hold of several assets in units of what is due. */
  readonly amount?: bigint;
  /** True where more than was held may be captured, if it is there. */
  readonly beyondHold: boolean;
  readonly unit: string;
  readonly store?: string;
  /** For what is captured beyond the hold; absent: no limit. */
  readonly caps?: readonly SpendCap[];
  /** Where the asset of the hold may be spent; absent: everywhere. */
  readonly scope?: AssetScope;
  /** Present: a part is taken of every slice in proportion; absent: from the first drawn on. */
  readonly order?: 'pro_rata';
  /** Of a hold of several assets: those whose part is taken of every slice in proportion. */
  readonly inProportion?: readonly string[];
  /** When what was drawn on credit is to be repaid; absent: at once. */
  readonly dueAt?: Instant;
}

/** Ends a hold without redemption. */
export interface ReleaseHold extends ForAccount {
  readonly kind: 'release-hold';
  readonly hold: string;
  /** Present where it is a hold of several assets. */
  readonly mixed?: true;
  readonly boundTo?: string;
}

/** Says what a till has spent offline of a lease (capabilities 5-15, X3). */
export interface SettleLease extends ForAccount {
  readonly kind: 'settle-lease';
  /** The name of the lease: a hold that a till was granted. */
  readonly hold: string;
  readonly boundTo?: string;
  /** What was spent in all; 0: nothing, the lease is given back. */
  readonly amount: bigint;
  readonly unit: string;
  readonly store?: string;
}

/** Decides on what was settled after its lease had ended. */
export interface DecideLateSettlement extends ForAccount {
  readonly kind: 'decide-late-settlement';
  readonly hold: string;
  /** The name of the redemption that honours it; absent: it is refused. */
  readonly redemption?: string;
  readonly reason: string;
  /** On what may be spent of the asset now; absent: no limit. */
  readonly caps?: readonly SpendCap[];
  /** True where it is honoured also beyond them. */
  readonly beyondCaps?: boolean;
}

/** Undoes a redemption or a part of it (capabilities L9). */
export interface CancelRedemption extends ForAccount {
  readonly kind: 'cancel-redemption';
  readonly hold: string;
  /** Present where it is a hold of several assets. */
  readonly mixed?: true;
  /** The caller's name of the cancellation, unique in its account. */
  readonly cancellation: string;
  readonly boundTo?: string;
  /** Absent: all that is left of it. */
  readonly amount?: bigint;
  /** Until when a lot lives again whose date has passed; absent: it lapses at once. */
  readonly graceUntil?: Instant;
}

/** Books what time has done by `at`: pending lots, holds and lots whose time has come (capabilities L4, L5, L6). */
export interface PassTime extends ForAccount {
  readonly kind: 'pass-time';
}

/** Makes the pending lots of a purchase available that wait for this event (capabilities L4). */
export interface ActivateLots extends ForAccount {
  readonly kind: 'activate-lots';
  readonly purchase: { readonly source: string; readonly id: string };
  readonly on: string;
}

/** Lets lots expire later (capabilities L6). */
export interface ExtendExpiry extends InParts {
  readonly kind: 'extend-expiry';
  readonly extension: string;
  readonly asset: string;
  /** Absent: every lot of the asset that has something left and ends earlier. */
  readonly lots?: readonly string[];
  readonly to: Instant;
  readonly reason: string;
}

/** A reasoned correction; `amount` is signed and not zero (capabilities L11). */
export interface AdjustPoints extends ForAccount {
  readonly kind: 'adjust-points';
  /** The merged account that it was asked for; absent where it was asked for this one. */
  readonly of?: string;
  readonly adjustment: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly reason: string;
  /** Who bears the cost of a credit, or gains by a debit. */
  readonly unit: string;
  readonly unitCost: string;
  readonly expiresAt?: Instant;
  /** The most that the account may have of the asset after a credit; absent: no limit. */
  readonly balanceCap?: bigint;
  /** Where the asset may be earned; absent: everywhere. */
  readonly scope?: AssetScope;
}

/** Sends points to another account of the program (capabilities L10). */
export interface SendPoints extends ForAccount {
  readonly kind: 'send-points';
  readonly transfer: string;
  /** Who receives them; the account follows from it. */
  readonly toHolder: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** A part of a lot on its way to another account. */
export interface ArrivingLot {
  readonly issuer: string;
  readonly unitCost: string;
  readonly amount: bigint;
  readonly priority: number;
  readonly activatedAt: Instant;
  readonly expiresAt?: Instant;
}

/** Receives what another account has sent; opens the account where this is its first event. */
export interface ReceivePoints extends ForAccount {
  /** The merged account that they were sent to; absent where they were sent to this one. */
  readonly of?: string;
  readonly kind: 'receive-points';
  readonly program: string;
  readonly holder: string;
  readonly transfer: string;
  readonly from: string;
  readonly asset: string;
  readonly lots: readonly ArrivingLot[];
}

/** Brings lots of another system in, with the dates that they had there; opens the account where it is new. */
export interface ImportPoints extends ForAccount {
  readonly kind: 'import-points';
  readonly program: string;
  readonly holder: string;
  readonly import: string;
  readonly asset: string;
  readonly lots: readonly ArrivingLot[];
  /** What the other system says the sum is. */
  readonly expected: bigint;
  /** Where the asset may be earned; absent: everywhere. */
  readonly scope?: AssetScope;
}

/** Changes points of one asset into points of another. */
export interface ExchangePoints extends ForAccount {
  readonly kind: 'exchange-points';
  readonly exchange: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly toAsset: string;
  /** What one point gives, a rational such as `3/2`. */
  readonly rate: string;
  readonly rateVersion: string;
  readonly rounding: RoundingMode;
  /** The most that the account may have of `toAsset` afterwards; absent: no limit. */
  readonly balanceCap?: bigint;
}

/** Opens an account that several members fill and spend of (capabilities M5). */
export interface OpenPool extends ForAccount {
  readonly kind: 'open-pool';
  readonly program: string;
  readonly holder: string;
  readonly owner: string;
  readonly members: readonly PoolMember[];
}

/** Lets a member belong to a pool, within limits. */
export interface SetPoolMember extends ForAccount, PoolMember {
  readonly kind: 'set-pool-member';
}

/** Lets a member leave a pool with what is left of his own lots. */
export interface LeavePool extends InParts {
  readonly kind: 'leave-pool';
  /** The caller's name of it, unique in the account. */
  readonly leave: string;
  readonly member: string;
}

/** Gives all that an account has to another one, as a merge was decided (capabilities M4). */
export interface MergeAccount extends ForAccount {
  readonly kind: 'merge-account';
  readonly merge: string;
  /** The account that it becomes a part of, and its holder. */
  readonly into: string;
  readonly intoHolder: string;
}

/** Takes in all that a merged account had; `carried` is what its `AccountMerged` says (capabilities M4). */
export interface AbsorbAccount extends ForAccount {
  readonly kind: 'absorb-account';
  readonly merge: string;
  readonly from: string;
  readonly fromHolder: string;
  readonly carried: Carried;
}

/** Gives back what is of a merged account by its lineage (capabilities M4). */
export interface SplitAccount extends ForAccount {
  readonly kind: 'split-account';
  readonly merge: string;
  readonly from: string;
}

/** Takes back what the other account has given back, as its `AccountSplit` says (capabilities M4). */
export interface RestoreAccount extends ForAccount {
  readonly kind: 'restore-account';
  readonly merge: string;
  /** The account that gave it back. */
  readonly from: string;
  readonly carried: Carried;
  readonly names: CarriedNames;
}

/** What makes two accounts one, or one two. */
export type MergeCommand = MergeAccount | AbsorbAccount | SplitAccount | RestoreAccount;

/** Says which lots expire within so many days, each threshold once per date of expiry. */
export interface NoticeExpiry extends ForAccount {
  readonly kind: 'notice-expiry';
  readonly thresholds: readonly Threshold[];
}

/** So many days of the program's calendar ahead, and the instant at which the last of them ends. */
export interface Threshold {
  readonly days: number;
  readonly until: Instant;
}

/** Says what the account is at this point of its stream (capabilities L19). */
export interface CarryForward extends ForAccount {
  readonly kind: 'carry-forward';
  /** The caller's name of it, unique in its account. */
  readonly closing: string;
}

/** Ends the account: what is left is forfeited to its issuers. */
export interface CloseAccount extends ForAccount {
  readonly kind: 'close-account';
  readonly reason: string;
}

interface SetStatus extends ForAccount {
  /** The caller's name of the decision. */
  readonly decision: string;
  readonly reason: string;
}

/** Stops spending (capabilities M6). */
export interface FreezeAccount extends SetStatus {
  readonly kind: 'freeze-account';
  /** True where dates stand still until it is unfrozen, and then move by the time between. */
  readonly pausesExpiry?: boolean;
}

/** Allows spending again. */
export interface UnfreezeAccount extends SetStatus, InParts {
  readonly kind: 'unfreeze-account';
}

export type DecisionCommand =
  | PlaceHold
  | ValueCommand
  | CaptureHold
  | ReleaseHold
  | SettleLease
  | DecideLateSettlement
  | CancelRedemption
  | PassTime
  | ActivateLots
  | ExtendExpiry
  | AdjustPoints
  | SendPoints
  | ReceivePoints
  | ImportPoints
  | ExchangePoints
  | MergeCommand
  | OpenPool
  | SetPoolMember
  | LeavePool
  | NoticeExpiry
  | CarryForward
  | FreezeAccount
  | UnfreezeAccount
  | CloseAccount;
