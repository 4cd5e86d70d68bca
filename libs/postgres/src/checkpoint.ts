import { int4Column, int8Column } from './columns';
import type { Connection } from './pool';

/** One partition's step; positions are decimal text. The same shape as the event store's `CheckpointMove`. */
export interface PositionMove {
  readonly partition: number;
  /** Epoch of our lease; 0 where nobody leases the partition. */
  readonly epoch: number;
  readonly from: string;
  readonly to: string;
}

export interface PositionCheckpoint {
  readonly consumer: string;
  readonly topic: string;
  readonly moves: readonly PositionMove[];
}

/** A checkpoint as the six parameters of `move_checkpoint`, for statements that call it themselves. */
export function checkpointParameters(
  checkpoint: PositionCheckpoint,
): readonly [string, string, Buffer, Buffer, Buffer, Buffer] {
  const moves = [...checkpoint.moves].sort((one, other) => one.partition - other.partition);
  return [
    checkpoint.consumer,
    checkpoint.topic,
    int4Column(moves.map(({ partition }) => partition)),
    int4Column(moves.map(({ epoch }) => epoch)),
    int8Column(moves.map(({ from }) => from)),
    int8Column(moves.map(({ to }) => to)),
  ];
}

/**
 * Moves a consumer's positions within the transaction of `connection`, all of them or none. Throws SQLSTATE TS001 (see
 * `isCheckpointLost`) where a position is not at `from` under the given epoch: another member has the partition.
 */
export async function moveCheckpoint(connection: Connection, checkpoint: PositionCheckpoint): Promise<void> {
  if (checkpoint.moves.length === 0) return;
  await connection.query({
    name: 'move-checkpoint',
    text: 'select move_checkpoint($1, $2, $3::int[], $4::int[], $5::bigint[], $6::bigint[])',
    values: [...checkpointParameters(checkpoint)],
  });
}
