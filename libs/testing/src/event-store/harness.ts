import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent, RecordedEvent, SnapshotStore, SubscriptionItem } from '@tallystick/decider';
import { EventChain } from './event-chain';

export interface OpenOptions {
  /** Longest wait for one call's answer, in ms. */
  readonly deadline?: number;
}

/** Faults on the way between one adapter and its store. */
export interface StoreFaults {
  /** The next append is committed, and its answer is lost together with the connection. */
  cutAfterCommit(): void;
  /** The next append is lost together with the connection before the store has seen it. */
  cutBeforeCommit(): void;
  /** Whatever is asked from now on is answered by nobody. */
  silence(): void;
  /** Breaks every connection that stands. */
  cutAll(): void;
  /** Ends silence; the way is as good as before. */
  heal(): void;
}

/** A store to be held to the contract, seen from a test. Whatever it opens it closes itself at the end. */
export interface EventStoreHarness {
  /** Two stream kinds that belong to the log, and one that does not where the store holds other logs too. */
  readonly kinds: readonly [string, string];
  /** An adapter of its own on the one log. */
  open(options?: OpenOptions): Promise<EventStore>;
  /** An adapter whose way to the store can be made to fail. */
  openFaulty(options?: OpenOptions): Promise<{ readonly store: EventStore; readonly faults: StoreFaults }>;
  readonly snapshots: SnapshotStore;
  /** Calls, cursors and subscriptions that the store still serves for adapters of this harness. */
  openCalls(): Promise<number>;
  /** Writes to what the log must never deliver (system streams, other services' streams); where there is such. */
  writeForeign?(): Promise<void>;
  close(): Promise<void>;
}

/** What a store can do beyond the contract's least. */
export interface EventStoreCapabilities {
  /** Orders the log by time of recording and serves `recordedAt` in log order. */
  readonly recordedInOrder: boolean;
  /** Answers an idempotent retry with the position, too. */
  readonly positionOnRetry: boolean;
  /** Events that the cases about large amounts write. */
  readonly volume: number;
}

/** What the groups of cases share: the harness once it stands, a store, and names nobody else uses. */
export class Bench {
  harness!: EventStoreHarness;
  store!: EventStore;

  constructor(readonly capabilities: EventStoreCapabilities) {}

  /** A stream that does not exist yet. */
  chain(kind: 0 | 1 = 0): EventChain {
    return new EventChain(`${this.harness.kinds[kind]}-demo_${randomUUID()}`);
  }

  /** Appends the chain's next events. */
  async grow(chain: EventChain, count: number, store = this.store): Promise<NewEvent[]> {
    const { expected } = chain;
    const events = chain.next(count);
    await store.append(chain.stream, expected, events);
    return events;
  }

  async storedIds(stream: string, store = this.store): Promise<string[]> {
    const { events } = await store.readStream(stream);
    return events.map((event) => event.id);
  }
}

/** The ids of events, in order. */
export function idsOf(events: readonly { readonly id: string }[]): string[] {
  return events.map((event) => event.id);
}

/** Reads a subscription until `enough` says so of what came, then leaves it. */
export async function collect(
  subscription: AsyncIterable<SubscriptionItem>,
  enough: (items: readonly SubscriptionItem[]) => boolean,
): Promise<SubscriptionItem[]> {
  const items: SubscriptionItem[] = [];
  for await (const item of subscription) {
    items.push(item);
    if (enough(items)) break;
  }
  return items;
}

export function eventsOf(items: readonly SubscriptionItem[]): RecordedEvent[] {
  return items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
}

/** Enough when so many events have come. */
export function eventCount(count: number): (items: readonly SubscriptionItem[]) => boolean {
  return (items) => eventsOf(items).length >= count;
}

/** Enough when the subscription says that it has caught up. */
export function caughtUp(items: readonly SubscriptionItem[]): boolean {
  return items.at(-1)?.kind === 'caught-up';
}

/** The code of the error that a promise is rejected with. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}
