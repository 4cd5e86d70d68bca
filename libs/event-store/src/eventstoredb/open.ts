import {
  type AppendItem,
  type Appended,
  type AppendOptions,
  type BatchAppended,
  type EventStore,
  type Expected,
  type LogPage,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SnapshotStore,
  type StreamHead,
  type StreamSlice,
  type SubscribeOptions,
  type SubscriptionItem,
} from '@tallystick/decider';
import { type Pool, quoteIdentifier } from '@tallystick/postgres';
import { appendedOrThrow, withGoodItems } from '../append-many';
import { interruptible } from '../interruptible';
import { PostgresSnapshots } from '../postgres';
import { appendItems } from './appends';
import { EsdbConnection } from './connection';
import { EsdbReads } from './reads';
import { LogScope } from './scope';
import { subscription } from './subscription';

const DEFAULT_DEADLINE = 10_000;

export interface EventStoreDbOptions {
  /** `esdb://user:password@host:2113,…`; without `tls=false` a user is needed. */
  readonly connectionString: string;
  /** The stream kinds that are the service's log; $all holds other services' streams, too. */
  readonly kinds: readonly string[];
  /** Where snapshots are kept: the service's schema in Postgres, with the table of EVENT_LOG_MIGRATIONS. */
  readonly pool: Pool;
  readonly schema: string;
  /** Longest wait for the answer to one call, in ms; default 10,000. */
  readonly deadline?: number;
}

/** A service's log in EventStoreDB, and its snapshots in Postgres. */
export interface EventStoreDbStore extends EventStore {
  readonly snapshots: SnapshotStore;
}

/**
 * Opens a service's log in EventStoreDB (23.10 or later: "caught up" is told by the server). Throws `unavailable` where
 * no node answers. Checkpoints never move with an append here; there is no tail, since positions have gaps.
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStoreDbStore> {
  const store = new EsdbStore(options);
  try {
    await store.logHead();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class EsdbStore implements EventStoreDbStore {
  readonly snapshots: SnapshotStore;
  private readonly connection: EsdbConnection;
  private readonly scope: LogScope;
  private readonly reads: EsdbReads;
  private readonly closing = new AbortController();
  private appended = new AbortController();

  constructor({ connectionString, kinds, pool, schema, deadline = DEFAULT_DEADLINE }: EventStoreDbOptions) {
    this.connection = new EsdbConnection(connectionString, deadline);
    this.scope = new LogScope(kinds);
    this.reads = new EsdbReads(this.connection, this.scope);
    this.snapshots = new PostgresSnapshots(pool, quoteIdentifier(schema), deadline);
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const { outcomes } = await this.appendMany([{ stream, expected, events }]);
    return appendedOrThrow(stream, expected, outcomes[0]!);
  }

  async appendMany(items: readonly AppendItem[], { checkpoints = [] }: AppendOptions = {}): Promise<BatchAppended> {
    const result = await withGoodItems(items, checkpoints, async (good) => ({
      outcomes: await appendItems(this.connection, good),
      checkpointsMoved: false,
    }));
    this.appended.abort();
    this.appended = new AbortController();
    return result;
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<StreamSlice> {
    return this.reads.readStream(stream, options);
  }

  readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    return this.reads.readStreams(from);
  }

  readAll(options: ReadAllOptions): Promise<LogPage> {
    return this.reads.readAll(options);
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    return subscription(this.connection, this.scope, options, this.closing.signal);
  }

  streamHead(stream: string): Promise<StreamHead | undefined> {
    return this.reads.streamHead(stream);
  }

  logHead(): Promise<Position> {
    return this.reads.logHead();
  }

  /** Wakes for this process's own appends; others' are found when `ms` is over. */
  changed(ms: number): Promise<void> {
    return interruptible(ms, AbortSignal.any([this.appended.signal, this.closing.signal]));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.connection.close();
  }
}
