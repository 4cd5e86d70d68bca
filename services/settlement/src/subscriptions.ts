import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ledger } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';

/** Where settlement's subscriptions go, bound in the module. */
export interface SettlementPolicies {
  readonly pointsAccrued: BatchHandler<ledger.PointsAccrued>;
  readonly pointsReversed: BatchHandler<ledger.PointsReversed>;
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
}
