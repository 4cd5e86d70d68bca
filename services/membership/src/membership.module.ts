import { type DynamicModule, Module } from '@nestjs/common';
import { Reference } from './adapters/reference';
import { Vault } from './adapters/vault';
import { Enrolment } from './application/enrolment';
import { MemberCommands } from './application/member-commands';
import { Clock } from './application/wall-clock';
import { MembersController } from './http/members.controller';
import { TierPolicyController } from './http/tier-policy.controller';
import { membershipParts, type MembershipResources } from './membership.parts';
import { MEMBERSHIP_POLICIES, MembershipSubscriptions } from './subscriptions';

/** The composition root of membership: binds ports to adapters. */
@Module({})
export class MembershipModule {
  static forRoot(resources: MembershipResources): DynamicModule {
    const { commands, reference, vault, enrolment, policies } = membershipParts(resources);
    return {
      module: MembershipModule,
      controllers: [MembersController, TierPolicyController, MembershipSubscriptions],
      providers: [
        { provide: MemberCommands, useValue: commands },
        { provide: Reference, useValue: reference },
        { provide: Vault, useValue: vault },
        { provide: Enrolment, useValue: enrolment },
        { provide: Clock, useValue: new Clock(resources.now) },
        { provide: MEMBERSHIP_POLICIES, useValue: policies },
      ],
    };
  }
}
