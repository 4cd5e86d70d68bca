import type { Position } from '@tallystick/decider';
import type { BusRecord, RefusedRecord } from '../bus';

/** The bytes of a record as they came, kept with its dead letter. */
export interface Payload {
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** One record as its source brought it: readable, or refused before any handler could see it. */
export interface Arrival {
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  /** Exactly one of `record` and `refused` is there. */
  readonly record?: BusRecord;
  readonly refused?: RefusedRecord;
  /** Whose topic it lay on, where it is refused and that is known; a record names its tenant itself. */
  readonly tenant?: string;
  payload(): Payload;
}

/** What one fetch brought, in order within each partition. */
export interface Fetched {
  readonly arrivals: readonly Arrival[];
  /** How far each wanted partition has been looked at, matching records or not. */
  readonly read: ReadonlyMap<number, Position>;
  readonly atHead: boolean;
}

/** What a dead letter needs to be delivered again. */
export interface DeadRecord extends Payload {
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly at: number;
}

/** Where the records of one topic come from: a log through its publications, a bus table, or a Kafka topic. */
export interface TopicSource {
  readonly topic: string;
  /** True where positions count records of one partition; false where all partitions share one log. */
  readonly countsRecords: boolean;
  /** Up to about `max` records of these partitions, each after the given position (exclusive). */
  fetch(wanted: ReadonlyMap<number, Position>, max: number): Promise<Fetched>;
  /** Resolves when more may have come, or after `ms`. */
  changed(ms: number): Promise<void>;
  /** Looks up the head, for {@link behind}. */
  look(): Promise<void>;
  /** Records (or log positions) between a position of a partition and the head, as last seen. */
  behind(partition: number, settled: Position): number;
  /** The record that a dead letter stands for, read again as it would be read today. */
  revive(dead: DeadRecord): Promise<Arrival>;
  close(): Promise<void>;
}

/**
 * The code is wrong (a handler that answers for other records than it was given, a publication that does not know its
 * own log): trying again cannot help. The loop stops and the process becomes unhealthy.
 */
export class Defect extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Defect';
  }
}
