import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { whenMemberEnrolledRecordIt } from './policies/when-member-enrolled-record-it';
import { whenNodeDeclaredRecordIt } from './policies/when-node-declared-record-it';
import { whenPointsAccruedRecordThem } from './policies/when-points-accrued-record-them';
import { whenPointsAdjustedRecordThem } from './policies/when-points-adjusted-record-them';
import { whenPointsExpiredRecordThem } from './policies/when-points-expired-record-them';
import { whenPointsGrantedRecordThem } from './policies/when-points-granted-record-them';
import { whenPointsMovedRecordThem } from './policies/when-points-moved-record-them';
import { whenPointsRedeemedRecordThem } from './policies/when-points-redeemed-record-them';
import { whenPointsReversedRecordThem } from './policies/when-points-reversed-record-them';
import { whenPointsWithdrawnRecordThem } from './policies/when-points-withdrawn-record-them';
import { whenPurchaseRecordedRecordIt } from './policies/when-purchase-recorded-record-it';
import { whenReturnRecordedRecordIt } from './policies/when-return-recorded-record-it';
import { whenTierChangedRecordThem } from './policies/when-tier-changed-record-them';
import { INSIGHTS_POLICIES, type InsightsPolicies, InsightsSubscriptions } from './subscriptions';

/** The composition root of insights: binds ports to adapters. */
@Module({})
export class InsightsModule {
  static forRoot({ pool }: Pick<ServiceResources, 'pool'>): DynamicModule {
    const policies: InsightsPolicies = {
      purchaseRecorded: whenPurchaseRecordedRecordIt(pool),
      returnRecorded: whenReturnRecordedRecordIt(pool),
      pointsAccrued: whenPointsAccruedRecordThem(pool),
      pointsReversed: whenPointsReversedRecordThem(pool),
      pointsRedeemed: whenPointsRedeemedRecordThem(pool),
      pointsExpired: whenPointsExpiredRecordThem(pool),
      pointsAdjusted: whenPointsAdjustedRecordThem(pool),
      pointsMoved: whenPointsMovedRecordThem(pool),
      pointsGranted: whenPointsGrantedRecordThem(pool),
      pointsWithdrawn: whenPointsWithdrawnRecordThem(pool),
      memberEnrolled: whenMemberEnrolledRecordIt(pool),
      tierChanged: whenTierChangedRecordThem(pool),
      nodeDeclared: whenNodeDeclaredRecordIt(pool),
    };
    return {
      module: InsightsModule,
      controllers: [InsightsSubscriptions],
      providers: [{ provide: INSIGHTS_POLICIES, useValue: policies }],
    };
  }
}
