import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been accrued, or an accrual amended, then record the movement of each lot for BI. */
export function whenPointsAccruedRecordThem(pool: Pool): BatchHandler<ledger.PointsAccrued> {
  return projectionHandler(movementsProjection, 'ledger.points-accrued.v1', pool);
}
