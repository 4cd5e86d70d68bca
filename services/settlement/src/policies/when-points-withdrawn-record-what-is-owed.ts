import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When lots have left for good, then record what is owed for them no more. */
export function whenPointsWithdrawnRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsWithdrawn> {
  return projectionHandler(obligationsProjection, 'ledger.points-withdrawn.v1', pool);
}
