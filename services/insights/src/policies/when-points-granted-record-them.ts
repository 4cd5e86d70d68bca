import type { ledger } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { movementsProjection } from '../projections/movements/movements.projection';

/** When points have been sold, given, lent, loaded or granted as credit, then record the movements. */
export function whenPointsGrantedRecordThem(pool: Pool): BatchHandler<ledger.PointsGranted> {
  return projectionHandler(movementsProjection, 'ledger.points-granted.v1', pool);
}
