import { type Connection, inTransaction, int4Column, int8Column, type Pool } from '@tallystick/postgres';
import { PARTITIONS } from '../bus';
import { BUS_SCHEMA } from './outside-topics';

/** Records of one partition that one statement removes at most, so that no lock is long. */
const AT_ONCE = 2_000;
const MINUTE = 60_000;

export interface RetentionOptions {
  /** The consumer's own schema is first on its search path. */
  readonly pool: Pool;
  readonly consumer: string;
  readonly topics: readonly string[];
  /** How long the bus keeps a record after it took it, in ms. */
  readonly keepMs: number;
  /** Default: a minute. */
  readonly everyMs?: number;
  readonly onPruned?: (topic: string, records: number) => void;
  readonly onFault?: (error: unknown) => void;
}

/** Says that a consumer hears topics: nothing of them is removed before it has told what it settled. */
export async function holdOutsideTopics(pool: Pool, consumer: string, topics: readonly string[]): Promise<void> {
  await pool.query(
    `insert into ${BUS_SCHEMA}.settled (topic, consumer, partition, position)
     select topic, $2, partition, 0 from unnest($1::text[]) topic, generate_series(0, $3::int - 1) partition
     on conflict do nothing`,
    [topics, consumer, PARTITIONS],
  );
}

/**
 * Removes from the topics of outside publishers what is older than `keepMs` and settled by every consumer: what it said
 * is in the streams of those who heard it, or in their dead letters (design §6 "Bus port"). Numbers go on, nothing is
 * renumbered. Every member of every consumer may run one: each tells what its consumer has settled, one at a time removes.
 */
export class OutsideRetention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isRunning = false;

  constructor(private readonly options: RetentionOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      // A turn that takes long stands for those that would have begun meanwhile.
      if (this.isRunning) return;
      this.isRunning = true;
      this.running = this.turn().finally(() => (this.isRunning = false));
    }, this.options.everyMs ?? MINUTE);
  }

  /** One look at every topic; answers how many records were removed. */
  async prune(): Promise<number> {
    let removed = 0;
    for (const topic of this.options.topics) {
      let count = 0;
      for (let more = await this.step(topic); more > 0; more = await this.step(topic)) count += more;
      if (count > 0) this.options.onPruned?.(topic, count);
      removed += count;
    }
    return removed;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    try {
      await this.prune();
    } catch (error) {
      this.options.onFault?.(error);
    }
  }

  private step(topic: string): Promise<number> {
    const { pool, consumer, keepMs } = this.options;
    return inTransaction(pool, async (connection) => {
      const { rows } = await connection.query<{ mine: boolean }>(
        "select pg_try_advisory_xact_lock(hashtextextended('tallystick/retention/' || $1, 0)) as mine",
        [topic],
      );
      if (!rows[0]?.mine) return 0;
      await tellSettled(connection, consumer, topic);
      return removeOld(connection, topic, await settledByAll(connection, topic), keepMs);
    });
  }
}

async function tellSettled(connection: Connection, consumer: string, topic: string): Promise<void> {
  await connection.query(
    `insert into ${BUS_SCHEMA}.settled as told (topic, consumer, partition, position)
     select topic, consumer, partition, position from consumer_position where consumer = $1 and topic = $2
     on conflict (topic, consumer, partition) do update set position = excluded.position
       where told.position <> excluded.position`,
    [consumer, topic],
  );
}

async function settledByAll(connection: Connection, topic: string): Promise<ReadonlyMap<number, string>> {
  const { rows } = await connection.query<{ partition: number; position: string }>(
    `select partition, min(position) as position from ${BUS_SCHEMA}.settled where topic = $1 group by partition`,
    [topic],
  );
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}

/** The oldest records of each partition, by offset, so that a look costs the same however many are kept. */
async function removeOld(
  connection: Connection,
  topic: string,
  settled: ReadonlyMap<number, string>,
  keepMs: number,
): Promise<number> {
  const { rowCount } = await connection.query(
    `with oldest as (
       select i.partition, i."offset", i.at from unnest($2::int[], $3::bigint[]) as s(partition, settled)
       cross join lateral (
         select f.partition, f."offset", f.at from ${BUS_SCHEMA}.record f
         where f.topic = $1 and f.partition = s.partition and f."offset" <= s.settled
         order by f."offset" limit $5
       ) i
     )
     delete from ${BUS_SCHEMA}.record r using oldest o
     where r.topic = $1 and r.partition = o.partition and r."offset" = o."offset"
       and o.at < now() - $4 * interval '1 millisecond'`,
    [topic, int4Column([...settled.keys()]), int8Column([...settled.values()]), keepMs, AT_ONCE],
  );
  return rowCount ?? 0;
}
