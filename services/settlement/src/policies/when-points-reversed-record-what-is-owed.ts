import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been reversed, or a reversal recalculated, then record what the issuing unit owes less. */
export function whenPointsReversedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsReversed> {
  return projectionHandler(obligationsProjection, 'ledger.points-reversed.v1', pool);
}
