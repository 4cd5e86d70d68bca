import type { PurchasePaid } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { PurchaseIntake } from '../application/purchase-intake';
import { arrivalOf, outcomeOf } from '../application/bus-answers';

/** A purchase that a publisher sent is recorded and evaluated; a store or card still unknown is waited for. */
export function whenPurchasePublishedRecordIt(intake: PurchaseIntake, program: string): BatchHandler<PurchasePaid> {
  return async (batch) => {
    const arrivals = batch.records.map((record) => arrivalOf(record, program));
    const { taken, checkpointMoved } = await intake.take(arrivals, batch.checkpoint);
    if (checkpointMoved) batch.checkpointMoved();
    return taken.map(outcomeOf);
  };
}
