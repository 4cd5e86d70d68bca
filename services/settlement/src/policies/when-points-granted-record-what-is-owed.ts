import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been sold, given, lent, loaded or granted as credit, then record what is owed for them. */
export function whenPointsGrantedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsGranted> {
  return projectionHandler(obligationsProjection, 'ledger.points-granted.v1', pool);
}
