import type { CheckpointMove, Position } from '@tallystick/decider';
import type { NewDeadLetter } from '../dead-letters/dead-letter';

/** A partition that this member holds, and where its consumer stands. */
export interface HeldPartition {
  readonly partition: number;
  /** Fences an earlier holder; 0 where the broker assigns partitions. */
  readonly epoch: number;
  /** Another number for every time the partition came to this member. */
  readonly term: number;
  readonly position: Position;
}

/** Who owns which partition and how far each is: leases and positions in Postgres, or a Kafka group. */
export interface ProgressKeeper {
  readonly consumer: string;
  readonly topic: string;
  /**
   * Renews what is held and takes what is due to this member. A throw means: not renewed. Positions are those with which
   * each partition came to this member, or later ones; `isAfresh` asks for what is stored now.
   */
  renew(isAfresh?: boolean): Promise<readonly HeldPartition[]>;
  /** Where the consumer stands as stored, whoever holds the partition; one that never moved may be absent. */
  positions(): Promise<ReadonlyMap<number, Position>>;
  /** True where a handler can move positions in the transaction of its effects: batches then carry a checkpoint. */
  readonly movesWithEffects: boolean;
  /** How long what {@link renew} answered is surely ours, in ms. */
  readonly heldMs: number;
  /** Moves positions and writes dead letters, all or nothing. */
  settle(moves: readonly CheckpointMove[], letters: readonly NewDeadLetter[]): Promise<void>;
  /** Gives every partition to the others. */
  release(): Promise<void>;
}
