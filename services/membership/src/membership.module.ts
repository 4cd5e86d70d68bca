import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { projectionHandler } from '@tallystick/read-models';
import { Reference } from './adapters/reference';
import { Vault } from './adapters/vault';
import { VaultKeys } from './adapters/vault-keys';
import { Enrolment } from './application/enrolment';
import { MemberCommands } from './application/member-commands';
import { TierReviews } from './application/tier-reviews';
import { Clock } from './application/wall-clock';
import { MembersController } from './http/members.controller';
import { TierPolicyController } from './http/tier-policy.controller';
import { whenDayEndedReviewTiers } from './policies/when-day-ended-review-tiers';
import { whenGrowthChangedReviewTiers } from './policies/when-growth-changed-review-tiers';
import { whenNodeDeclaredKeepItsUnit } from './policies/when-node-declared-keep-its-unit';
import { whenProgramDeclaredKeepItsZone } from './policies/when-program-declared-keep-its-zone';
import { growthProjection } from './projections/growth/growth.projection';
import { MEMBERSHIP_POLICIES, type MembershipPolicies, MembershipSubscriptions } from './subscriptions';

/** The composition root of membership: binds ports to adapters. */
@Module({})
export class MembershipModule {
  static forRoot(resources: ServiceResources): DynamicModule {
    const { pool, store, snapshots, now, settings } = resources;
    const commands = new MemberCommands(store, snapshots);
    const reference = new Reference(pool);
    const vault = new Vault(pool, new VaultKeys(Buffer.from(settings.TALLY_VAULT_KEY ?? '', 'base64')));
    const enrolment = new Enrolment(vault, commands, () => new Date(now()));
    const reviews = new TierReviews(commands, reference, pool);
    const recordGrowth = projectionHandler(growthProjection, 'ledger.growth-changed.v1', pool);
    const policies: MembershipPolicies = {
      growthChanged: whenGrowthChangedReviewTiers(reviews, recordGrowth),
      dayEnded: whenDayEndedReviewTiers(reviews, reference, pool),
      nodeDeclared: whenNodeDeclaredKeepItsUnit(reference),
      programDeclared: whenProgramDeclaredKeepItsZone(reference),
    };
    return {
      module: MembershipModule,
      controllers: [MembersController, TierPolicyController, MembershipSubscriptions],
      providers: [
        { provide: MemberCommands, useValue: commands },
        { provide: Reference, useValue: reference },
        { provide: Vault, useValue: vault },
        { provide: Enrolment, useValue: enrolment },
        { provide: Clock, useValue: new Clock(now) },
        { provide: MEMBERSHIP_POLICIES, useValue: policies },
      ],
    };
  }
}
