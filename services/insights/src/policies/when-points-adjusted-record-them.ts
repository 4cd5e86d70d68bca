import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been corrected, then record the movements. */
export function whenPointsAdjustedRecordThem(pool: Pool): BatchHandler<ledger.PointsAdjusted> {
  return projectionHandler(movementsProjection, 'ledger.points-adjusted.v1', pool);
}
