import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { ReferenceWriter } from '../adapters/reference-writer';

/** How old a purchase may be, and how long an unknown store or card is waited for, follow the program. */
export function whenProgramDeclaredKeepItsTerms(writer: ReferenceWriter): BatchHandler<organization.ProgramDeclared> {
  return async (batch) => {
    await writer.programsDeclared(batch.records, batch.checkpoint);
    if (batch.checkpoint) batch.checkpointMoved();
    return batch.records.map(() => DONE);
  };
}
