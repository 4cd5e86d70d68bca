import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { ProgramZones } from './adapters/program-zones';
import { AccountCommands } from './application/account-commands';
import { AccountDecisions } from './application/account-decisions';
import { AccountPast } from './application/account-past';
import { AssetDirectory } from './application/asset-directory';
import { EventLog } from './application/event-log';
import { LeaseGrants } from './application/lease-grants';
import { AccountStatusController } from './http/account-status.controller';
import { AccountsController } from './http/accounts.controller';
import { ActivationsController } from './http/activations.controller';
import { AdjustmentsController } from './http/adjustments.controller';
import { AsOfAnswers } from './http/as-of.answers';
import { AsOfController } from './http/as-of.controller';
import { AssetsController } from './http/assets.controller';
import { BalancesController } from './http/balances.controller';
import { ClosingsController } from './http/closings.controller';
import { EventsController } from './http/events.controller';
import { ExchangesController } from './http/exchanges.controller';
import { HoldViewsController } from './http/hold-views.controller';
import { HoldsController } from './http/holds.controller';
import { ImportsController } from './http/imports.controller';
import { LateSettlementsController } from './http/late-settlements.controller';
import { LeasesController } from './http/leases.controller';
import { TransfersController } from './http/transfers.controller';
import { ViolationsController } from './http/violations.controller';
import { AccountBook } from './projections/account-book/account-book.query';
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
        ClosingsController,
        EventsController,
        ExchangesController,
        HoldsController,
        HoldViewsController,
        ImportsController,
        LateSettlementsController,
        LeasesController,
        TransfersController,
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
        { provide: EventLog, useValue: new EventLog(store) },
        { provide: AccountBook, useValue: new AccountBook(pool) },
        { provide: DueBook, useValue: new DueBook(pool) },
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
