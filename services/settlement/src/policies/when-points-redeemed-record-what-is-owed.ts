import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { obligationsProjection } from '../projections/obligations/obligations.projection';

/** When points have been redeemed, or a redemption cancelled, then record what the issuing units owe less, or again. */
export function whenPointsRedeemedRecordWhatIsOwed(pool: Pool): BatchHandler<ledger.PointsRedeemed> {
  return projectionHandler(obligationsProjection, 'ledger.points-redeemed.v1', pool);
}
