import type { Suite } from '@tallystick/standalone';
import { startSuite } from '@tallystick/standalone';
import { createPool, type Pool } from '@tallystick/postgres';
import { foreignCores, processorTime } from '../processor-time';
import { Documents, indexOf } from '../purchases';
import { percentile } from '../statistics';
import { isSettled, type Look, look } from './looks';
import { publisherOf } from './path';
import { environmentOf } from './prepare';
import type { Place } from './place';

export interface LatencyInput extends Place {
  /** Purchases a second, on average. */
  readonly rate: number;
  readonly seconds: number;
}

export interface LatencyRun {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly published: number;
  readonly foreign?: number;
}

const TOPIC = 'purchases.v1';
const MOST_A_CALL = 500;
/** What comes first finds cold code and a cold cache. */
const WARM_UP_SHARE = 0.25;
const LOOK_EVERY_MS = 4;

/** Purchases that arrive at random (Poisson) at a rate: from their arrival to their balance visible, in ms. */
export async function latency({ databaseUrl, dataDir, rootPid, rate, seconds }: LatencyInput): Promise<LatencyRun> {
  const arrivals = arrivalTimes(Math.floor(rate * seconds), rate);
  const documents = new Documents(arrivals.length);
  const suite = await startSuite({ dataDir, port: 0, environment: environmentOf(databaseUrl) });
  const pool = createPool(databaseUrl, { max: 2, applicationName: 'tally-bench' });
  try {
    const before = processorTime(rootPid);
    const seen = new BookWatch(pool);
    const started = performance.now() + 50;
    await publishAsTheyCome(suite, documents, arrivals, started);
    await untilSettled(suite);
    const foreign = foreignCores(before, processorTime(rootPid));
    const looks = await seen.stop();
    const delays = await delaysOf(pool, looks, (index) => started + arrivals[index]!);
    const counted = delays.subarray(Math.floor(delays.length * WARM_UP_SHARE));
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(counted, share));
    return { p50: p50!, p99: p99!, most: most!, published: arrivals.length, foreign };
  } finally {
    await pool.end();
    await suite.stop();
  }
}

/** Milliseconds from the start at which each purchase arrives; the same for every run of a rate. */
export function arrivalTimes(count: number, rate: number): Float64Array {
  const times = new Float64Array(count);
  let state = 0x9e3779b9;
  let at = 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    at += (-Math.log((state + 1) / 2 ** 32) * 1000) / rate;
    times[i] = at;
  }
  return times;
}

async function publishAsTheyCome(
  suite: Suite,
  documents: Documents,
  arrivals: Float64Array,
  started: number,
): Promise<void> {
  const publisher = publisherOf(suite);
  for (let next = 0; next < documents.count;) {
    const records = [];
    for (
      ;
      next < documents.count && arrivals[next]! <= performance.now() - started && records.length < MOST_A_CALL;
      next++
    ) {
      records.push({ key: documents.keys[next]!, value: documents.value(next) });
    }
    if (records.length > 0) await publisher.publish(TOPIC, records);
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function untilSettled(suite: Suite): Promise<void> {
  for (let before: Look | undefined; ;) {
    const now = await look(suite);
    if (isSettled(before, now)) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type BookLook = readonly [at: number, position: number];

/** Asks the database over and over how far the balance rows are: what it answers is visible to everyone. */
class BookWatch {
  private readonly looks: BookLook[] = [];
  private stopped = false;
  private readonly loop = this.run();

  constructor(private readonly pool: Pool) {}

  async stop(): Promise<readonly BookLook[]> {
    this.stopped = true;
    await this.loop;
    return this.looks;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const { rows } = await this.pool.query<{ position: string }>({
        name: 'bench-book',
        text: `select position::text from ledger.consumer_position
                where consumer like 'projection:account-book:%' and topic = 'log:ledger'`,
      });
      const position = Number(rows[0]?.position ?? 0);
      if (position !== this.looks.at(-1)?.[1]) this.looks.push([performance.now(), position]);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** From each purchase's arrival to the first look that saw its accrual in the balance rows, by index of the purchase. */
async function delaysOf(
  pool: Pool,
  looks: readonly BookLook[],
  arrivedAt: (index: number) => number,
): Promise<Float64Array> {
  const { rows } = await pool.query<{ id: string; at: string }>(
    "select source_id as id, position::text as at from ledger.journal where type = 'PointsAccrued' order by position",
  );
  const delays = new Float64Array(rows.length);
  let next = 0;
  for (const { id, at } of rows) {
    while (looks[next]![1] < Number(at)) next += 1;
    const index = indexOf(id);
    delays[index] = looks[next]![0] - arrivedAt(index);
  }
  return delays;
}
