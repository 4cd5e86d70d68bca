import type { Instant, RoundingMode } from '@tallystick/vocabulary';

/** A decision on an account that exists; `at` is the server's clock, entered with the command. */
interface ForAccount {
  readonly tenant: string;
  readonly account: string;
  /** Of the caller's credential; absent where time, or the ledger itself, acts. */
  readonly program?: string;
  readonly at: Instant;
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
  /** What is to be reserved of which lots, Σ = amount; absent: in draw order. */
  readonly slices?: readonly { readonly lot: string; readonly amount: bigint }[];
  /** The till that may spend it offline: then the hold is a lease (capabilities X3). */
  readonly till?: string;
}

/** Ends a hold as a redemption. */
export interface CaptureHold extends ForAccount {
  readonly kind: 'capture-hold';
  readonly hold: string;
  /** The unit that the caller's credential is bound to; absent: any. */
  readonly boundTo?: string;
  /** Absent: all of it. */
  readonly amount?: bigint;
  /** True where more than was held may be captured, if it is there. */
  readonly beyondHold: boolean;
  readonly unit: string;
  readonly store?: string;
}

/** Ends a hold without redemption. */
export interface ReleaseHold extends ForAccount {
  readonly kind: 'release-hold';
  readonly hold: string;
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
}

/** Undoes a redemption or a part of it (capabilities L9). */
export interface CancelRedemption extends ForAccount {
  readonly kind: 'cancel-redemption';
  readonly hold: string;
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
export interface ExtendExpiry extends ForAccount {
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
  readonly adjustment: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly reason: string;
  /** Who bears the cost of a credit, or gains by a debit. */
  readonly unit: string;
  readonly unitCost: string;
  readonly expiresAt?: Instant;
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
}

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
export interface UnfreezeAccount extends SetStatus {
  readonly kind: 'unfreeze-account';
}

export type DecisionCommand =
  | PlaceHold
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
  | NoticeExpiry
  | CarryForward
  | FreezeAccount
  | UnfreezeAccount
  | CloseAccount;
