import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been sent or received, then record the movements. */
export function whenPointsMovedRecordThem(pool: Pool): BatchHandler<ledger.PointsMoved> {
  return projectionHandler(movementsProjection, 'ledger.points-moved.v1', pool);
}
