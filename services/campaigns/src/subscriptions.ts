import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { campaigns, membership, organization, PurchasePaid, ReturnMade } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';

/** What is done with each contract that campaigns hears; bound by the module. */
export class Policies {
  constructor(
    readonly purchasePublished: BatchHandler<PurchasePaid>,
    readonly returnPublished: BatchHandler<ReturnMade>,
    readonly nodeDeclared: BatchHandler<organization.NodeDeclared>,
    readonly programDeclared: BatchHandler<organization.ProgramDeclared>,
    readonly cardIssued: BatchHandler<membership.CardIssued>,
    readonly tierChanged: BatchHandler<membership.TierChanged>,
    readonly purchaseRecorded: BatchHandler<campaigns.PurchaseRecorded>,
  ) {}
}

/** Every contract that campaigns hears. */
@Controller()
export class CampaignsSubscriptions {
  constructor(private readonly policies: Policies) {}

  @EventPattern('purchases.v1')
  purchasePublished(@Payload() batch: Batch<PurchasePaid>): Promise<readonly Outcome[]> {
    return this.policies.purchasePublished(batch);
  }

  @EventPattern('returns.v1')
  returnPublished(@Payload() batch: Batch<ReturnMade>): Promise<readonly Outcome[]> {
    return this.policies.returnPublished(batch);
  }

  @EventPattern('organization.node-declared.v1')
  nodeDeclared(@Payload() batch: Batch<organization.NodeDeclared>): Promise<readonly Outcome[]> {
    return this.policies.nodeDeclared(batch);
  }

  @EventPattern('organization.program-declared.v1')
  programDeclared(@Payload() batch: Batch<organization.ProgramDeclared>): Promise<readonly Outcome[]> {
    return this.policies.programDeclared(batch);
  }

  @EventPattern('membership.card-issued.v1')
  cardIssued(@Payload() batch: Batch<membership.CardIssued>): Promise<readonly Outcome[]> {
    return this.policies.cardIssued(batch);
  }

  @EventPattern('membership.tier-changed.v1')
  tierChanged(@Payload() batch: Batch<membership.TierChanged>): Promise<readonly Outcome[]> {
    return this.policies.tierChanged(batch);
  }

  @EventPattern('campaigns.purchase-recorded.v1')
  purchaseRecorded(@Payload() batch: Batch<campaigns.PurchaseRecorded>): Promise<readonly Outcome[]> {
    return this.policies.purchaseRecorded(batch);
  }
}
