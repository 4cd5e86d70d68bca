import type { ServiceResources } from '@tallystick/hosting';
import { MembershipClient } from './adapters/membership-client';
import { ReferenceReader } from './adapters/reference-reader';
import { ReferenceWriter } from './adapters/reference-writer';
import { PostgresPurchaseIndex, PostgresTierRows } from './adapters/tier-rows';
import type { MemberDirectory } from './application/member-directory';
import { PurchaseIntake } from './application/purchase-intake';
import { PurchaseRecords } from './application/purchase-records';
import { ReturnIntake } from './application/return-intake';
import { RuleSets } from './application/rule-sets';
import { SurroundingsReader } from './application/surroundings';
import { TierReevaluation } from './application/tier-reevaluation';
import { Entrance } from './http/entrance';
import { whenCardIssuedKnowItsMember } from './policies/when-card-issued-know-its-member';
import { whenNodeDeclaredPlaceStores } from './policies/when-node-declared-place-stores';
import { whenProgramDeclaredKeepItsTerms } from './policies/when-program-declared-keep-its-terms';
import { whenPurchasePublishedRecordIt } from './policies/when-purchase-published-record-it';
import { whenPurchaseRecordedIndexIt } from './policies/when-purchase-recorded-index-it';
import { whenReturnPublishedRecordIt } from './policies/when-return-published-record-it';
import { whenTierChangedReevaluate } from './policies/when-tier-changed-reevaluate';
import { Policies } from './subscriptions';

/** The parts of campaigns, bound to each other: what the module provides and tests drive. */
export interface CampaignsParts {
  readonly entrance: Entrance;
  readonly records: PurchaseRecords;
  readonly directory: MemberDirectory;
  readonly ruleSets: RuleSets;
  readonly policies: Policies;
  /** What must end before the connections close, in this order. */
  readonly work: readonly { drain(): Promise<void> }[];
}

/** What campaigns needs of its host. */
export type CampaignsResources = Pick<ServiceResources, 'pool' | 'store' | 'now' | 'settings'>;

export function campaignsParts({ pool, store, now, settings }: CampaignsResources): CampaignsParts {
  const program = settings['TALLY_PROGRAM'] ?? 'main';
  const reference = new ReferenceReader(pool);
  const ruleSets = new RuleSets(store, reference, now);
  const surroundings = new SurroundingsReader(reference, ruleSets);
  const purchases = new PurchaseIntake(store, surroundings, ruleSets);
  const returns = new ReturnIntake(store, surroundings, ruleSets);
  const entrance = new Entrance(purchases, returns, now);
  const writer = new ReferenceWriter(pool);
  const rows = new PostgresTierRows(pool);
  const index = new PostgresPurchaseIndex(pool);
  const reevaluation = new TierReevaluation(store, reference, ruleSets, program);
  const policies = new Policies(
    whenPurchasePublishedRecordIt(purchases, program),
    whenReturnPublishedRecordIt(returns, program),
    whenNodeDeclaredPlaceStores(writer),
    whenProgramDeclaredKeepItsTerms(writer),
    whenCardIssuedKnowItsMember(writer),
    whenTierChangedReevaluate(rows, index, reevaluation),
    whenPurchaseRecordedIndexIt(index, reference, reevaluation, (stream) => purchases.heardBy(stream)),
  );
  return {
    entrance,
    records: new PurchaseRecords(store),
    directory: new MembershipClient({ address: settings['MEMBERSHIP_URL'], token: settings['MEMBERSHIP_TOKEN'] }),
    ruleSets,
    policies,
    work: [entrance, purchases, returns],
  };
}
