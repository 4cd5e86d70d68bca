import type { ServiceResources } from '@tallystick/hosting';
import { projectionHandler } from '@tallystick/read-models';
import { Reference } from './adapters/reference';
import { ReviewGate } from './adapters/review-gate';
import { Vault } from './adapters/vault';
import { VaultKeys } from './adapters/vault-keys';
import { Enrolment } from './application/enrolment';
import { MemberCommands } from './application/member-commands';
import { TierReviews } from './application/tier-reviews';
import { whenDayEndedReviewTiers } from './policies/when-day-ended-review-tiers';
import { whenGrowthChangedReviewTiers } from './policies/when-growth-changed-review-tiers';
import { whenNodeDeclaredKeepItsUnit } from './policies/when-node-declared-keep-its-unit';
import { whenProgramDeclaredReviewTiers } from './policies/when-program-declared-review-tiers';
import { whenTierPolicyDeclaredReviewTiers } from './policies/when-tier-policy-declared-review-tiers';
import { growthProjection } from './projections/growth/growth.projection';
import type { MembershipPolicies } from './subscriptions';

/** The parts of membership, bound to each other: what the module provides and tests drive. */
export interface MembershipParts {
  readonly commands: MemberCommands;
  readonly reference: Reference;
  readonly vault: Vault;
  readonly enrolment: Enrolment;
  readonly policies: MembershipPolicies;
}

/** What membership needs of its host. */
export type MembershipResources = Pick<ServiceResources, 'pool' | 'store' | 'snapshots' | 'now' | 'settings'>;

export function membershipParts({ pool, store, snapshots, now, settings }: MembershipResources): MembershipParts {
  const commands = new MemberCommands(store, snapshots);
  const reference = new Reference(pool);
  const keys = new VaultKeys(Buffer.from(settings['TALLY_VAULT_KEY'] ?? '', 'base64'));
  const vault = new Vault(pool, keys);
  const enrolment = new Enrolment(vault, keys, commands, () => new Date(now()));
  const gate = new ReviewGate(pool);
  const reviews = new TierReviews(commands, reference, pool, gate);
  const recordGrowth = projectionHandler(growthProjection, 'ledger.growth-changed.v1', pool);
  const policies: MembershipPolicies = {
    growthChanged: whenGrowthChangedReviewTiers(reviews, gate, recordGrowth),
    dayEnded: whenDayEndedReviewTiers(reviews, reference),
    nodeDeclared: whenNodeDeclaredKeepItsUnit(reference),
    programDeclared: whenProgramDeclaredReviewTiers(reviews, reference),
    tierPolicyDeclared: whenTierPolicyDeclaredReviewTiers(reviews),
  };
  return { commands, reference, vault, enrolment, policies };
}
