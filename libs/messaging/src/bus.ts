import type { Checkpoint, Position, RecordedEvent } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';

/** Partitions of every topic; fixed, since a key must keep its partition for ever (design §6 "Size limits"). */
export const PARTITIONS = 12;

/** Where a contract came from in its producer's log. Absent for a topic that publishers outside write. */
export interface RecordOrigin {
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
}

/** One record of a topic, decoded and validated. Handlers cannot tell which bus brought it. */
export interface BusRecord<Message = unknown> {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  /** Log position or topic offset; strictly increasing within a partition. */
  readonly position: Position;
  readonly message: Message;
  /** From the topic binding (publishers outside) or the producer's stream; never from the body. */
  readonly tenant: string;
  /** The unit that the binding vouches for; a body that names a store of another unit is `scope-mismatch`. */
  readonly unit?: string;
  readonly correlationId: string;
  /** The event that announced it; from outside: the correlation id. */
  readonly causationId: string;
  readonly origin?: RecordOrigin;
  /** When the bus took the record; age limits are judged by it. */
  readonly receivedAt: Instant;
}

/**
 * What became of a record. `retry`: not yet possible (a store still unknown, a dependency away); the record and what
 * follows it under the same key wait. `refused`: never possible; it becomes a dead letter with this code.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused'; readonly code: string; readonly pointer?: string; readonly detail?: string }
  /** `giveUpAfterMs` after the first try (default: 5 min) the record is dead-lettered with this code. */
  | { readonly kind: 'retry'; readonly code: string; readonly giveUpAfterMs?: number; readonly detail?: string };

export const DONE: Outcome = { kind: 'done' };
export const DUPLICATE: Outcome = { kind: 'duplicate' };

/** A record that the pipe or the guard refused before the handler saw it. */
export interface RefusedRecord {
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly code: string;
  readonly pointer?: string;
  readonly detail?: string;
  /** The record's bytes as they came, for redrive. */
  readonly value: Uint8Array | null;
}

/** What a handler gets: good records in order, and the checkpoint that stands for all of them. */
export interface Batch<Message = unknown> {
  readonly topic: string;
  readonly records: readonly BusRecord<Message>[];
  /**
   * Present where the consumer's position may move in the handler's own transaction (nothing of the batch was refused).
   * A handler that had it moved says so by {@link Batch.checkpointMoved}; else the transport moves it afterwards.
   */
  readonly checkpoint?: Checkpoint;
  /**
   * Grows whenever partitions of the topic came to this member. What a handler remembers about keys between batches
   * holds only while it stays the same: another member may have served the key in between.
   */
  readonly assignment: number;
  checkpointMoved(): void;
}

/** A consumer of one topic: one outcome per record, in order. A throw is a fault of the whole batch: nothing moves. */
export type BatchHandler<Message = unknown> = (batch: Batch<Message>) => Promise<readonly Outcome[]>;

/** A contract that an event of a service's log announces. */
export interface Announcement {
  /** `<producer>.<message>.v<n>` */
  readonly topic: string;
  readonly key: string;
  readonly message: object;
}

/**
 * All that a service says, as a pure function of its log: `publications.ts` of the service. On the Postgres bus it is
 * applied when the log is read; towards Kafka the relay applies it.
 */
export interface Publications {
  readonly service: string;
  readonly topics: readonly string[];
  announce(event: RecordedEvent): readonly Announcement[];
}

/** A record to be written to a topic of publishers outside. */
export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only where the record repeats a fact of known time (a relay): the bus stamps all others itself. */
  readonly at?: Instant;
}

/** Where a published record came to lie. */
export interface Published {
  readonly partition: number;
  readonly position: Position;
}

/** Writes to topics of publishers outside (`purchases.v1`, `returns.v1`). Resolves when the bus has them durably. */
export interface Publisher {
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]>;
  close(): Promise<void>;
}

/** How far a consumer is on a topic. */
export interface Lag {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: Position;
  /** Records (or log positions) behind the head. */
  readonly behind: number;
  readonly owner?: string;
  /** True where this member does not hold the partition: another does, or nobody does just now. */
  readonly isElsewhere?: boolean;
}
