import type { PostgresEventStore } from '@tallystick/event-store/postgres';
import type { Pool } from '@tallystick/postgres';
import { type Instant, instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AccountCommands } from '../src/application/account-commands';
import { AccountDecisions } from '../src/application/account-decisions';
import { AccountMerges } from '../src/application/account-merges';
import { AdjustmentPolicies } from '../src/application/adjustment-policies';
import { AdjustmentRequests } from '../src/application/adjustment-requests';
import { Adjustments } from '../src/application/adjustments';
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

/** 6 November 2026, noon in Shanghai: what the clock of a desk shows. */
export const NOON = instant('2026-11-06T04:00:00.000Z');

/** What carries out corrections by hand, at noon. */
export function adjustmentsOn(store: PostgresEventStore, { accounts, assets }: LedgerApplication): Adjustments {
  const now = () => NOON;
  const decisions = new AccountDecisions(store, accounts, now);
  const policies = new AdjustmentPolicies(store, now);
  return new Adjustments({ store, accounts, decisions, assets, policies, requests: new AdjustmentRequests(store) });
}
