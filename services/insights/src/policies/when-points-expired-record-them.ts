import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When lots have expired, then record the movements. */
export function whenPointsExpiredRecordThem(pool: Pool): BatchHandler<ledger.PointsExpired> {
  return projectionHandler(movementsProjection, 'ledger.points-expired.v1', pool);
}
