import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { AccountPeriods } from './adapters/account-periods';
import { MemberTiers } from './adapters/member-tiers';
import { ProgramZones } from './adapters/program-zones';
import { AccountCommands } from './application/account-commands';
import { AccountDecisions } from './application/account-decisions';
import { AccountMerges } from './application/account-merges';
import { AccountPast } from './application/account-past';
import { AdjustmentBatches } from './application/adjustment-batches';
import { AdjustmentPolicies } from './application/adjustment-policies';
import { AdjustmentRequests } from './application/adjustment-requests';
import { Adjustments } from './application/adjustments';
import { AssetDirectory } from './application/asset-directory';
import { Disputes } from './application/disputes';
import { EventLog } from './application/event-log';
import { LeaseGrants } from './application/lease-grants';
import { AccountStatusController } from './http/account-status.controller';
import { AccountsController } from './http/accounts.controller';
import { ActivationsController } from './http/activations.controller';
import { AdjustmentBatchesController } from './http/adjustment-batches.controller';
import { AdjustmentPolicyController } from './http/adjustment-policy.controller';
import { AdjustmentRequestsController } from './http/adjustment-requests.controller';
import { AdjustmentsController } from './http/adjustments.controller';
import { AsOfAnswers } from './http/as-of.answers';
import { AsOfController } from './http/as-of.controller';
import { AssetsController } from './http/assets.controller';
import { BalancesController } from './http/balances.controller';
import { DisputesController } from './http/disputes.controller';
import { CreditController } from './http/credit.controller';
import { DebtsController } from './http/debts.controller';
import { ClosingsController } from './http/closings.controller';
import { EventsController } from './http/events.controller';
import { ExchangesController } from './http/exchanges.controller';
import { ExplanationsController } from './http/explanations.controller';
import { HoldViewsController } from './http/hold-views.controller';
import { HoldsController } from './http/holds.controller';
import { ImportsController } from './http/imports.controller';
import { LoansController } from './http/loans.controller';
import { MixedHoldsController } from './http/mixed-holds.controller';
import { ReactivationsController } from './http/reactivations.controller';
import { MergesController } from './http/merges.controller';
import { PoolsController } from './http/pools.controller';
import { LateSettlementsController } from './http/late-settlements.controller';
import { LeasesController } from './http/leases.controller';
import { TransfersController } from './http/transfers.controller';
import { ValuesController } from './http/values.controller';
import { ViolationsController } from './http/violations.controller';
import { AccountBook } from './projections/account-book/account-book.query';
import { CaseBook } from './projections/account-book/case-book';
import { DebtBook } from './projections/account-book/debt-book';
import { DueBook } from './projections/account-book/due-accounts';
import { HoldBook } from './projections/account-book/hold-book';
import { LateSettlementBook } from './projections/account-book/late-settlement-book';
import { AccountProofs } from './projections/account-proof/account-proof.query';
import { LedgerSubscriptions } from './subscriptions';

type LedgerResources = Pick<ServiceResources, 'pool' | 'store' | 'snapshots' | 'now' | 'settings'>;

/** The composition root of the ledger: binds ports to adapters. */
@Module({})
export class LedgerModule {
  static forRoot({ pool, store, snapshots, now, settings }: LedgerResources): DynamicModule {
    const accounts = new AccountCommands(store, snapshots);
    const zones = new ProgramZones(pool);
    const zoneOf = (tenant: string, program: string) => zones.zoneOf(tenant, program);
    const decisions = new AccountDecisions(store, accounts, now);
    const assets = new AssetDirectory({ store, snapshots, now, zoneOf });
    const policies = new AdjustmentPolicies(store, now);
    const requests = new AdjustmentRequests(store);
    const merges = new AccountMerges(store, snapshots, accounts);
    const adjustments = new Adjustments({ store, accounts, decisions, merges, assets, policies, requests });
    return {
      module: LedgerModule,
      controllers: [
        AccountsController,
        AccountStatusController,
        ActivationsController,
        AdjustmentBatchesController,
        AdjustmentPolicyController,
        AdjustmentRequestsController,
        AdjustmentsController,
        AsOfController,
        AssetsController,
        BalancesController,
        DisputesController,
        CreditController,
        DebtsController,
        ClosingsController,
        EventsController,
        ExchangesController,
        ExplanationsController,
        HoldsController,
        HoldViewsController,
        ImportsController,
        LoansController,
        MixedHoldsController,
        ReactivationsController,
        MergesController,
        PoolsController,
        LateSettlementsController,
        LeasesController,
        TransfersController,
        ValuesController,
        ViolationsController,
        LedgerSubscriptions,
      ],
      providers: [
        { provide: AccountCommands, useValue: accounts },
        { provide: AccountDecisions, useValue: decisions },
        { provide: AccountMerges, useValue: merges },
        { provide: AccountPast, useValue: new AccountPast({ store, periods: new AccountPeriods(pool) }) },
        { provide: AsOfAnswers, useFactory: (past: AccountPast) => new AsOfAnswers(past), inject: [AccountPast] },
        { provide: AdjustmentBatches, useValue: new AdjustmentBatches(store, adjustments) },
        { provide: AdjustmentPolicies, useValue: policies },
        { provide: Adjustments, useValue: adjustments },
        { provide: AssetDirectory, useValue: assets },
        { provide: Disputes, useValue: new Disputes({ store, accounts, merges, assets, policies, now }) },
        { provide: CaseBook, useValue: new CaseBook(pool) },
        { provide: ProgramZones, useValue: zones },
        { provide: MemberTiers, useValue: new MemberTiers(pool) },
        { provide: EventLog, useValue: new EventLog(store) },
        { provide: AccountBook, useValue: new AccountBook(pool) },
        { provide: DueBook, useValue: new DueBook(pool) },
        { provide: DebtBook, useValue: new DebtBook(pool) },
        {
          provide: LeaseGrants,
          useFactory: () => new LeaseGrants(settings['TALLY_LEASE_KEY'] ?? '', settings['TALLY_ORIGIN'] ?? ''),
        },
        { provide: LateSettlementBook, useValue: new LateSettlementBook(pool) },
        { provide: HoldBook, useValue: new HoldBook(pool) },
        { provide: AccountProofs, useValue: new AccountProofs(pool) },
      ],
    };
  }
}
