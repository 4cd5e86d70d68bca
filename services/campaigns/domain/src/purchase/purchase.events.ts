import type { DomainEvent } from '@tallystick/decider';
import type { Evaluation } from '../evaluation/evaluation';
import type { BusinessReference, PurchaseContent, ReturnContent } from './purchase.content';
import type { PurchaseRefusal } from './purchase.rejections';

/** Who bought, where and when: what every announcement about a purchase says, so each event carries it. */
export interface Subject {
  readonly program: string;
  readonly member?: string;
  readonly account?: string;
  /** The unit of the store at the time of the purchase: it owes for what is granted. */
  readonly issuer: string;
  readonly store: string;
  readonly effectiveAt: string;
  readonly currency: string;
}

/** A purchase, whole, and what it earns by the rules and the tier of its time. Source and id are in the stream's name. */
export type PurchaseRecorded = DomainEvent<
  'PurchaseRecorded',
  {
    readonly purchase: PurchaseContent;
    readonly subject: Subject;
    /** Format of the store's business at that time. */
    readonly format?: string;
    /** Revision of the member's stream whose tier history was known; absent: none. */
    readonly heard?: string;
    readonly evaluation: Evaluation;
  }
>;

/** A return has come before its purchase and waits for it. */
export type ReturnParked = DomainEvent<
  'ReturnParked',
  { readonly return: BusinessReference; readonly content: ReturnContent; readonly unit: string }
>;

/** Goods of this purchase came back: evaluated again on what was kept, by the original rules and tier (capabilities L8). */
export type ReturnRecorded = DomainEvent<
  'ReturnRecorded',
  {
    readonly return: BusinessReference;
    readonly content: ReturnContent;
    /** The unit of the store that took the goods back. */
    readonly unit: string;
    /** Minor units given back. */
    readonly total: string;
    readonly subject: Subject;
    readonly evaluation: Evaluation;
  }
>;

/** A parked return does not fit the purchase that came. */
export type ReturnRefused = DomainEvent<
  'ReturnRefused',
  { readonly return: BusinessReference; readonly code: PurchaseRefusal }
>;

/** The tier at the time of the purchase turned out to be another one. */
export type PurchaseReevaluated = DomainEvent<
  'PurchaseReevaluated',
  {
    readonly cause: 'tier-changed';
    readonly heard: string;
    readonly subject: Subject;
    readonly evaluation: Evaluation;
  }
>;

export type PurchaseEvent = PurchaseRecorded | ReturnParked | ReturnRecorded | ReturnRefused | PurchaseReevaluated;
