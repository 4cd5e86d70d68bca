import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  FORWARDS,
  type ReadPosition,
  type ResolvedEvent,
  START as FROM_START,
} from '@eventstore/db-client';
import {
  EventStoreError,
  type LogPage,
  type Position,
  position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  START,
  type StreamHead,
  type StreamSlice,
} from '@tallystick/decider';
import type { EsdbConnection } from './connection';
import { isNodeLost, isStreamNotFound, readFault } from './faults';
import { recordedEvent } from './frame';
import type { LogScope } from './scope';

/** The client filters only subscriptions; a page looks at no more than so many events of $all, its own or not. */
const LOOK_AT_ONCE = 2_000;
const READS_AT_ONCE = 20;

interface Reading<Event> extends AsyncIterable<Event> {
  cancel(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Reads of one service's streams and of its part of $all. */
export class EsdbReads {
  constructor(
    private readonly connection: EsdbConnection,
    private readonly scope: LogScope,
  ) {}

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StreamSlice> {
    const events = await this.streamEvents(stream, options);
    if (events === undefined) return { exists: false, events: [] };
    return { exists: events.length > 0 || (await this.streamHead(stream)) !== undefined, events };
  }

  async readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const streams = new Map<string, readonly RecordedEvent[]>();
    for (const stream of from.keys()) streams.set(stream, []);
    const open = [...from];
    const worker = async (): Promise<void> => {
      for (let next = open.pop(); next; next = open.pop()) {
        streams.set(next[0], (await this.streamEvents(next[0], { from: next[1] })) ?? []);
      }
    };
    await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, open.length) }, worker));
    return streams;
  }

  async readAll({ after = START, filter, max }: ReadAllOptions): Promise<LogPage> {
    if (!(max >= 1)) throw new EventStoreError('invalid', 'a page holds at least one event');
    const { credentials, client } = this.connection;
    const maxCount = Math.max(LOOK_AT_ONCE, max);
    const reading = client.readAll({ fromPosition: readFrom(after), maxCount, credentials });
    const events: RecordedEvent[] = [];
    let next = after;
    let looked = 0;
    await this.each<AllStreamResolvedEvent>(reading, (resolved) => {
      looked += 1;
      const place = placeOf(resolved);
      if (place === undefined || place <= after) return true;
      next = place;
      const { event } = resolved;
      if (event && this.scope.passes(event.streamId, event.type, filter)) {
        events.push(recordedEvent(event, resolved.commitPosition));
      }
      return events.length < max;
    });
    return { events, next, atHead: looked < maxCount && events.length < max };
  }

  async streamHead(stream: string): Promise<StreamHead | undefined> {
    const [last] = (await this.streamEvents(stream, { direction: 'backward', max: 1 })) ?? [];
    return last && { revision: last.revision, hash: last.hash };
  }

  async logHead(): Promise<Position> {
    const { credentials, client } = this.connection;
    let head = START;
    const reading = client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 1, credentials });
    await this.each<AllStreamResolvedEvent>(reading, (resolved) => {
      head = placeOf(resolved) ?? head;
      return true;
    });
    return head;
  }

  /** The stream's events, or `undefined` where there is no such stream. */
  private async streamEvents(
    stream: string,
    { from, direction, max }: ReadStreamOptions,
  ): Promise<RecordedEvent[] | undefined> {
    const { credentials, client } = this.connection;
    const backward = direction === 'backward';
    const fromRevision = from === undefined ? (backward ? END : FROM_START) : BigInt(from);
    const reading = client.readStream(stream, {
      fromRevision,
      direction: backward ? BACKWARDS : FORWARDS,
      credentials,
      ...(max === undefined ? {} : { maxCount: max }),
    });
    const events: RecordedEvent[] = [];
    try {
      await this.each<ResolvedEvent>(reading, ({ event, commitPosition }) => {
        if (event) events.push(recordedEvent(event, commitPosition));
        return true;
      });
      return events;
    } catch (error) {
      if (error instanceof EventStoreError && isStreamNotFound(error.cause)) return undefined;
      throw error;
    }
  }

  /**
   * Takes item by item, each within the deadline, until `take` has enough. The call is cancelled whichever way it is left:
   * leaving the loop alone would not end it (trap 5).
   */
  private async each<Item>(reading: Reading<Item>, take: (item: Item) => boolean): Promise<void> {
    const { client } = this.connection;
    const items = reading[Symbol.asyncIterator]();
    reading.on('error', () => undefined);
    try {
      for (;;) {
        const { done, value } = await this.connection.answered(items.next(), client, 'unavailable');
        if (done || !take(value)) return;
      }
    } catch (error) {
      if (isNodeLost(error)) this.connection.discard(client);
      throw readFault(error);
    } finally {
      reading.cancel().catch(() => undefined);
    }
  }
}

export function placeOf({ event, commitPosition }: AllStreamResolvedEvent): Position | undefined {
  const commit = event?.position?.commit ?? commitPosition;
  return commit === undefined ? undefined : position(commit);
}

/** Commit and prepare are equal for whoever writes by gRPC. */
export function readFrom(after: Position): ReadPosition {
  return after === START ? FROM_START : { commit: BigInt(after), prepare: BigInt(after) };
}
