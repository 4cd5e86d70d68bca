export {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  openPostgresLogReader,
  type PostgresEventStore,
  type PostgresEventStoreOptions,
} from './open';
export type { PostgresLogOptions } from './postgres-log';
export { PostgresSnapshots } from './snapshots';
