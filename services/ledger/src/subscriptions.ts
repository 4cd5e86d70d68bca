import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { PurchaseQualified, ReturnQualified } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';
import { AccountCommands } from './application/account-commands';
import { AssetDirectory } from './application/asset-directory';
import { whenPurchaseQualifiedAccrue } from './policies/when-purchase-qualified-accrue';
import { whenReturnQualifiedReverse } from './policies/when-return-qualified-reverse';

/** Every contract that the ledger hears. */
@Controller()
export class LedgerSubscriptions {
  private readonly accrue: BatchHandler<PurchaseQualified>;
  private readonly reverse: BatchHandler<ReturnQualified>;

  constructor(accounts: AccountCommands, assets: AssetDirectory) {
    this.accrue = whenPurchaseQualifiedAccrue({ accounts, assets });
    this.reverse = whenReturnQualifiedReverse({ accounts, assets });
  }

  @EventPattern('campaigns.purchase-qualified.v1')
  purchaseQualified(@Payload() batch: Batch<PurchaseQualified>): Promise<readonly Outcome[]> {
    return this.accrue(batch);
  }

  @EventPattern('campaigns.return-qualified.v1')
  returnQualified(@Payload() batch: Batch<ReturnQualified>): Promise<readonly Outcome[]> {
    return this.reverse(batch);
  }
}
