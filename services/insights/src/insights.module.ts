import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { projectionHandler } from '@tallystick/read-models';
import { membersProjection } from './projections/members/members.projection';
import { movementsProjection } from './projections/movements/movements.projection';
import { purchasesProjection } from './projections/purchases/purchases.projection';
import { unitsProjection } from './projections/units/units.projection';
import { INSIGHTS_POLICIES, type InsightsPolicies, InsightsSubscriptions } from './subscriptions';

/** The composition root of insights: binds ports to adapters. */
@Module({})
export class InsightsModule {
  static forRoot({ pool }: ServiceResources): DynamicModule {
    const policies: InsightsPolicies = {
      purchaseRecorded: projectionHandler(purchasesProjection, 'campaigns.purchase-recorded.v1', pool),
      returnRecorded: projectionHandler(purchasesProjection, 'campaigns.return-recorded.v1', pool),
      pointsAccrued: projectionHandler(movementsProjection, 'ledger.points-accrued.v1', pool),
      pointsReversed: projectionHandler(movementsProjection, 'ledger.points-reversed.v1', pool),
      memberEnrolled: projectionHandler(membersProjection, 'membership.member-enrolled.v1', pool),
      tierChanged: projectionHandler(membersProjection, 'membership.tier-changed.v1', pool),
      nodeDeclared: projectionHandler(unitsProjection, 'organization.node-declared.v1', pool),
    };
    return {
      module: InsightsModule,
      controllers: [InsightsSubscriptions],
      providers: [{ provide: INSIGHTS_POLICIES, useValue: policies }],
    };
  }
}
