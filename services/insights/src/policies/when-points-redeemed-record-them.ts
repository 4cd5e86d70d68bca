import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been redeemed, or a redemption cancelled, then record the movements. */
export function whenPointsRedeemedRecordThem(pool: Pool): BatchHandler<ledger.PointsRedeemed> {
  return projectionHandler(movementsProjection, 'ledger.points-redeemed.v1', pool);
}
