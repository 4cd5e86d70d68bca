import type { DomainEvent } from '@tallystick/decider';
import type { Book, OfHolder, Posting } from '../account.events';
import type { GrantEvent, Repaid } from './grant.events';
import type { MergeEvent } from './merge.events';
import type { PoolEvent } from './pool.events';

/** A part of one lot that a decision moved, as a row: the slices of one redemption may be ten thousand. */
export type SliceRow = readonly [lot: string, issuer: string, unitCost: string, amount: string];

/** What every decision says: when it counts from, and its balanced legs. */
export interface Decided extends OfHolder {
  readonly effectiveAt: string;
  readonly postings: readonly Posting[];
}

export interface OfAsset extends Decided {
  readonly asset: string;
}

interface OfHold extends OfAsset {
  /** The caller's name of the hold, unique in its account. */
  readonly hold: string;
}

/** Where points are redeemed: the unit that accepts them. */
export interface Accepted {
  readonly unit: string;
  readonly store?: string;
}

/** Slices of lots in the order in which they were drawn; Σ slices = amount. */
export interface Drawn {
  readonly amount: string;
  readonly slices: readonly SliceRow[];
}

/** Pending lots have become available: their time has come, or the event that they waited for (capabilities L4). */
export type PointsActivated = DomainEvent<
  'PointsActivated',
  OfAsset & {
    /** The event that they waited for; absent where time came. */
    readonly on?: string;
    readonly slices: readonly SliceRow[];
  }
>;

/** Slices are reserved: they count against what is available at once (capabilities L5). */
export type HoldPlaced = DomainEvent<
  'HoldPlaced',
  OfHold &
    Accepted &
    Drawn & {
      /** How long it was asked for. */
      readonly ttlSeconds: string;
      /** Present where its caller named the slices. */
      readonly named?: true;
      /** The till that may spend it offline (capabilities X3). */
      readonly till?: string;
      /** The hold lapses at this instant: earlier than asked where it is to end with the first lot that expires. */
      readonly until: string;
      /** Present where principal and gifted parts of stored value were drawn in proportion, each in draw order. */
      readonly order?: 'pro_rata';
      /** Who spends of a pool; absent where the account is none. */
      readonly member?: string;
      /** Present for a part of a mixed hold: what is due in which asset, and the assets in the order in which they were to be spent. */
      readonly mixed?: {
        readonly hold: string;
        readonly asset: string;
        readonly amount: string;
        readonly assets: readonly string[];
        /** What one unit of this part gives of what is due; absent in events from before it was said. */
        readonly rate?: string;
      };
    }
>;

/** A hold has ended as a redemption of `amount`; the rest of its slices is free again. */
export type HoldCaptured = DomainEvent<
  'HoldCaptured',
  OfHold &
    Accepted &
    Drawn & {
      readonly released: readonly SliceRow[];
      /** Slices of `slices` beyond the hold, drawn at capture. */
      readonly beyond?: readonly SliceRow[];
      /** Present where `beyond` was drawn of principal and gifted parts in proportion; in events from before it was said the hold tells it. */
      readonly order?: 'pro_rata';
      /** What of it was drawn on credit is owed, as the debt `credit:<hold>`. */
      readonly owed?: { readonly amount: string; readonly dueAt: string };
    }
>;

/** A hold has ended without redemption. */
export type HoldReleased = DomainEvent<'HoldReleased', OfHold & Drawn>;

/** A hold has ended because its time was over. */
export type HoldLapsed = DomainEvent<'HoldLapsed', OfHold & Drawn>;

/** A till has spent of a lease and says so after the lease has ended: no points move until that is decided (capabilities X3). */
export type LeaseSettledLate = DomainEvent<
  'LeaseSettledLate',
  OfHold & Accepted & { readonly till: string; readonly amount: string }
>;

/** A late settlement is honoured, by a redemption of its own in the same append, or refused. */
export type LateSettlementDecided = DomainEvent<
  'LateSettlementDecided',
  OfHold & {
    readonly amount: string;
    readonly outcome: 'honoured' | 'refused';
    readonly redemption?: string;
    readonly reason: string;
    /** The spend cap that it was honoured beyond, such as `spend-day`; absent: none (capabilities L17). */
    readonly beyondCap?: string;
  }
>;

/** What was left of lots whose date has passed is breakage of their issuers (capabilities L6). */
export type LotsExpired = DomainEvent<
  'LotsExpired',
  OfAsset & {
    readonly slices: readonly SliceRow[];
    /** Present where it was forfeited whatever the dates of its lots: the account was closed, or what `cap` says. */
    readonly forfeited?: true;
    /** The cap that what a purchase granted was beyond (capabilities L17). */
    readonly cap?: 'balance';
    /** Forfeited while it was pending. */
    readonly pending?: readonly SliceRow[];
  }
>;

/** What the account is at this point of its stream, as the events before it have made it; nothing moves (capabilities L19). */
export type BooksCarriedForward = DomainEvent<
  'BooksCarriedForward',
  Decided & {
    readonly closing: string;
    /** Each book that is not zero; Σ = 0 per asset. */
    readonly balances: readonly (readonly [book: Book, asset: string, amount: string])[];
    /** How many purchases, returns and other facts make it, and of how many lots something is left. */
    readonly facts: string;
    readonly lots: string;
    /** SHA-256 of every fact and hold, a line each. */
    readonly state: string;
  }
>;

