import type { DomainEvent } from '@tallystick/decider';
import type { UncutPicture } from './caps';
import type { DecisionEvent } from './decisions/decision.events';

/** A purchase or return by the names its publisher gave it. */
export interface Reference {
  readonly source: string;
  readonly id: string;
}

/** The books of the double entry that this release moves (capabilities L2). */
export const BOOKS = [
  'issuer-obligation',
  'pending',
  'available',
  'held',
  'redeemed',
  'moved',
  'breakage',
  'adjustment',
  'uncollectable',
  'deficit',
] as const;

export type Book = (typeof BOOKS)[number];

/**
 * One leg of a balanced set, as a row: the amount is signed decimal text. Amounts of one event sum to zero per asset and
 * issuer. Every event pays for its bytes, so rows that repeat carry no names.
 */
export type Posting = readonly [book: Book, asset: string, issuer: string, amount: string];

/** The share of a grant that one rule gave for one line, as a row. */
export type Allocated = readonly [line: string, rule: string, amount: string];

export interface Granted {
  readonly asset: string;
  /** Absent for a score, which has no lots. */
  readonly lot?: string;
  readonly amount: string;
  readonly unitCost: string;
  /** Absent: never. */
  readonly expiresAt?: string;
  /** Absent: 0. */
  readonly priority?: string;
  /** When a grant that is pending becomes available; absent: at once, or on an event (capabilities L4). */
  readonly activatesAt?: string;
  /** The event that a pending grant waits for. */
  readonly activatesOn?: string;
  /** Beyond `amount`: what a later picture no longer grants, but what was used already and so stays in the lot. */
  readonly kept?: string;
  readonly allocation: readonly Allocated[];
}

/** Where a part of a lot lies that a fact moves; absent: `available`. */
export type LotBook = 'pending' | 'breakage';

/** What one lot (or a score) was before and is after. */
export interface Change {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  readonly unitCost?: string;
  readonly book?: LotBook;
  readonly from: string;
  readonly to: string;
}

export interface TakenSlice {
  readonly lot: string;
  readonly issuer: string;
  readonly unitCost: string;
  readonly amount: string;
  readonly book?: LotBook;
}

/**
 * What a reversal asked of one asset and got; asked = taken + uncollectable + deficit + onHold, taken = Σ slices (a score
 * has none). What is absent is zero.
 */
export interface ReversedItem {
  readonly asset: string;
  readonly asked: string;
  readonly taken: string;
  readonly uncollectable: string;
  /** Owed by the holder and repaid first by later accruals. */
  readonly deficit?: string;
  /** Held of its own lot: decided when the hold ends. */
  readonly onHold?: string;
  /** What happens to what was spent already; absent: `within_balance`. */
  readonly clawback?: string;
  /** Absent for a score. */
  readonly slices?: readonly TakenSlice[];
}

/** Whose account it is: said by every event, so that each can be announced by itself. */
export interface OfHolder {
  readonly program: string;
  readonly holder: string;
}

interface EvaluatedPurchase extends OfHolder {
  /** The merged account that it is a fact of; absent where it is of this one. */
  readonly of?: string;
  readonly purchase: Reference;
  /** Revision of the purchase's stream that the picture was taken at; the highest counts. */
  readonly evaluationRevision: string;
  readonly effectiveAt: string;
  readonly issuer: string;
  readonly store: string;
  /** Hash of the evaluation receipt. */
  readonly receipt: string;
  readonly grants: readonly Granted[];
  /** What was asked for, where a cap is in force: `grants` is what of it is given (capabilities L17). */
  readonly uncut?: UncutPicture;
  readonly postings: readonly Posting[];
}

interface DrawnReversal extends OfHolder {
  /** The merged account that an unlinked return is a fact of; absent where it is of this one. */
  readonly of?: string;
  readonly reversal: Reference;
  /** Absent for an unlinked return. */
  readonly purchase?: Reference;
  /** Of the purchase's stream, or of the return's where it is unlinked. */
  readonly evaluationRevision: string;
  /** Its place in fact order: never before its purchase. */
  readonly effectiveAt: string;
  /** When what it takes back was earned; absent for an unlinked return (capabilities G5). */
  readonly earnedAt?: string;
  /** The unit that reverses. */
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly items: readonly ReversedItem[];
  readonly postings: readonly Posting[];
}

/** First event of an account: it opens with its first fact. */
export type AccountOpened = DomainEvent<'AccountOpened', OfHolder & { readonly tenant: string }>;
/** A purchase has granted points and scores. Once per purchase. */
export type PointsAccrued = DomainEvent<'PointsAccrued', EvaluatedPurchase>;
/** A later picture of an accrued purchase; `grants` is the whole of it, `changes` and `postings` the difference. */
export type AccrualAmended = DomainEvent<'AccrualAmended', EvaluatedPurchase & { readonly changes: readonly Change[] }>;
/** A return has taken points back, as far as they were there. Once per return. */
export type PointsReversed = DomainEvent<'PointsReversed', DrawnReversal>;
/**
 * A late fact (`cause`) changes what a reversal could take (capabilities L13), or a later picture what it asks.
 * `items` is the whole of it, `changes` (of what is taken) and `postings` the difference.
 */
export type ReversalRecalculated = DomainEvent<
  'ReversalRecalculated',
  DrawnReversal & { readonly cause: Reference; readonly changes: readonly Change[] }
>;

/** What facts make of an account. */
export type FactEvent = PointsAccrued | AccrualAmended | PointsReversed | ReversalRecalculated;

export type AccountEvent = AccountOpened | FactEvent | DecisionEvent;
