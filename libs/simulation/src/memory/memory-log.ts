import {
  type AppendItem,
  type AppendOutcome,
  type BatchAppended,
  type Checkpoint,
  type EventFilter,
  type Expected,
  type LogPage,
  type NewEvent,
  NO_HASH,
  position,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  START,
  type StreamHead,
  type StreamSlice,
} from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';

/** Moves consumers' positions, all or none; answers false where one is not where its move begins. */
export type MoveCheckpoints = (checkpoints: readonly Checkpoint[]) => boolean;

export interface MemoryLogOptions {
  /** What `recordedAt` is; it never decreases in the log. */
  readonly now: () => Instant;
  /** Where the positions of consumers are kept that move together with events. */
  readonly moveCheckpoints?: MoveCheckpoints;
}

/**
 * What an event store keeps: one append-only log and its streams, as on a disk that no crash of a process reaches. Calls
 * are atomic, one after another. It judges as the adapters do (event-store-contract.md R1 to R6): exact expected
 * revision, a known append answered again, a predecessor's hash that must fit.
 */
export class MemoryLog {
  protected readonly log: RecordedEvent[] = [];
  protected readonly streams = new Map<string, RecordedEvent[]>();
  private readonly waiting = new Set<() => void>();

  constructor(protected readonly options: MemoryLogOptions) {}

  /** Every event in the order of the log. */
  get events(): readonly RecordedEvent[] {
    return this.log;
  }

  get streamNames(): Iterable<string> {
    return this.streams.keys();
  }

  /** Appends items in their order, each whole or not at all; checkpoints move where every item was appended. */
  appendMany(items: readonly AppendItem[], checkpoints: readonly Checkpoint[] = []): BatchAppended {
    const outcomes = items.map((item) => this.appendItem(item));
    const all = outcomes.every(({ kind }) => kind === 'appended');
    const checkpointsMoved = all && checkpoints.length > 0 && (this.options.moveCheckpoints?.(checkpoints) ?? false);
    for (const wake of [...this.waiting]) wake();
    return { outcomes, checkpointsMoved };
  }

  readStream(stream: string, { from, direction = 'forward', max }: ReadStreamOptions = {}): StreamSlice {
    const events = this.streams.get(stream);
    if (!events) return { exists: false, events: [] };
    const ordered =
      direction === 'forward' ? events.slice(from ?? 0) : events.slice(0, (from ?? events.length) + 1).reverse();
    return { exists: true, events: ordered.slice(0, max) };
  }

  readStreams(from: ReadonlyMap<string, number>): Map<string, readonly RecordedEvent[]> {
    return new Map([...from].map(([stream, revision]) => [stream, (this.streams.get(stream) ?? []).slice(revision)]));
  }

  readAll({ after = START, filter, max }: ReadAllOptions): LogPage {
    const begin = Number(BigInt(after));
    const looked = this.log.slice(begin, begin + max);
    const events = looked.filter((event) => matches(event, filter));
    return { events, next: looked.at(-1)?.position ?? after, atHead: begin + looked.length >= this.log.length };
  }

  streamHead(stream: string): StreamHead | undefined {
    const last = this.streams.get(stream)?.at(-1);
    return last && { revision: last.revision, hash: last.hash };
  }

  logHead(): Position {
    return position(this.log.length);
  }

  /** Resolves at the next append, or when the signal aborts. */
  async changed(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  /** Judges one item and keeps its events where they fit. */
  protected appendItem({ stream, expected, events }: AppendItem): AppendOutcome {
    const known = this.streams.get(stream) ?? [];
    const before = known.length - 1;
    const wanted = expected === 'none' ? -1 : expected;
    if (wanted !== before) {
      const again = repetition(known, wanted, events);
      return again ? appended(again) : { kind: 'wrong-expected', actual: actual(before) };
    }
    if (Buffer.compare(known.at(-1)?.hash ?? NO_HASH, events[0]!.prevHash) !== 0) {
      return { kind: 'wrong-expected', actual: actual(before) };
    }
    return appended(this.keep(stream, events));
  }

  /** Puts events behind the stream's head and behind the log's head; answers the last of them. */
  protected keep(stream: string, events: readonly NewEvent[]): RecordedEvent {
    let known = this.streams.get(stream);
    if (!known) this.streams.set(stream, (known = []));
    const before = this.log.at(-1)?.recordedAt ?? (0 as Instant);
    const now = this.options.now();
    const recordedAt = now > before ? now : before;
    for (const { body: _body, said: _said, ...event } of events) {
      const recorded = {
        ...event,
        stream,
        revision: known.length,
        position: position(this.log.length + 1),
        recordedAt,
      };
      known.push(recorded);
      this.log.push(recorded);
    }
    return known.at(-1)!;
  }
}

/** The last event of an append that was taken before: the same ids at the same place (rules R1 to R6). */
export function repetition(
  known: readonly RecordedEvent[],
  expected: number,
  events: readonly NewEvent[],
): RecordedEvent | undefined {
  const stored = known.slice(expected + 1, expected + 1 + events.length);
  if (expected >= known.length || stored.length < events.length) return undefined;
  return stored.every(({ id }, index) => id === events[index]!.id) ? stored.at(-1) : undefined;
}

function appended({ revision, position: at }: RecordedEvent): AppendOutcome {
  return { kind: 'appended', revision, position: at };
}

function actual(revision: number): Expected {
  return revision < 0 ? 'none' : revision;
}

/** True where an event is one that a filter lets through. */
function matches({ stream, type }: RecordedEvent, { streamPrefixes, types }: EventFilter = {}): boolean {
  return (
    (streamPrefixes === undefined || streamPrefixes.some((prefix) => stream.startsWith(prefix))) &&
    (types === undefined || types.includes(type))
  );
}
