import type { EventStore, SnapshotStore } from '@tallystick/decider';
import { openEventStoreDb } from '@tallystick/event-store/eventstoredb';
import { openPostgresEventStore, openPostgresLogReader } from '@tallystick/event-store/postgres';
import type { Publications } from '@tallystick/messaging';
import { createPool, type Pool } from '@tallystick/postgres';
import { onIdleFault } from './idle-fault';
import type { ServiceDefinition } from './service';
import { databaseSetting, type Settings } from './settings';

/** What a service's log is found by. */
export type LogPlace = Pick<ServiceDefinition, 'name' | 'kinds'>;

/** A service's log, writable, with its snapshots. */
export type OpenStore = EventStore & { readonly snapshots: SnapshotStore };

/**
 * Opens a service's log where `TALLY_STORE` says. A service that owns no stream has nothing to keep in EventStoreDB; its
 * empty log stays in Postgres.
 */
export function openStore(
  { name: service, kinds }: LogPlace,
  settings: Settings,
  pools: { readonly reader: Pool; readonly writer: Pool },
): Promise<OpenStore> {
  const connectionString = eventStoreOf(kinds, settings);
  if (connectionString) return openEventStoreDb({ connectionString, kinds, pool: pools.reader, schema: service });
  return openPostgresEventStore({ pool: pools.writer, readPool: pools.reader, schema: service, service });
}

/** Opens a service's log where {@link openStore} would, for who never writes to it. */
export function openLogForReading(
  { name: schema, kinds }: LogPlace,
  settings: Settings,
  pool: Pool,
): Promise<EventStore> {
  const connectionString = eventStoreOf(kinds, settings);
  return connectionString
    ? openEventStoreDb({ connectionString, kinds, pool, schema })
    : openPostgresLogReader({ pool, schema });
}

function eventStoreOf(kinds: readonly string[], settings: Settings): string | undefined {
  return settings['TALLY_STORE'] === 'eventstoredb' && kinds.length > 0 ? settings['EVENTSTOREDB_URL'] : undefined;
}

/** Another service's log, opened for reading, and what closes with it. */
export interface ForeignLog {
  readonly store: EventStore;
  close(): Promise<void>;
}

/** Opens the log of a producer that runs elsewhere, at its own address where that is set. */
export async function openForeignLog(
  { service }: Publications,
  settings: Settings,
  ownPool: Pool,
): Promise<ForeignLog> {
  if (settings['TALLY_STORE'] === 'eventstoredb') {
    throw new Error(
      `${service} runs elsewhere and its log is in EventStoreDB: it is heard over Kafka, set TALLY_BUS=kafka`,
    );
  }
  const url = settings[databaseSetting(service)];
  const pool = url ? createPool(url, { max: 2, applicationName: `tallystick-reads-${service}`, onIdleFault }) : ownPool;
  const store = await openPostgresLogReader({ pool, schema: service });
  return {
    store,
    close: async () => {
      await store.close();
      if (pool !== ownPool) await pool.end();
    },
  };
}
