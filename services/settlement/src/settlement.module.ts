import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { ObligationsController } from './http/obligations.controller';
import { whenPointsAccruedRecordWhatIsOwed } from './policies/when-points-accrued-record-what-is-owed';
import { whenPointsReversedRecordWhatIsOwed } from './policies/when-points-reversed-record-what-is-owed';
import { whenPointsRedeemedRecordWhatIsOwed } from './policies/when-points-redeemed-record-what-is-owed';
import { whenPointsExpiredRecordWhatIsOwed } from './policies/when-points-expired-record-what-is-owed';
import { whenPointsAdjustedRecordWhatIsOwed } from './policies/when-points-adjusted-record-what-is-owed';
import { whenPointsGrantedRecordWhatIsOwed } from './policies/when-points-granted-record-what-is-owed';
import { whenPointsMovedRecordWhatIsOwed } from './policies/when-points-moved-record-what-is-owed';
import { whenPointsWithdrawnRecordWhatIsOwed } from './policies/when-points-withdrawn-record-what-is-owed';
import { ObligationQueries } from './projections/obligations/obligations.query';
import { SETTLEMENT_POLICIES, type SettlementPolicies, SettlementSubscriptions } from './subscriptions';

/** The composition root of settlement: binds ports to adapters. */
@Module({})
export class SettlementModule {
  static forRoot({ pool }: Pick<ServiceResources, 'pool'>): DynamicModule {
    const policies: SettlementPolicies = {
      pointsAccrued: whenPointsAccruedRecordWhatIsOwed(pool),
      pointsReversed: whenPointsReversedRecordWhatIsOwed(pool),
      pointsRedeemed: whenPointsRedeemedRecordWhatIsOwed(pool),
      pointsExpired: whenPointsExpiredRecordWhatIsOwed(pool),
      pointsAdjusted: whenPointsAdjustedRecordWhatIsOwed(pool),
      pointsMoved: whenPointsMovedRecordWhatIsOwed(pool),
      pointsGranted: whenPointsGrantedRecordWhatIsOwed(pool),
      pointsWithdrawn: whenPointsWithdrawnRecordWhatIsOwed(pool),
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
