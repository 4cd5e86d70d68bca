import type { campaigns } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { purchasesProjection } from '../projections/purchases/purchases.projection';

/** When a purchase has been recorded, then record it with its lines for BI. */
export function whenPurchaseRecordedRecordIt(pool: Pool): BatchHandler<campaigns.PurchaseRecorded> {
  return projectionHandler(purchasesProjection, 'campaigns.purchase-recorded.v1', pool);
}
