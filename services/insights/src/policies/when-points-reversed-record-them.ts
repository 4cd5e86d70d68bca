import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been reversed, or a reversal recalculated, then record the movement of each lot for BI. */
export function whenPointsReversedRecordThem(pool: Pool): BatchHandler<ledger.PointsReversed> {
  return projectionHandler(movementsProjection, 'ledger.points-reversed.v1', pool);
}
