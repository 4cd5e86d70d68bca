import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { campaigns, ledger, membership, organization } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';

/** Where insights' subscriptions go, bound in the module. */
export interface InsightsPolicies {
  readonly purchaseRecorded: BatchHandler<campaigns.PurchaseRecorded>;
  readonly returnRecorded: BatchHandler<campaigns.ReturnRecorded>;
  readonly pointsAccrued: BatchHandler<ledger.PointsAccrued>;
  readonly pointsReversed: BatchHandler<ledger.PointsReversed>;
  readonly pointsRedeemed: BatchHandler<ledger.PointsRedeemed>;
  readonly pointsExpired: BatchHandler<ledger.PointsExpired>;
  readonly pointsAdjusted: BatchHandler<ledger.PointsAdjusted>;
  readonly pointsMoved: BatchHandler<ledger.PointsMoved>;
  readonly pointsGranted: BatchHandler<ledger.PointsGranted>;
  readonly pointsWithdrawn: BatchHandler<ledger.PointsWithdrawn>;
  readonly memberEnrolled: BatchHandler<membership.MemberEnrolled>;
  readonly tierChanged: BatchHandler<membership.TierChanged>;
  readonly nodeDeclared: BatchHandler<organization.NodeDeclared>;
}

export const INSIGHTS_POLICIES = Symbol('insights policies');

/** Every contract that insights hears. */
@Controller()
export class InsightsSubscriptions {
  constructor(@Inject(INSIGHTS_POLICIES) private readonly policies: InsightsPolicies) {}

  @EventPattern('campaigns.purchase-recorded.v1')
  purchaseRecorded(@Payload() batch: Batch<campaigns.PurchaseRecorded>): Promise<readonly Outcome[]> {
    return this.policies.purchaseRecorded(batch);
  }

  @EventPattern('campaigns.return-recorded.v1')
  returnRecorded(@Payload() batch: Batch<campaigns.ReturnRecorded>): Promise<readonly Outcome[]> {
    return this.policies.returnRecorded(batch);
  }

  @EventPattern('ledger.points-accrued.v1')
  pointsAccrued(@Payload() batch: Batch<ledger.PointsAccrued>): Promise<readonly Outcome[]> {
    return this.policies.pointsAccrued(batch);
  }

  @EventPattern('ledger.points-reversed.v1')
  pointsReversed(@Payload() batch: Batch<ledger.PointsReversed>): Promise<readonly Outcome[]> {
    return this.policies.pointsReversed(batch);
  }

  @EventPattern('ledger.points-redeemed.v1')
  pointsRedeemed(@Payload() batch: Batch<ledger.PointsRedeemed>): Promise<readonly Outcome[]> {
    return this.policies.pointsRedeemed(batch);
  }

  @EventPattern('ledger.points-expired.v1')
  pointsExpired(@Payload() batch: Batch<ledger.PointsExpired>): Promise<readonly Outcome[]> {
    return this.policies.pointsExpired(batch);
  }

  @EventPattern('ledger.points-adjusted.v1')
  pointsAdjusted(@Payload() batch: Batch<ledger.PointsAdjusted>): Promise<readonly Outcome[]> {
    return this.policies.pointsAdjusted(batch);
  }

  @EventPattern('ledger.points-moved.v1')
  pointsMoved(@Payload() batch: Batch<ledger.PointsMoved>): Promise<readonly Outcome[]> {
    return this.policies.pointsMoved(batch);
  }

  @EventPattern('ledger.points-granted.v1')
  pointsGranted(@Payload() batch: Batch<ledger.PointsGranted>): Promise<readonly Outcome[]> {
    return this.policies.pointsGranted(batch);
  }

  @EventPattern('ledger.points-withdrawn.v1')
  pointsWithdrawn(@Payload() batch: Batch<ledger.PointsWithdrawn>): Promise<readonly Outcome[]> {
    return this.policies.pointsWithdrawn(batch);
  }

  @EventPattern('membership.member-enrolled.v1')
  memberEnrolled(@Payload() batch: Batch<membership.MemberEnrolled>): Promise<readonly Outcome[]> {
    return this.policies.memberEnrolled(batch);
  }

  @EventPattern('membership.tier-changed.v1')
  tierChanged(@Payload() batch: Batch<membership.TierChanged>): Promise<readonly Outcome[]> {
    return this.policies.tierChanged(batch);
  }

  @EventPattern('organization.node-declared.v1')
  nodeDeclared(@Payload() batch: Batch<organization.NodeDeclared>): Promise<readonly Outcome[]> {
    return this.policies.nodeDeclared(batch);
  }
}
