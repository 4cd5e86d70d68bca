import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When lots have expired, then record that their issuing units owe them no more. */
export function whenPointsExpiredRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsExpired> {
  return projectionHandler(obligationsProjection, 'ledger.points-expired.v1', pool);
}
