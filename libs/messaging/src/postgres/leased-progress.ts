import { type CheckpointMove, type Position, position } from '@tallystick/decider';
import { checkpointParameters, type Pool, PositionLeases } from '@tallystick/postgres';
import { PARTITIONS } from '../bus';
import type { NewDeadLetter } from '../dead-letters/dead-letter';
import { settleProgress } from '../dead-letters/dead-letter-rows';
import type { HeldPartition, ProgressKeeper } from '../delivery/keeper';

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** A consumer's partitions of one topic, leased in its own schema; every move is fenced by the lease's epoch. */
export class LeasedProgress implements ProgressKeeper {
  readonly movesWithEffects = true;
  private readonly leases: PositionLeases;

  constructor(
    readonly consumer: string,
    readonly topic: string,
    private readonly pool: Pool,
    member: string,
    readonly heldMs: number,
  ) {
    this.leases = new PositionLeases(pool, member);
  }

  async renew(): Promise<readonly HeldPartition[]> {
    const held = await this.leases.claim(this.consumer, this.topic, ALL, { leaseMs: this.heldMs });
    return held.map(({ partition, epoch, position }) => ({ partition, epoch, term: epoch, position }));
  }

  async positions(): Promise<ReadonlyMap<number, Position>> {
    const { rows } = await this.pool.query<{ partition: number; position: string }>({
      name: 'bus-positions',
      text: 'select partition, position from consumer_position where consumer = $1 and topic = $2',
      values: [this.consumer, this.topic],
    });
    return new Map(rows.map((row) => [row.partition, position(BigInt(row.position))]));
  }

  async settle(moves: readonly CheckpointMove[], letters: readonly NewDeadLetter[]): Promise<void> {
    const checkpoint = { consumer: this.consumer, topic: this.topic, moves };
    if (letters.length > 0) return settleProgress(this.pool, checkpoint, letters);
    if (moves.length === 0) return;
    await this.pool.query({
      name: 'bus-move',
      text: 'select move_checkpoint($1, $2, $3::int[], $4::int[], $5::bigint[], $6::bigint[])',
      values: [...checkpointParameters(checkpoint)],
    });
  }

  release(): Promise<void> {
    return this.leases.close();
  }
}
