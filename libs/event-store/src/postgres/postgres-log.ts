import type {
  LogPage,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
  StreamHead,
  StreamSlice,
  SubscribeOptions,
  SubscriptionItem,
} from '@tallystick/decider';
import { type Pool, quoteIdentifier } from '@tallystick/postgres';
import { HeadWatch } from './head-watch';
import { LogReader } from './log-reader';
import { scanLog } from './log-scan';
import { LogTail } from './log-tail';
import { subscription } from './subscription';

const DEFAULT_TAIL = 2_500;
const DEFAULT_DEADLINE = 10_000;

export interface PostgresLogOptions {
  readonly pool: Pool;
  readonly schema: string;
  readonly tailSize?: number;
  readonly deadline?: number;
}

/** The reading half of a log in Postgres. */
export class PostgresLog {
  protected readonly deadline: number;
  protected readonly quotedSchema: string;
  /** Channel on which commits to this log are announced. */
  protected readonly channel: string;
  private readonly reader: LogReader;
  private readonly recent: LogTail;
  private readonly watch: HeadWatch;
  private readonly closing = new AbortController();
  private readonly pool: Pool;
  private commitsUnderWay = 0;

  constructor({ pool, schema, tailSize = DEFAULT_TAIL, deadline = DEFAULT_DEADLINE }: PostgresLogOptions) {
    this.pool = pool;
    this.deadline = deadline;
    this.quotedSchema = quoteIdentifier(schema);
    this.channel = `${schema}.event`;
    this.reader = new LogReader(pool, this.quotedSchema, deadline);
    this.recent = new LogTail(tailSize);
    this.watch = new HeadWatch({ pool, channel: this.channel, logHead: () => this.reader.logHead() });
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<StreamSlice> {
    return this.reader.readStream(stream, options);
  }

  readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    return this.reader.readStreams(from);
  }

  readAll(options: ReadAllOptions): Promise<LogPage> {
    return this.reader.readAll(options);
  }

  async *scan(after: Position): AsyncGenerator<readonly RecordedEvent[]> {
    yield* scanLog(this.pool, this.quotedSchema, after, await this.logHead());
  }

  streamHead(stream: string): Promise<StreamHead | undefined> {
    return this.reader.streamHead(stream);
  }

  logHead(): Promise<Position> {
    return this.reader.logHead();
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    return subscription(
      {
        closing: this.closing.signal,
        tail: (after, max) => this.tail(after, max),
        readPage: (after, filter, max) => this.readAll({ after, filter, max }),
        beyond: (after, ms, signal) => this.beyond(after, ms, signal),
      },
      options,
    );
  }

  /**
   * Events after a position from memory; `undefined` where memory does not reach (then `readAll` does). An empty answer
   * means that no process is known to have committed more; a position never heard of is found within a second.
   */
  tail(after: Position, max: number): readonly RecordedEvent[] | undefined {
    const events = this.recent.after(after, max);
    if (events) return events;
    if (Number(after) !== this.recent.last) return undefined;
    // A notification of our own commit may overtake its answer: what it tells of is about to be in memory.
    if (this.commitsUnderWay > 0) return [];
    return this.watch.listening && this.watch.head === this.recent.last ? [] : undefined;
  }

  /** Resolves with the next commit heard of, or after `ms`. Call it before reading, wait for it after having read. */
  changed(ms: number): Promise<void> {
    return this.watch.changed(ms);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.watch.close();
  }

  protected async whileCommitting<Result>(commit: () => Promise<Result>): Promise<Result> {
    this.commitsUnderWay += 1;
    try {
      return await commit();
    } finally {
      this.commitsUnderWay -= 1;
    }
  }

  protected noteCommit(first: number, events: readonly RecordedEvent[]): void {
    this.recent.push(first, events);
    this.watch.note(first + events.length - 1);
    // Whoever was woken by the notification before found nothing yet.
    this.watch.wake();
  }

  private async beyond(after: Position, ms: number, signal: AbortSignal): Promise<void> {
    const wake = (): void => this.watch.wake();
    signal.addEventListener('abort', wake);
    try {
      if (!signal.aborted) await this.watch.beyond(Number(after), ms);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
