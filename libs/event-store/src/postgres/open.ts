import { join } from 'node:path';
import {
  type AppendItem,
  type Appended,
  type AppendOptions,
  type BatchAppended,
  type EventStore,
  EventStoreError,
  type Expected,
  type NewEvent,
  type SnapshotStore,
} from '@tallystick/decider';
import type { MigrationSet, Pool } from '@tallystick/postgres';
import { appendedOrThrow, withGoodItems } from '../append-many';
import type { Instant } from '@tallystick/vocabulary';
import { Committer, type CommitterOptions } from './commit';
import { CommitQueue } from './commit-queue';
import { readFault } from './faults';
import { PostgresLog, type PostgresLogOptions } from './postgres-log';
import { runStatement } from './session';
import { PostgresSnapshots } from './snapshots';

/** What makes a service's log in its schema: tables `event`, `log_counter`, `snapshot`, function `append_events`. */
export const EVENT_LOG_MIGRATIONS: MigrationSet = { name: 'event-log', folder: join(__dirname, 'migrations') };

export interface PostgresEventStoreOptions {
  /** Connections of the service's role; appends use one at a time. */
  readonly pool: Pool;
  /** Connections for reading, where reads are to wait for none of the other work; default `pool`. */
  readonly readPool?: Pool;
  readonly schema: string;
  readonly service: string;
  /** Committed events kept in memory for subscribers of this process; default 2,500, 0 for none. */
  readonly tailSize?: number;
  /** Longest wait for the answer to one call, in ms; default 10,000. */
  readonly deadline?: number;
}

/** The event store of one service, and its snapshots in the same schema. */
export interface PostgresEventStore extends EventStore {
  readonly snapshots: SnapshotStore;
  tail: NonNullable<EventStore['tail']>;
  finish: NonNullable<EventStore['finish']>;
}

/**
 * Opens a service's log for writing and reading. Its tables must stand ({@link EVENT_LOG_MIGRATIONS}); throws
 * `unavailable` where they cannot be reached. The pools stay the caller's: `close` does not end them.
 */
export async function openPostgresEventStore(options: PostgresEventStoreOptions): Promise<PostgresEventStore> {
  const store = new WritableLog(options);
  await store.logHead();
  return store;
}

/** Opens another service's log for reading: its role needs SELECT only, and every append is refused with `denied`. */
export async function openPostgresLogReader(options: PostgresLogOptions): Promise<EventStore> {
  const reader = new ReadOnlyLog({ ...options, tailSize: 0 });
  await reader.logHead();
  return reader;
}

class WritableLog extends PostgresLog implements PostgresEventStore {
  readonly snapshots: SnapshotStore;
  private readonly queue: CommitQueue;
  private readonly writer: Pool;

  constructor(options: PostgresEventStoreOptions) {
    super({ ...options, pool: options.readPool ?? options.pool });
    this.writer = options.pool;
    const { deadline, quotedSchema: schema, channel } = this;
    this.snapshots = new PostgresSnapshots(options.pool, schema, deadline);
    const committed: CommitterOptions['committed'] = (first, events) => this.noteCommit(first, events);
    this.queue = new CommitQueue(
      options.service,
      new Committer({
        pool: options.pool,
        schema,
        channel,
        deadline,
        committed,
        underWay: (commit) => this.whileCommitting(commit),
      }),
    );
  }

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const { outcomes } = await this.appendMany([{ stream, expected, events }]);
    return appendedOrThrow(stream, expected, outcomes[0]!);
  }

  appendMany(items: readonly AppendItem[], { checkpoints = [] }: AppendOptions = {}): Promise<BatchAppended> {
    return withGoodItems(items, checkpoints, (good, moves) => this.queue.submit(good, moves));
  }

  /** The counter's own time is moved on, under the lock that every append takes last: no clock is asked. */
  async finish(recordedAt: Instant): Promise<boolean> {
    const { writer, quotedSchema: schema, deadline } = this;
    const text = `with finished as (
        update ${schema}.log_counter set last_recorded_at = last_recorded_at + interval '1 millisecond'
        where last_recorded_at = timestamptz 'epoch' + $1 * interval '1 millisecond' returning 1
      )
      select exists (select from finished)
        or exists (select from ${schema}.log_counter
                   where last_recorded_at > timestamptz 'epoch' + $1 * interval '1 millisecond') as done`;
    try {
      const { rows } = await runStatement<{ done: boolean }>(writer, { text, values: [recordedAt] }, deadline);
      return rows[0]!.done;
    } catch (error) {
      throw readFault(error);
    }
  }

  override async close(): Promise<void> {
    await this.queue.close();
    await super.close();
  }
}

class ReadOnlyLog extends PostgresLog implements EventStore {
  append(stream: string): Promise<Appended> {
    return Promise.reject(new EventStoreError('denied', `${stream}: this log was opened for reading`));
  }

  appendMany(items: readonly AppendItem[]): Promise<BatchAppended> {
    const error = new EventStoreError('denied', 'this log was opened for reading');
    return Promise.resolve({ outcomes: items.map(() => ({ kind: 'failed', error })), checkpointsMoved: false });
  }
}
