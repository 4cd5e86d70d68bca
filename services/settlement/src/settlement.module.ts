import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { projectionHandler } from '@tallystick/read-models';
import { ObligationsController } from './http/obligations.controller';
import { obligationsProjection } from './projections/obligations/obligations.projection';
import { ObligationQueries } from './projections/obligations/obligations.query';
import { SETTLEMENT_POLICIES, type SettlementPolicies, SettlementSubscriptions } from './subscriptions';

/** The composition root of settlement: binds ports to adapters. */
@Module({})
export class SettlementModule {
  static forRoot({ pool }: ServiceResources): DynamicModule {
    const policies: SettlementPolicies = {
      pointsAccrued: projectionHandler(obligationsProjection, 'ledger.points-accrued.v1', pool),
      pointsReversed: projectionHandler(obligationsProjection, 'ledger.points-reversed.v1', pool),
    };
    return {
      module: SettlementModule,
      controllers: [ObligationsController, SettlementSubscriptions],
      providers: [
        { provide: ObligationQueries, useValue: new ObligationQueries(pool) },
        { provide: SETTLEMENT_POLICIES, useValue: policies },
      ],
    };
  }
}
