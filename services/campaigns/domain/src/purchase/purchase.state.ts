import type { Evaluation } from '../evaluation/evaluation';
import type { BusinessReference, PurchaseContent, ReturnContent } from './purchase.content';
import type { Subject } from './purchase.events';
import type { PurchaseRefusal } from './purchase.rejections';

/** What is known of one purchase id, the returns that came before it included. */
export interface PurchaseState {
  recorded?: RecordedPurchase;
  /** Linked returns that wait or count, by {@link keyOf}. */
  parked: ReadonlyMap<string, LinkedReturn>;
  returns: ReadonlyMap<string, LinkedReturn>;
  refused: ReadonlyMap<string, PurchaseRefusal>;
}

export interface RecordedPurchase {
  readonly purchase: PurchaseContent;
  readonly subject: Subject;
  readonly format?: string;
  readonly heard: number;
  readonly evaluation: Evaluation;
}

export interface LinkedReturn {
  readonly return: BusinessReference;
  readonly content: ReturnContent;
  readonly unit: string;
}

/** A business id as one text: neither a source nor an id has an underscore. */
export function keyOf({ source, id }: BusinessReference): string {
  return `${source}_${id}`;
}
