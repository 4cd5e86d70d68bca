import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { ReferenceWriter } from '../adapters/reference-writer';

/** A store that was declared or moved issues for its unit from then on. */
export function whenNodeDeclaredPlaceStores(writer: ReferenceWriter): BatchHandler<organization.NodeDeclared> {
  return async (batch) => {
    await writer.nodesDeclared(batch.records, batch.checkpoint);
    if (batch.checkpoint) batch.checkpointMoved();
    return batch.records.map(() => DONE);
  };
}
