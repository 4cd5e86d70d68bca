import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { MemberTiers } from './adapters/member-tiers';
import { ProgramZones } from './adapters/program-zones';
import { AccountCommands } from './application/account-commands';
import { AccountDecisions } from './application/account-decisions';
import { AccountPast } from './application/account-past';
import { AssetDirectory } from './application/asset-directory';
import { EventLog } from './application/event-log';
import { AccountStatusController } from './http/account-status.controller';
import { AccountsController } from './http/accounts.controller';
import { ActivationsController } from './http/activations.controller';
import { AdjustmentsController } from './http/adjustments.controller';
import { AsOfAnswers } from './http/as-of.answers';
import { AsOfController } from './http/as-of.controller';
import { AssetsController } from './http/assets.controller';
import { BalancesController } from './http/balances.controller';
import { CreditController } from './http/credit.controller';
import { DebtsController } from './http/debts.controller';
import { EventsController } from './http/events.controller';
import { ExchangesController } from './http/exchanges.controller';
import { HoldViewsController } from './http/hold-views.controller';
import { HoldsController } from './http/holds.controller';
import { ImportsController } from './http/imports.controller';
import { LoansController } from './http/loans.controller';
import { MixedHoldsController } from './http/mixed-holds.controller';
import { ReactivationsController } from './http/reactivations.controller';
import { TransfersController } from './http/transfers.controller';
import { ValuesController } from './http/values.controller';
import { ViolationsController } from './http/violations.controller';
import { AccountBook } from './projections/account-book/account-book.query';
import { DebtBook } from './projections/account-book/debt-book';
import { DueBook } from './projections/account-book/due-accounts';
import { HoldBook } from './projections/account-book/hold-book';
import { AccountProofs } from './projections/account-proof/account-proof.query';
import { LedgerSubscriptions } from './subscriptions';

type LedgerResources = Pick<ServiceResources, 'pool' | 'store' | 'snapshots' | 'now'>;

/** The composition root of the ledger: binds ports to adapters. */
@Module({})
export class LedgerModule {
  static forRoot({ pool, store, snapshots, now }: LedgerResources): DynamicModule {
    const accounts = new AccountCommands(store, snapshots);
    const zones = new ProgramZones(pool);
    const zoneOf = (tenant: string, program: string) => zones.zoneOf(tenant, program);
    return {
      module: LedgerModule,
      controllers: [
        AccountsController,
        AccountStatusController,
        ActivationsController,
        AdjustmentsController,
        AsOfController,
        AssetsController,
        BalancesController,
        CreditController,
        DebtsController,
        EventsController,
        ExchangesController,
        HoldsController,
        HoldViewsController,
        ImportsController,
        LoansController,
        MixedHoldsController,
        ReactivationsController,
        TransfersController,
        ValuesController,
        ViolationsController,
        LedgerSubscriptions,
      ],
      providers: [
        { provide: AccountCommands, useValue: accounts },
        { provide: AccountDecisions, useValue: new AccountDecisions(store, accounts, now) },
        { provide: AccountPast, useValue: new AccountPast(store) },
        { provide: AsOfAnswers, useFactory: (past: AccountPast) => new AsOfAnswers(past), inject: [AccountPast] },
        { provide: AssetDirectory, useValue: new AssetDirectory({ store, snapshots, now, zoneOf }) },
        { provide: ProgramZones, useValue: zones },
        { provide: MemberTiers, useValue: new MemberTiers(pool) },
        { provide: EventLog, useValue: new EventLog(store) },
        { provide: AccountBook, useValue: new AccountBook(pool) },
        { provide: DueBook, useValue: new DueBook(pool) },
        { provide: DebtBook, useValue: new DebtBook(pool) },
        { provide: HoldBook, useValue: new HoldBook(pool) },
        { provide: AccountProofs, useValue: new AccountProofs(pool) },
      ],
    };
  }
}
