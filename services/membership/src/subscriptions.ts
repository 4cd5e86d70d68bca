import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ledger, membership, organization } from '@tallystick/contracts';
import type { Batch, BatchHandler, Outcome } from '@tallystick/messaging';

/** The policies that membership's subscriptions go to, bound in the module. */
export interface MembershipPolicies {
  readonly growthChanged: BatchHandler<ledger.GrowthChanged>;
  readonly dayEnded: BatchHandler<organization.DayEnded>;
  readonly nodeDeclared: BatchHandler<organization.NodeDeclared>;
  readonly programDeclared: BatchHandler<organization.ProgramDeclared>;
  readonly tierPolicyDeclared: BatchHandler<membership.TierPolicyDeclared>;
}

export const MEMBERSHIP_POLICIES = Symbol('membership policies');

/** Every contract that membership hears. */
@Controller()
export class MembershipSubscriptions {
  constructor(@Inject(MEMBERSHIP_POLICIES) private readonly policies: MembershipPolicies) {}

  @EventPattern('ledger.growth-changed.v1')
  growthChanged(@Payload() batch: Batch<ledger.GrowthChanged>): Promise<readonly Outcome[]> {
    return this.policies.growthChanged(batch);
  }

  @EventPattern('organization.day-ended.v1')
  dayEnded(@Payload() batch: Batch<organization.DayEnded>): Promise<readonly Outcome[]> {
    return this.policies.dayEnded(batch);
  }

  @EventPattern('organization.node-declared.v1')
  nodeDeclared(@Payload() batch: Batch<organization.NodeDeclared>): Promise<readonly Outcome[]> {
    return this.policies.nodeDeclared(batch);
  }

  @EventPattern('organization.program-declared.v1')
  programDeclared(@Payload() batch: Batch<organization.ProgramDeclared>): Promise<readonly Outcome[]> {
    return this.policies.programDeclared(batch);
  }

  @EventPattern('membership.tier-policy-declared.v1')
  tierPolicyDeclared(@Payload() batch: Batch<membership.TierPolicyDeclared>): Promise<readonly Outcome[]> {
    return this.policies.tierPolicyDeclared(batch);
  }
}
