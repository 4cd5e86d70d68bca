import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been corrected, then record what the issuing units owe more or less. */
export function whenPointsAdjustedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsAdjusted> {
  return projectionHandler(obligationsProjection, 'ledger.points-adjusted.v1', pool);
}
