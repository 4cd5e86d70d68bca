import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ledger } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';

/** Where settlement's subscriptions go, bound in the module. */
export interface SettlementPolicies {
  readonly pointsAccrued: BatchHandler<ledger.PointsAccrued>;
  readonly pointsReversed: BatchHandler<ledger.PointsReversed>;
  readonly pointsRedeemed: BatchHandler<ledger.PointsRedeemed>;
  readonly pointsExpired: BatchHandler<ledger.PointsExpired>;
  readonly pointsAdjusted: BatchHandler<ledger.PointsAdjusted>;
  readonly pointsMoved: BatchHandler<ledger.PointsMoved>;
  readonly pointsGranted: BatchHandler<ledger.PointsGranted>;
  readonly pointsWithdrawn: BatchHandler<ledger.PointsWithdrawn>;
}

export const SETTLEMENT_POLICIES = Symbol('settlement policies');

/** Every contract that settlement hears. */
@Controller()
export class SettlementSubscriptions {
  constructor(@Inject(SETTLEMENT_POLICIES) private readonly policies: SettlementPolicies) {}

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
}
