import type { Instant } from '@tallystick/vocabulary';
import type { NewEvent, Position, RecordedEvent } from './event';

/** What the stream must look like for an append to be taken: not there yet, or its last event at this revision. */
export type Expected = 'none' | number;

export interface AppendItem {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly NewEvent[];
}

/** Where an append ended. `position` of the last event; absent on an idempotent retry of EventStoreDB. */
export interface Appended {
  readonly revision: number;
  readonly position?: Position;
}

/**
 * What became of one item of a batch. `unknown`: the store may or may not have committed it; only a retry with the
 * same ids and the same expectation tells. `unavailable`: surely not committed, try again. The rest is final.
 */
export type AppendOutcome =
  | ({ readonly kind: 'appended' } & Appended)
  | { readonly kind: 'wrong-expected'; readonly actual: Expected }
  | { readonly kind: 'failed'; readonly error: EventStoreError };

/** One partition's step forward. It is taken only where the stored position is still `from` and the lease still ours. */
export interface CheckpointMove {
  readonly partition: number;
  /** Fences a holder whose lease has passed to another; 0 where partitions are not leased by us (Kafka). */
  readonly epoch: number;
  readonly from: Position;
  /** The last settled position. */
  readonly to: Position;
}

/** How far a consumer has come; a store that keeps it in the same database moves it in the same transaction. */
export interface Checkpoint {
  readonly consumer: string;
  readonly topic: string;
  readonly moves: readonly CheckpointMove[];
}

export interface AppendOptions {
  /** Move these consumers' positions in the same transaction, all or nothing, where the store can. */
  readonly checkpoints?: readonly Checkpoint[];
}

export interface BatchAppended {
  /** One outcome per item, in the order of the items. */
  readonly outcomes: readonly AppendOutcome[];
  /** True where the checkpoints moved with the events. Only when every item was appended. */
  readonly checkpointsMoved: boolean;
}

export interface ReadStreamOptions {
  /** First revision to read, inclusive (default: the first, or the last when reading backward). */
  readonly from?: number;
  readonly direction?: 'forward' | 'backward';
  readonly max?: number;
}

export interface StreamSlice {
  readonly exists: boolean;
  readonly events: readonly RecordedEvent[];
}

/** Streams whose name starts with one of `streams`, and events whose type is one of `types`; both where both are given. */
export interface EventFilter {
  readonly streamPrefixes?: readonly string[];
  readonly types?: readonly string[];
}

export interface ReadAllOptions {
  /** Exclusive; default the start of the log. */
  readonly after?: Position;
  readonly filter?: EventFilter;
  readonly max: number;
}

/** One page of the log. `next` is where to go on: the last position looked at, matching or not. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  readonly next: Position;
  readonly atHead: boolean;
}

/** What a subscription delivers. A `checkpoint` says that nothing up to it matched the filter. */
export type SubscriptionItem =
  | { readonly kind: 'event'; readonly event: RecordedEvent }
  | { readonly kind: 'checkpoint'; readonly position: Position }
  | { readonly kind: 'caught-up' };

export interface SubscribeOptions {
  readonly after?: Position;
  readonly filter?: EventFilter;
  readonly signal?: AbortSignal;
}

export interface StreamHead {
  readonly revision: number;
  readonly hash: Uint8Array;
}

/**
 * The append-only log of one service (`event-store-contract.md`). There is no delete. Both adapters behave alike;
 * one contract suite holds them to it.
 */
export interface EventStore {
  /** Appends all events or none. Throws {@link WrongExpectedRevision} or another {@link EventStoreError}. */
  append(stream: string, expected: Expected, events: readonly NewEvent[]): Promise<Appended>;
  /** Appends many items, each all or nothing; one bad item stops no other. Items of one stream apply in order. */
  appendMany(items: readonly AppendItem[], options?: AppendOptions): Promise<BatchAppended>;
  readStream(stream: string, options?: ReadStreamOptions): Promise<StreamSlice>;
  /** The streams' events from the given revisions on, in one round trip where the store can; missing ones are empty. */
  readStreams(from: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly RecordedEvent[]>>;
  readAll(options: ReadAllOptions): Promise<LogPage>;
  /**
   * Everything after a position up to the head at the call, in pieces of any size, for those who read a whole log; a
   * store that has no faster way than `readAll` lacks it.
   */
  scan?(after: Position): AsyncIterable<readonly RecordedEvent[]>;
  /** Everything after a position, then live; ends only when the signal aborts or the store closes. */
  subscribe(options?: SubscribeOptions): AsyncIterable<SubscriptionItem>;
  streamHead(stream: string): Promise<StreamHead | undefined>;
  logHead(): Promise<Position>;
  /**
   * Makes sure that nothing more is ever recorded at an instant or before it, and answers whether that is so; an instant
   * later than the last record stays open. A store whose clock others set cannot promise it and lacks this.
   */
  finish?(recordedAt: Instant): Promise<boolean>;
  /** The last committed events without gap after a position, from memory; `undefined` where memory does not reach. */
  tail?(after: Position, max: number): readonly RecordedEvent[] | undefined;
  /** Resolves when something may have been committed after the call, or after `ms`. */
  changed(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type EventStoreErrorCode = 'wrong-expected' | 'too-large' | 'invalid' | 'denied' | 'unavailable' | 'unknown';

/** A refusal or a fault of the store. `unknown` may have committed; `unavailable` surely has not. */
export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EventStoreError';
  }
}

export class WrongExpectedRevision extends EventStoreError {
  constructor(
    readonly stream: string,
    readonly expected: Expected,
    readonly actual: Expected,
  ) {
    super('wrong-expected', `${stream}: expected ${expected}, is ${actual}`);
    this.name = 'WrongExpectedRevision';
  }
}

/** Largest sum of data and metadata bytes of one append, on either adapter. */
export const MAX_APPEND_BYTES = 900 * 1024;

/** Grammar of a stream name, on either adapter. */
export const STREAM_NAME = /^[a-z][a-z0-9]*-[A-Za-z0-9_.:-]{1,150}$/;

/** Grammar of an event type, on either adapter. */
export const EVENT_TYPE = /^[A-Za-z][A-Za-z0-9.-]{0,99}$/;

/** A disposable copy of a decider's state at a revision. Lost or unreadable, the state is folded again. */
export interface Snapshot {
  readonly stream: string;
  readonly revision: number;
  /** The chain's head at that revision: a snapshot is trusted only where it matches the log. */
  readonly hash: Uint8Array;
  /** Version of the state's shape; another one is ignored. */
  readonly version: number;
  /** UTF-8 text; a store may decline to keep anything else. */
  readonly state: Uint8Array;
}

export interface SnapshotStore {
  load(streams: readonly string[]): Promise<ReadonlyMap<string, Snapshot>>;
  save(snapshots: readonly Snapshot[]): Promise<void>;
}
