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
  type Snapshot,
  type SnapshotStore,
  START,
  type StreamHead,
  type StreamSlice,
  type SubscribeOptions,
  type SubscriptionItem,
} from '@tallystick/decider';
import { appendedOrThrow, withGoodItems } from '@tallystick/event-store';
import { AT_ONCE, type Calls } from './calls';
import type { MemoryLog } from './memory-log';

const PAGE = 500;

/**
 * The event store port over a {@link MemoryLog}: one adapter of one process, each call a point where others may go on,
 * the process may die or the answer be lost. It passes the contract suite of the store port.
 */
export class MemoryEventStore implements EventStore {
  private readonly closing = new AbortController();

  constructor(
    private readonly log: MemoryLog,
    private readonly calls: Calls = AT_ONCE,
  ) {}

  async append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended> {
    const { outcomes } = await this.appendMany([{ stream, expected, events }]);
    return appendedOrThrow(stream, expected, outcomes[0]!);
  }

  appendMany(items: readonly AppendItem[], { checkpoints = [] }: AppendOptions = {}): Promise<BatchAppended> {
    return withGoodItems(items, checkpoints, (good, moves) =>
      this.calls.call('append', () => this.log.appendMany(good, moves)),
    );
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<StreamSlice> {
    return this.calls.call('read', () => this.log.readStream(stream, options));
  }

  readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    return this.calls.call('read', () => this.log.readStreams(from));
  }

  readAll(options: ReadAllOptions): Promise<LogPage> {
    return this.calls.call('read', () => this.log.readAll(options));
  }

  async *subscribe({ after = START, filter, signal }: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    const stop = AbortSignal.any([this.closing.signal, ...(signal ? [signal] : [])]);
    let caughtUp = false;
    for (let at = after; !stop.aborted;) {
      const changed = this.log.changed(stop);
      const { events, next, atHead } = await this.readAll({ after: at, filter, max: PAGE });
      for (const event of events) {
        if (stop.aborted) return;
        yield { kind: 'event', event };
      }
      if (events.at(-1)?.position !== next && next > at) yield { kind: 'checkpoint', position: next };
      at = next;
      if (!atHead) continue;
      if (!caughtUp) yield { kind: 'caught-up' };
      caughtUp = true;
      await changed;
    }
  }

  streamHead(stream: string): Promise<StreamHead | undefined> {
    return this.calls.call('read', () => this.log.streamHead(stream));
  }

  logHead(): Promise<Position> {
    return this.calls.call('read', () => this.log.logHead());
  }

  /** Resolves at the next append; there is no lost wake-up in memory that `ms` would have to bound. */
  changed(_ms: number): Promise<void> {
    return this.log.changed(this.closing.signal);
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }
}

/** The snapshots of a log's streams; the newest of each counts. */
export class MemorySnapshots {
  private readonly kept = new Map<string, Snapshot>();

  /** Every snapshot that is kept now. */
  get all(): Iterable<Snapshot> {
    return this.kept.values();
  }

  /** The port as one process sees it. */
  port(calls: Calls = AT_ONCE): SnapshotStore {
    return {
      load: (streams) => calls.call('read', () => this.load(streams)),
      save: (snapshots) => calls.call('save', () => this.save(snapshots)),
    };
  }

  private load(streams: readonly string[]): Map<string, Snapshot> {
    return new Map(
      streams.flatMap((stream) => {
        const snapshot = this.kept.get(stream);
        return snapshot ? [[stream, snapshot]] : [];
      }),
    );
  }

  private save(snapshots: readonly Snapshot[]): void {
    for (const snapshot of snapshots) {
      if ((this.kept.get(snapshot.stream)?.revision ?? -1) < snapshot.revision) {
        this.kept.set(snapshot.stream, snapshot);
      }
    }
  }
}
