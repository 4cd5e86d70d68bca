import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { Reference } from '../adapters/reference';

/** When a program is declared, then remember the zone in which its windows end. */
export function whenProgramDeclaredKeepItsZone(reference: Reference): BatchHandler<organization.ProgramDeclared> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      await reference.programDeclared(tenant, message.program, message.revision, message.zone);
    }
    return records.map(() => DONE);
  };
}
