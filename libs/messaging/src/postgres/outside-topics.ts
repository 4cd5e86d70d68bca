import { join } from 'node:path';
import { migrate, type MigrationSet, type Pool } from '@tallystick/postgres';
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
