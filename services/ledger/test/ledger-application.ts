import type { PostgresEventStore } from '@tallystick/event-store/postgres';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AccountCommands } from '../src/application/account-commands';
import { AccountMerges } from '../src/application/account-merges';
import { AssetDirectory } from '../src/application/asset-directory';
import type { LedgerApplication } from '../src/application/carry-out-batch';

/** What carries out the ledger's commands, on a log that others may write as well. */
export function applicationOn(pool: Pool, store: PostgresEventStore): LedgerApplication {
  const { snapshots } = store;
  const zones = new ProgramZones(pool);
  const zoneOf = (tenant: string, program: string) => zones.zoneOf(tenant, program);
  const now = () => Date.now() as Instant;
  const assets = new AssetDirectory({ store, snapshots, now, zoneOf });
  const accounts = new AccountCommands(store, snapshots);
  return { accounts, assets, merges: new AccountMerges(store, snapshots, accounts) };
}
