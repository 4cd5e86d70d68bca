import type { ReturnMade } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { ReturnIntake } from '../application/return-intake';
import { arrivalOf, outcomeOf } from '../application/bus-answers';

/** A return that a publisher sent is recorded with its purchase, parked until that comes, or evaluated by itself. */
export function whenReturnPublishedRecordIt(intake: ReturnIntake, program: string): BatchHandler<ReturnMade> {
  return async (batch) => {
    const arrivals = batch.records.map((record) => arrivalOf(record, program));
    const { taken, checkpointMoved } = await intake.take(arrivals, batch.checkpoint);
    if (checkpointMoved) batch.checkpointMoved();
    return taken.map(outcomeOf);
  };
}
