import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When lots have left for good, then record the movements. */
export function whenPointsWithdrawnRecordThem(pool: Pool): BatchHandler<ledger.PointsWithdrawn> {
  return projectionHandler(movementsProjection, 'ledger.points-withdrawn.v1', pool);
}
