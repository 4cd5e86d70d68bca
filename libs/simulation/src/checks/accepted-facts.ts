import type { PurchaseContent, PurchaseEvent, ReturnContent, ReturnEvent } from '@tallystick/campaigns-domain';
import { bodyOf, partsOf } from '@tallystick/decider';
import type { World } from '../simulate';

/** A purchase that campaigns took, with the returns that it took of it. `key` is `source:id`. */
export interface AcceptedPurchase {
  readonly key: string;
  readonly member?: string;
  readonly unit: string;
  readonly content: PurchaseContent;
  readonly returns: { readonly key: string; readonly content: ReturnContent }[];
}

/** A return without a purchase that campaigns took, and the tier that was heard when it came. */
export interface AcceptedReturn {
  readonly key: string;
  readonly member?: string;
  readonly content: ReturnContent;
  readonly tier?: string;
}

/**
 * What campaigns took of what was sent. Which of two contents of one id counts is decided by who came first, so it is
 * read from the log; that each of them was sent and the other refused is another check's matter.
 */
export function acceptedFacts({ disk }: World): { purchases: AcceptedPurchase[]; returns: AcceptedReturn[] } {
  const purchases = new Map<string, AcceptedPurchase>();
  const returns: AcceptedReturn[] = [];
  for (const event of disk.services.campaigns.log.events) {
    const key = partsOf(event.stream).join(':');
    switch (event.type as (PurchaseEvent | ReturnEvent)['type']) {
      case 'PurchaseRecorded': {
        const { purchase: content, subject } = dataOf<'PurchaseRecorded'>(event);
        purchases.set(key, { key, member: subject.member, unit: subject.issuer, content, returns: [] });
        break;
      }
      case 'ReturnRecorded': {
        const { return: of, content } = dataOf<'ReturnRecorded'>(event);
        purchases.get(key)?.returns.push({ key: `${of.source}:${of.id}`, content });
        break;
      }
      case 'UnlinkedReturnRecorded': {
        const { return: content, subject, evaluation } = dataOf<'UnlinkedReturnRecorded'>(event);
        returns.push({ key, member: subject.member, content, tier: evaluation.tier?.tier });
      }
    }
  }
  return { purchases: [...purchases.values()], returns };
}

type Taken = PurchaseEvent | ReturnEvent;

function dataOf<Type extends Taken['type']>(event: Parameters<typeof bodyOf>[0]) {
  return bodyOf<Extract<Taken, { readonly type: Type }>['data']>(event);
}
