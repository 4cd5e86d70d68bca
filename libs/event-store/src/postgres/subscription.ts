import {
  EventStoreError,
  type EventFilter,
  type LogPage,
  type Position,
  type RecordedEvent,
  START,
  type SubscribeOptions,
  type SubscriptionItem,
} from '@tallystick/decider';
import { interruptible } from '../interruptible';

const PAGE = 500;
const POLL_MS = 1_000;
const LONGEST_BACKOFF_MS = 5_000;

/** Where a subscription gets its pages from. */
export interface LogSource {
  readonly closing: AbortSignal;
  tail(after: Position, max: number): readonly RecordedEvent[] | undefined;
  readPage(after: Position, filter: EventFilter | undefined, max: number): Promise<LogPage>;
  /** Resolves when the log may have events beyond a position, or after `ms`. */
  beyond(after: Position, ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Everything after a position in log order, then live. A lost connection is waited out and the reading goes on after
 * the last delivered position; a refusal of the store ends the subscription with its error.
 */
export async function* subscription(source: LogSource, options: SubscribeOptions): AsyncGenerator<SubscriptionItem> {
  const stop = options.signal ? AbortSignal.any([options.signal, source.closing]) : source.closing;
  let at = options.after ?? START;
  let caughtUp = false;
  while (!stop.aborted) {
    const page = await patiently(() => nextPage(source, at, options.filter), stop);
    if (!page) return;
    for (const event of page.events) {
      if (stop.aborted) return;
      yield { kind: 'event', event };
      at = event.position;
    }
    if (stop.aborted) return;
    if (page.next > at) {
      at = page.next;
      yield { kind: 'checkpoint', position: at };
    }
    if (!page.atHead) {
      caughtUp = false;
      continue;
    }
    if (!caughtUp && !stop.aborted) yield { kind: 'caught-up' };
    caughtUp = true;
    await source.beyond(at, POLL_MS, stop);
  }
}

async function nextPage(source: LogSource, at: Position, filter: EventFilter | undefined): Promise<LogPage> {
  const recent = source.tail(at, PAGE);
  if (!recent || recent.length === 0) return source.readPage(at, filter, PAGE);
  const events = filter ? recent.filter((event) => matches(event, filter)) : recent;
  const next = recent[recent.length - 1]!.position;
  return { events, next, atHead: recent.length < PAGE };
}

async function patiently(read: () => Promise<LogPage>, stop: AbortSignal): Promise<LogPage | undefined> {
  for (let backoff = 50; !stop.aborted; backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS)) {
    try {
      return await read();
    } catch (error) {
      if (stop.aborted) return undefined;
      if (!(error instanceof EventStoreError) || error.code !== 'unavailable') throw error;
      await interruptible(backoff * (0.5 + Math.random() / 2), stop);
    }
  }
  return undefined;
}

/** True where an event passes a filter: any of the prefixes and any of the types, each where given. */
export function matches({ stream, type }: RecordedEvent, { streamPrefixes, types }: EventFilter): boolean {
  if (types && !types.includes(type)) return false;
  return !streamPrefixes || streamPrefixes.some((prefix) => stream.startsWith(prefix));
}
