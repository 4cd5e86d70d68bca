import { type CheckpointMove, type Position, position } from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import { PARTITIONS } from '../bus';
import type { NewDeadLetter } from '../dead-letters/dead-letter';
import { insertDeadLetters, settleProgress } from '../dead-letters/dead-letter-rows';
import type { HeldPartition, ProgressKeeper } from '../delivery/keeper';
import type { GroupMember } from './group-member';

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/**
 * Where a consumer's offsets are kept: in the Kafka `group`, moved after the effect; or `stored` in its own schema
 * (`consumer_position`, epoch 0), where the handler moves them in the transaction of its rows.
 */
export type OffsetKeeping = 'group' | 'stored';

/** The partitions that Kafka assigned to this member, and how far each is. */
export class KafkaProgress implements ProgressKeeper {
  constructor(
    readonly consumer: string,
    readonly topic: string,
    private readonly pool: Pool,
    private readonly member: GroupMember,
    private readonly keeping: OffsetKeeping,
  ) {}

  get heldMs(): number {
    return this.member.heldMs;
  }

  get movesWithEffects(): boolean {
    return this.keeping === 'stored';
  }

  async renew(isAfresh = false): Promise<readonly HeldPartition[]> {
    const assigned = await this.member.assignment();
    const { term } = this.member;
    const stored =
      isAfresh && this.keeping === 'stored'
        ? await this.storedPositions(assigned.map(({ partition }) => partition))
        : undefined;
    return assigned.map(({ partition, from }) => {
      return { partition, epoch: 0, term, position: position(stored?.get(partition) ?? from) };
    });
  }

  async positions(): Promise<ReadonlyMap<number, Position>> {
    const next = await this.positionsOf(ALL, this.member.groupId);
    return new Map([...next].map(([partition, offset]) => [partition, position(offset)]));
  }

  async settle(moves: readonly CheckpointMove[], letters: readonly NewDeadLetter[]): Promise<void> {
    const lost = moves.find(({ partition }) => !this.member.holds(partition));
    if (lost) throw new Error(`partition ${lost.partition} of ${this.topic} is no longer ours`);
    if (this.keeping === 'stored') {
      await settleProgress(this.pool, { consumer: this.consumer, topic: this.topic, moves }, letters);
      return;
    }
    await insertDeadLetters(this.pool, letters);
    if (moves.length > 0) await this.member.commit(new Map(moves.map(({ partition, to }) => [partition, BigInt(to)])));
  }

  /** The source leaves the group when it closes. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Where each partition begins: what this consumer has settled, as the next offset. */
  async positionsOf(partitions: readonly number[], groupId: string): Promise<ReadonlyMap<number, bigint>> {
    if (this.keeping === 'stored') return this.storedPositions(partitions);
    const [found] = await this.member.admin.fetchOffsets({ groupId, topics: [this.topic] });
    const committed = (found?.partitions ?? []).filter(({ offset }) => !offset.startsWith('-'));
    return new Map(committed.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }

  private async storedPositions(partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const { rows } = await this.pool.query<{ partition: number; position: string }>(
      'select partition, position from consumer_position where consumer = $1 and topic = $2 and partition = any ($3)',
      [this.consumer, this.topic, partitions],
    );
    return new Map(rows.map((row) => [row.partition, BigInt(row.position)]));
  }
}
