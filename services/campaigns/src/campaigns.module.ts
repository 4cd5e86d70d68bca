import { type DynamicModule, Inject, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { MembershipClient } from './adapters/membership-client';
import { ReferenceReader } from './adapters/reference-reader';
import { ReferenceWriter } from './adapters/reference-writer';
import { PostgresPurchaseIndex, PostgresTierRows } from './adapters/tier-rows';
import { MemberDirectory } from './application/member-directory';
import { PurchaseIntake } from './application/purchase-intake';
import { PurchaseRecords } from './application/purchase-records';
import { ReturnIntake } from './application/return-intake';
import { RuleSets } from './application/rule-sets';
import { SurroundingsReader } from './application/surroundings';
import { TierReevaluation } from './application/tier-reevaluation';
import { Entrance } from './http/entrance';
import { PurchasesController } from './http/purchases.controller';
import { ReturnsController } from './http/returns.controller';
import { RuleSetsController } from './http/rule-sets.controller';
import { whenCardIssuedKnowItsMember } from './policies/when-card-issued-know-its-member';
import { whenNodeDeclaredPlaceStores } from './policies/when-node-declared-place-stores';
import { whenProgramDeclaredKeepItsTerms } from './policies/when-program-declared-keep-its-terms';
import { whenPurchasePublishedRecordIt } from './policies/when-purchase-published-record-it';
import { whenPurchaseRecordedIndexIt } from './policies/when-purchase-recorded-index-it';
import { whenReturnPublishedRecordIt } from './policies/when-return-published-record-it';
import { whenTierChangedReevaluate } from './policies/when-tier-changed-reevaluate';
import { CampaignsSubscriptions, Policies } from './subscriptions';

const WORK = Symbol('work under way');

/** Lets what was begun end before the connections close. */
@Injectable()
class Draining implements OnModuleDestroy {
  constructor(@Inject(WORK) private readonly work: readonly { drain(): Promise<void> }[]) {}

  async onModuleDestroy(): Promise<void> {
    for (const one of this.work) await one.drain();
  }
}

/** The composition root of campaigns: binds ports to adapters. */
@Module({})
export class CampaignsModule {
  static forRoot({ pool, store, now, settings }: ServiceResources): DynamicModule {
    const program = settings['TALLY_PROGRAM'] ?? 'main';
    const reference = new ReferenceReader(pool);
    const ruleSets = new RuleSets(store, reference, now);
    const surroundings = new SurroundingsReader(reference, ruleSets);
    const purchases = new PurchaseIntake(store, surroundings, ruleSets);
    const returns = new ReturnIntake(store, surroundings, ruleSets);
    const entrance = new Entrance(purchases, returns, now);
    const directory = new MembershipClient({
      address: settings['MEMBERSHIP_URL'],
      token: settings['MEMBERSHIP_TOKEN'],
    });
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
      module: CampaignsModule,
      controllers: [PurchasesController, ReturnsController, RuleSetsController, CampaignsSubscriptions],
      providers: [
        { provide: Entrance, useValue: entrance },
        { provide: PurchaseRecords, useValue: new PurchaseRecords(store) },
        { provide: MemberDirectory, useValue: directory },
        { provide: RuleSets, useValue: ruleSets },
        { provide: Policies, useValue: policies },
        { provide: WORK, useValue: [entrance, purchases, returns] },
        Draining,
      ],
    };
  }
}