/** The holder is to know that an amount expires at an instant, so many days ahead (capabilities L6). */
export type ExpiryNoticed = DomainEvent<
  'ExpiryNoticed',
  OfAsset & { readonly expiresAt: string; readonly days: string; readonly amount: string }
>;

/** Lots expire later than was said when they were granted: never silent (capabilities L6). */
export type ExpiryExtended = DomainEvent<
  'ExpiryExtended',
  OfAsset & {
    readonly extension: string;
    readonly reason: string;
    /** The lots that were asked for; absent: all. */
    readonly asked?: readonly string[];
    readonly lots: readonly (readonly [lot: string, from: string, to: string])[];
    /** Present where further lots follow in an append of their own: one takes no more. */
    readonly part?: true;
  }
>;

/** A redemption, or a part of it, is undone: its slices are back in their lots (capabilities L9). */
export type RedemptionCancelled = DomainEvent<
  'RedemptionCancelled',
  OfHold &
    Drawn & {
      /** The caller's name of the cancellation, unique in its account. */
      readonly cancellation: string;
      /** Present where all that was left of the redemption was asked for. */
      readonly whole?: true;
      /** Lots whose date has passed and that live until this instant once more. */
      readonly grace?: { readonly until: string; readonly lots: readonly string[] };
      /** Debts that are so paid, where it had been drawn on credit. */
      readonly repaid?: readonly Repaid[];
    }
>;

/** A reasoned correction takes points away (capabilities L11). */
export type PointsDebited = DomainEvent<
  'PointsDebited',
  OfAsset & Drawn & { readonly adjustment: string; readonly reason: string; readonly unit: string }
>;

/** A reasoned correction grants points: a lot of its own whose cost `unit` bears (capabilities L11). */
export type PointsCredited = DomainEvent<
  'PointsCredited',
  OfAsset & {
    readonly adjustment: string;
    readonly reason: string;
    readonly unit: string;
    readonly amount: string;
    readonly lot: string;
    readonly unitCost: string;
    readonly expiresAt?: string;
    /** The merged account that it was asked for; absent where it is this one. */
    readonly of?: string;
  }
>;

/** Points have left for another account; their lots go with them (capabilities L10). */
export type PointsSent = DomainEvent<
  'PointsSent',
  OfAsset &
    Drawn & {
      readonly transfer: string;
      readonly to: string;
      readonly toHolder: string;
      readonly lots: readonly MovedLot[];
    }
>;

/** What a lot is to the account that receives a part of it. */
export interface MovedLot {
  readonly lot: string;
  readonly priority?: string;
  readonly activatedAt: string;
  readonly expiresAt?: string;
}

/** Points have come from another account, with issuer, cost and expiry as they were. */
export type PointsReceived = DomainEvent<
  'PointsReceived',
  OfAsset &
    Drawn & {
      readonly transfer: string;
      readonly from: string;
      readonly lots: readonly MovedLot[];
      /** The merged account that they were sent to; absent where it is this one. */
      readonly of?: string;
    }
>;

/** Points of another system are here, with the dates that they had there (capabilities L20). */
export type PointsImported = DomainEvent<
  'PointsImported',
  OfAsset & Drawn & { readonly import: string; readonly lots: readonly MovedLot[] }
>;

/** Points of one asset have become points of another: two linked movements (capabilities L16). */
export type PointsExchanged = DomainEvent<
  'PointsExchanged',
  OfAsset &
    Drawn & {
      readonly exchange: string;
      readonly toAsset: string;
      readonly toAmount: string;
      /** What one point gives, and which version of the rates says so. */
      readonly rate: string;
      readonly rateVersion: string;
      readonly rounding: string;
      /** Lots of the other asset, in the order of `slices`; Σ = toAmount. */
      readonly received: readonly SliceRow[];
      readonly lots: readonly MovedLot[];
    }
>;

/** A late lot would have been drawn before what these decisions drew: said, never drawn again (capabilities L13). */
export type LateLot = DomainEvent<
  'LateLot',
  OfAsset & {
    readonly lot: string;
    /** The first of them, 20 at most. */
    readonly decisions: readonly string[];
    /** How many more there are; absent: none. */
    readonly others?: string;
  }
>;

interface StatusSet extends Decided {
  readonly reason: string;
  /** The caller's name of the decision; absent in events from before it was asked for. */
  readonly decision?: string;
}

/** No spending until it is unfrozen (capabilities M6). */
export type AccountFrozen = DomainEvent<
  'AccountFrozen',
  StatusSet & {
    /** Present where dates stand still meanwhile. */
    readonly pausesExpiry?: true;
  }
>;
export type AccountUnfrozen = DomainEvent<'AccountUnfrozen', StatusSet & { readonly pausesExpiry?: undefined }>;
/** Nothing is earned or spent any more; its balance was forfeited before (capabilities M6). */
export type AccountClosed = DomainEvent<'AccountClosed', Decided & { readonly reason: string }>;

export type DecisionEvent =
  | GrantEvent
  | PointsActivated
  | HoldPlaced
  | HoldCaptured
  | HoldReleased
  | HoldLapsed
  | LeaseSettledLate
  | LateSettlementDecided
  | LotsExpired
  | ExpiryNoticed
  | BooksCarriedForward
  | ExpiryExtended
  | RedemptionCancelled
  | PointsDebited
  | PointsCredited
  | PointsSent
  | PointsReceived
  | PointsImported
  | PointsExchanged
  | LateLot
  | MergeEvent
  | PoolEvent
  | AccountFrozen
  | AccountUnfrozen
  | AccountClosed;
