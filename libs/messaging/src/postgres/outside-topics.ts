import { join } from 'node:path';
import { int4Column, int8Column, migrate, type MigrationSet, type Pool } from '@tallystick/postgres';
import { PARTITIONS } from '../bus';

/** Schema of the topics that publishers outside write. */
export const BUS_SCHEMA = 'bus';

export const OUTSIDE_TOPIC_MIGRATIONS: MigrationSet = {
  name: 'outside-topics',
  folder: join(__dirname, 'bus-migrations'),
};

/** Makes schema `bus` and the partitions of these topics where they are missing; two starters at once are safe. */
export async function createOutsideTopics(pool: Pool, topics: readonly string[]): Promise<void> {
  await migrate(pool, BUS_SCHEMA, [OUTSIDE_TOPIC_MIGRATIONS]);
  await pool.query(
    `insert into ${BUS_SCHEMA}.topic_partition (topic, partition, next_offset)
     select topic, partition, 1 from unnest($1::text[]) topic, generate_series(0, $2::int - 1) partition
     on conflict do nothing`,
    [topics, PARTITIONS],
  );
}

export interface Prune {
  /** Only records that the bus has had for longer, in ms. */
  readonly olderThanMs: number;
  /** What every consumer has settled, by partition: a record beyond it, or of another partition, is kept. */
  readonly settled: ReadonlyMap<number, bigint>;
}

/**
 * Removes records of a topic that are old and that every consumer has settled; answers how many. What they said is in
 * the streams of those who heard them (design §6 "Bus port"); numbers go on, nothing is renumbered.
 */
export async function pruneOutsideTopic(pool: Pool, topic: string, { olderThanMs, settled }: Prune): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from ${BUS_SCHEMA}.record r using unnest($2::int[], $3::bigint[]) as s(partition, settled)
     where r.topic = $1 and r.partition = s.partition and r."offset" <= s.settled
       and r.at < now() - $4 * interval '1 millisecond'`,
    [topic, int4Column([...settled.keys()]), int8Column([...settled.values()]), olderThanMs],
  );
  return rowCount ?? 0;
}
