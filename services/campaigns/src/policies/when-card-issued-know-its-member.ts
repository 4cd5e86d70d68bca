import type { membership } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { ReferenceWriter } from '../adapters/reference-writer';

/** Purchases with an issued card are its member's. */
export function whenCardIssuedKnowItsMember(writer: ReferenceWriter): BatchHandler<membership.CardIssued> {
  return async (batch) => {
    await writer.cardsIssued(batch.records, batch.checkpoint);
    if (batch.checkpoint) batch.checkpointMoved();
    return batch.records.map(() => DONE);
  };
}
