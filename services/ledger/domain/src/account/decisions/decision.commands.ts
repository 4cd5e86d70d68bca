import type { Instant, RoundingMode } from '@tallystick/vocabulary';
import type { AssetScope } from '../../assets/asset-scope';
import type { ValueCommand } from './grant.commands';

/** A decision on an account that exists; `at` is the server's clock, entered with the command. */
export interface ForAccount {
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
  /** Where the asset may be spent; absent: everywhere. */
  readonly scope?: AssetScope;
  /** Present: of stored value, principal and gifted part are drawn in proportion; absent: in draw order. */
  readonly order?: 'pro_rata';
}

/** Ends a hold as a redemption. */
export interface CaptureHold extends ForAccount {
  readonly kind: 'capture-hold';
  readonly hold: string;
  /** Present where it is a hold of several assets. */
  readonly mixed?: true;
  /** The unit that the caller's credential is bound to; absent: any. */
  readonly boundTo?: string;
  /** Absent: all of it. */
  readonly amount?: bigint;
  /** True where more than was held may be captured, if it is there. */
  readonly beyondHold: boolean;
  readonly unit: string;
  readonly store?: string;
  /** Where the asset of the hold may be spent; absent: everywhere. */
  readonly scope?: AssetScope;
  /** Present: a part is taken of every slice in proportion; absent: from the first drawn on. */
  readonly order?: 'pro_rata';
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
}

/** Says which lots expire within so many days, each threshold once per date of expiry. */
export interface NoticeExpiry extends ForAccount {
  readonly kind: 'notice-expiry';
  readonly days: readonly number[];
}

/** Ends the account: what is left is forfeited to its issuers. */
export interface CloseAccount extends ForAccount {
  readonly kind: 'close-account';
  readonly reason: string;
}

/** Stops spending, or allows it again (capabilities M6). */
export interface FreezeAccount extends ForAccount {
  readonly kind: 'freeze-account' | 'unfreeze-account';
  readonly reason: string;
}

export type DecisionCommand =
  | PlaceHold
  | ValueCommand
  | CaptureHold
  | ReleaseHold
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
  | FreezeAccount
  | CloseAccount;
