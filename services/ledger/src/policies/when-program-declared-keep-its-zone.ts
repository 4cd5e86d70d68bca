import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { ProgramZones } from '../adapters/program-zones';

/** When a program is declared, then keep the zone in which its lots end. */
export function whenProgramDeclaredKeepItsZone(zones: ProgramZones): BatchHandler<organization.ProgramDeclared> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      await zones.programDeclared(tenant, message.program, message.revision, message.zone);
    }
    return records.map(() => DONE);
  };
}
