import type { organization } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { unitsProjection } from '../projections/units/units.projection';

/** When a node of the organization has been declared, then record its version for BI. */
export function whenNodeDeclaredRecordIt(pool: Pool): BatchHandler<organization.NodeDeclared> {
  return projectionHandler(unitsProjection, 'organization.node-declared.v1', pool);
}
