import type { TierUsed } from '../evaluation/evaluation';
import type { RuleBook } from '../rule-set/compiled-rules';
import type { BusinessReference, PurchaseContent, ReturnContent } from './purchase.content';

/** Records a purchase. Unit, member, tier and rules were looked up as of `purchase.occurredAt`. */
export interface RecordPurchase {
  readonly kind: 'record-purchase';
  readonly program: string;
  readonly purchase: PurchaseContent;
  readonly unit: string;
  readonly format?: string;
  readonly member?: string;
  readonly account?: string;
  readonly tier?: TierUsed;
  /** Revision of the member's stream that told the tier history; absent: none heard. */
  readonly heard?: number;
  readonly rules: RuleBook;
}

/** Records a return linked to this purchase, or parks it until the purchase comes. */
export interface RecordReturn {
  readonly kind: 'record-return';
  readonly return: BusinessReference;
  readonly content: ReturnContent;
  readonly unit: string;
  readonly rules: RuleBook;
}

/** Evaluates again where the tier at the purchase, by a newer history, is another one. */
export interface Reevaluate {
  readonly kind: 'reevaluate';
  readonly tier?: TierUsed;
  readonly heard: number;
  readonly rules: RuleBook;
}

export type PurchaseCommand = RecordPurchase | RecordReturn | Reevaluate;
