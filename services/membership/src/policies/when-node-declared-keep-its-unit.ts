import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { Reference } from '../adapters/reference';

/** When a store is declared, then remember which unit acquires the members that enrol there. */
export function whenNodeDeclaredKeepItsUnit(reference: Reference): BatchHandler<organization.NodeDeclared> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      const { node, kind, unit, validFrom, revision } = message;
      if (kind === 'store' && unit !== undefined)
        await reference.storeDeclared(tenant, node, validFrom, unit, revision);
    }
    return records.map(() => DONE);
  };
}
