import { type DynamicModule, Module } from '@nestjs/common';
import type { ServiceResources } from '@tallystick/hosting';
import { AccountCommands } from './application/account-commands';
import { AccountPast } from './application/account-past';
import { AssetDirectory } from './application/asset-directory';
import { EventLog } from './application/event-log';
import { AccountsController } from './http/accounts.controller';
import { AsOfAnswers } from './http/as-of.answers';
import { AsOfController } from './http/as-of.controller';
import { AssetsController } from './http/assets.controller';
import { BalancesController } from './http/balances.controller';
import { EventsController } from './http/events.controller';
import { AccountBook } from './projections/account-book/account-book.query';
import { LedgerSubscriptions } from './subscriptions';

/** The composition root of the ledger: binds ports to adapters. */
@Module({})
export class LedgerModule {
  static forRoot({ pool, store, snapshots }: Pick<ServiceResources, 'pool' | 'store' | 'snapshots'>): DynamicModule {
    return {
      module: LedgerModule,
      controllers: [
        AccountsController,
        AsOfController,
        AssetsController,
        BalancesController,
        EventsController,
        LedgerSubscriptions,
      ],
      providers: [
        { provide: AccountCommands, useValue: new AccountCommands(store, snapshots) },
        { provide: AccountPast, useValue: new AccountPast(store) },
        { provide: AsOfAnswers, useFactory: (past: AccountPast) => new AsOfAnswers(past), inject: [AccountPast] },
        { provide: AssetDirectory, useValue: new AssetDirectory(store, snapshots) },
        { provide: EventLog, useValue: new EventLog(store) },
        { provide: AccountBook, useValue: new AccountBook(pool) },
      ],
    };
  }
}
