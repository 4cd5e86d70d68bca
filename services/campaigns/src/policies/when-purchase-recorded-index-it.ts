import type { campaigns } from '@tallystick/contracts';
import { streamName } from '@tallystick/decider';
import { type BatchHandler, type BusRecord, DONE } from '@tallystick/messaging';
import type { Reference } from '../application/look-ups';
import type { IndexedPurchase, PurchaseIndex, TierReevaluation } from '../application/tier-reevaluation';

const WORTH_A_ROUND = 100;
const PAUSE_MS = 20;

/**
 * A member's purchase is written into the index first; then the tier histories are read, and where one is another than
 * the purchase was recorded with, the purchase is looked at. The position moves afterwards: what a crash interrupts is
 * done again. `heardBy` is the revision that a purchase was recorded with, where this process knows it. Behind a small
 * batch comes a short pause: purchases that come one a request would else cost three statements each here.
 */
export function whenPurchaseRecordedIndexIt(
  index: PurchaseIndex,
  reference: Reference,
  reevaluation: TierReevaluation,
  heardBy: (stream: string) => number | undefined,
): BatchHandler<campaigns.PurchaseRecorded> {
  return async (batch) => {
    const purchases = batch.records.flatMap(indexed);
    await index.add(purchases);
    const heard = await reference.tiersOf([...new Set(purchases.map(({ account }) => account))]);
    const suspect = purchases.filter(({ account, stream }) => {
      const revision = heard.get(account)?.revision;
      return revision !== undefined && revision !== heardBy(stream);
    });
    if (suspect.length > 0) await reevaluation.lookAt(suspect);
    if (batch.records.length < WORTH_A_ROUND) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return batch.records.map(() => DONE);
  };
}

function indexed({ tenant, message }: BusRecord<campaigns.PurchaseRecorded>): IndexedPurchase[] {
  const { account, occurredAt, purchase } = message;
  if (account === undefined) return [];
  return [{ account, occurredAt, stream: streamName('purchase', tenant, purchase.source, purchase.id) }];
}
