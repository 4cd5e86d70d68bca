import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been sent or received, then record in which account they are owed. */
export function whenPointsMovedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsMoved> {
  return projectionHandler(obligationsProjection, 'ledger.points-moved.v1', pool);
}
