import { randomUUID } from 'node:crypto';
import type { EventStore } from '@tallystick/decider';
import { createPool, migrate } from '@tallystick/postgres';
import { type EventStoreHarness, type OpenOptions, startTestDatabase, type StoreFaults } from '@tallystick/testing';
import { type EventStoreDbStore, openEventStoreDb } from '../src/eventstoredb';
import { EVENT_LOG_MIGRATIONS } from '../src/postgres';

const SCHEMA = 'ledger';

/** Where an adapter finds the store, or a faulty way to it. */
export interface EventStoreDbAddress {
  readonly connectionString: string;
  faulty(): Promise<{ readonly connectionString: string; readonly faults: StoreFaults; close(): Promise<void> }>;
  openCalls(): Promise<number>;
  writeForeign(): Promise<void>;
  close(): Promise<void>;
}

export interface EventStoreDbHarness extends EventStoreHarness {
  open(options?: OpenOptions): Promise<EventStoreDbStore>;
}

/** Stream kinds of its own for every harness, since a node's log outlives a test. */
export async function eventStoreDbHarness(address: EventStoreDbAddress): Promise<EventStoreDbHarness> {
  const database = await startTestDatabase();
  const pool = createPool(database.url, { max: 2, applicationName: 'contract-snapshots', searchPath: SCHEMA });
  await migrate(pool, SCHEMA, [EVENT_LOG_MIGRATIONS]);
  const run = randomUUID().slice(0, 8);
  const kinds = [`account${run}`, `member${run}`] as const;
  const closing: (() => Promise<void>)[] = [];
  const openAt = async (connectionString: string, options: OpenOptions = {}): Promise<EventStoreDbStore> => {
    const store = await openEventStoreDb({ connectionString, kinds, pool, schema: SCHEMA, ...options });
    closing.push(() => store.close());
    return store;
  };
  const main = await openAt(address.connectionString);
  return {
    kinds,
    snapshots: main.snapshots,
    open: (options) => openAt(address.connectionString, options),
    openFaulty: async (options): Promise<{ store: EventStore; faults: StoreFaults }> => {
      const { connectionString, faults, close } = await address.faulty();
      closing.push(close);
      return { store: await openAt(connectionString, options), faults };
    },
    openCalls: () => address.openCalls(),
    writeForeign: () => address.writeForeign(),
    close: async () => {
      for (const close of closing.reverse()) await close();
      await address.close();
      await pool.end();
      await database.drop();
    },
  };
}
