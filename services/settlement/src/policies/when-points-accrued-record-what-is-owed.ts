import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been accrued, or an accrual amended, then record what the issuing unit owes. */
export function whenPointsAccruedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsAccrued> {
  return projectionHandler(obligationsProjection, 'ledger.points-accrued.v1', pool);
}
