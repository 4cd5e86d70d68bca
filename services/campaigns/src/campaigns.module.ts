import { type DynamicModule, Inject, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { MemberDirectory } from './application/member-directory';
import { PurchaseRecords } from './application/purchase-records';
import { RuleSets } from './application/rule-sets';
import { campaignsParts, type CampaignsResources } from './campaigns.parts';
import { Entrance } from './http/entrance';
import { PurchasesController } from './http/purchases.controller';
import { ReceiptsController } from './http/receipts.controller';
import { ReturnsController } from './http/returns.controller';
import { RuleSetsController } from './http/rule-sets.controller';
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

/** What of campaigns the Nest app holds; its parts are bound in `campaigns.parts.ts`. */
@Module({})
export class CampaignsModule {
  static forRoot(resources: CampaignsResources): DynamicModule {
    const { entrance, records, directory, ruleSets, policies, work } = campaignsParts(resources);
    return {
      module: CampaignsModule,
      controllers: [
        PurchasesController,
        ReceiptsController,
        ReturnsController,
        RuleSetsController,
        CampaignsSubscriptions,
      ],
      providers: [
        { provide: Entrance, useValue: entrance },
        { provide: PurchaseRecords, useValue: records },
        { provide: MemberDirectory, useValue: directory },
        { provide: RuleSets, useValue: ruleSets },
        { provide: Policies, useValue: policies },
        { provide: WORK, useValue: work },
        Draining,
      ],
    };
  }
}
