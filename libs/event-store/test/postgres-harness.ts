import { randomUUID } from 'node:crypto';
import type { EventStore } from '@tallystick/decider';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import {
  EventChain,
  type EventStoreHarness,
  FaultyLink,
  idsOf,
  type LinkOptions,
  type OpenOptions,
  startTestDatabase,
} from '@tallystick/testing';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
  type PostgresEventStoreOptions,
} from '../src/postgres';

export const SCHEMA = 'ledger';

export interface PostgresHarness extends EventStoreHarness {
  readonly url: string;
  /** Superuser connections of the test itself. */
  readonly admin: Pool;
  open(options?: OpenOptions & Partial<PostgresEventStoreOptions>): Promise<PostgresEventStore>;
}

/** A log in a database of its own; every adapter brings its own pool, as replicas of a service would. */
export async function postgresHarness(): Promise<PostgresHarness> {
  const database = await startTestDatabase();
  const name = `contract-${randomUUID().slice(0, 8)}`;
  const admin = createPool(database.url, { max: 4, applicationName: 'contract-admin', searchPath: SCHEMA });
  await migrate(admin, SCHEMA, [CONSUMER_MIGRATIONS, EVENT_LOG_MIGRATIONS]);
  const closing: (() => Promise<void>)[] = [];

  const openAt = async (url: string, options: Partial<PostgresEventStoreOptions> = {}): Promise<PostgresEventStore> => {
    const pool = createPool(url, { max: 3, applicationName: name, searchPath: SCHEMA });
    const store = await openPostgresEventStore({ pool, schema: SCHEMA, service: SCHEMA, ...options });
    closing.push(async () => {
      await store.close();
      await pool.end();
    });
    return store;
  };
  const main = await openAt(database.url);

  return {
    kinds: ['account', 'member'],
    url: database.url,
    admin,
    snapshots: main.snapshots,
    open: (options) => openAt(database.url, options),
    openFaulty: async (options) => {
      const address = new URL(database.url);
      const faults = await FaultyLink.to(address.hostname, Number(address.port));
      address.host = `127.0.0.1:${faults.port}`;
      const store = await openAt(address.toString(), options);
      closing.push(() => faults.close());
      return { store, faults };
    },
    openCalls: async () => {
      const { rows } = await admin.query<{ open: string }>(
        "select count(*) as open from pg_stat_activity where application_name = $1 and state <> 'idle'",
        [name],
      );
      return Number(rows[0]!.open);
    },
    close: async () => {
      for (const close of closing.reverse()) await close();
      await admin.end();
      await database.drop();
    },
  };
}

/** The chain of a stream that nobody has written yet. */
export function newChain(): EventChain {
  return new EventChain(`account-demo_${randomUUID()}`);
}

/** Appends the next events of a chain; answers their ids. */
export async function growChain(
  store: EventStore,
  chain: EventChain,
  count: number,
  options?: LinkOptions,
): Promise<string[]> {
  const { expected } = chain;
  const events = chain.next(count, options);
  await store.append(chain.stream, expected, events);
  return idsOf(events);
}
