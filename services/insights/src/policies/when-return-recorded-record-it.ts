import type { campaigns } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { purchasesProjection } from '../projections/purchases/purchases.projection';

/** When a return has been recorded, then record it for BI. */
export function whenReturnRecordedRecordIt(pool: Pool): BatchHandler<campaigns.ReturnRecorded> {
  return projectionHandler(purchasesProjection, 'campaigns.return-recorded.v1', pool);
}
