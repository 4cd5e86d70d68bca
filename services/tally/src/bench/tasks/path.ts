import type { Publisher } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { PostgresPublisher } from '@tallystick/messaging/postgres';
import { startSuite, type Suite } from '@tallystick/standalone';
import { foreignCores, type ProcessorTime, processorTime } from '../processor-time';
import { Documents } from '../purchases';
import { sliceRates, timeOf } from '../statistics';
import { faultsOf } from './checks';
import { bookPosition, isSettled, type Look, look, purchasePositions, purchasesSettled } from './looks';
import { environmentOf } from './prepare';
import { type Place, withPool } from './place';

export interface PathInput extends Place {
  readonly purchases: number;
  /** Addresses of Kafka brokers, where Kafka is the bus. */
  readonly brokers?: string;
  /** What the suite does, where that is not everything: without `sealer` no log is sealed. */
  readonly roles?: string;
}

/** One run from the topic to everything settled; rates in purchases a second. */
export interface PathRun {
  readonly visible: number;
  readonly settled: number;
  /** Settled and every log sealed to its head, where the roles have a sealer; else as `settled`, to within a look. */
  readonly sealed: number;
  /** Of every 100,000 purchases, settled. */
  readonly slices: readonly number[];
  readonly foreign?: number;
  /** Processor time of a purchase in microseconds: this process, and everything else of the bench (the database). */
  readonly nodeMicros: number;
  readonly databaseMicros?: number;
  /** Resident set at the end and the published documents in it, MB. */
  readonly rssMb: number;
  readonly documentsMb: number;
  /** Transactions of the database per 1,000 purchases, and purchases that campaigns and the ledger took in one commit. */
  readonly transactions: number;
  readonly recordedAtOnce: number;
  readonly accruedAtOnce: number;
  readonly faults: readonly string[];
}

const TOPIC = 'purchases.v1';
const RECORDS_A_CALL = 500;
const SLICE = 100_000;
const LOOK_EVERY_MS = 1_000;
const LAST_LOOKS_EVERY_MS = 20;
const STUCK_AFTER_MS = 120_000;

/** Purchases on the topic until all is settled: one process as production runs it, the publisher held back by the lead. */
export async function path({ databaseUrl, dataDir, rootPid, purchases, brokers, roles }: PathInput): Promise<PathRun> {
  const documents = new Documents(purchases);
  const suite = await startSuite({ dataDir, port: 0, environment: environmentOf(databaseUrl, brokers, roles) });
  try {
    if (brokers !== undefined && publisherOf(suite) instanceof PostgresPublisher) {
      throw new Error('the suite does not run over Kafka yet');
    }
    const looks: Look[] = [await look(suite)];
    const committed = await withPool(databaseUrl, 1, transactionsOf);
    const before = { all: processorTime(rootPid), node: process.cpuUsage(), at: performance.now() };
    const published = publishAll(publisherOf(suite), documents);
    await watch(suite, looks, published);
    await sealedToHead(suite);
    const sealedAt = performance.now();
    const after = processorTime(rootPid);
    const node = process.cpuUsage(before.node);
    const nodeMicros = (node.user + node.system) / purchases;
    const usage = {
      foreign: foreignCores(before.all, after),
      nodeMicros,
      databaseMicros: othersMicros(before.all, after, nodeMicros, purchases),
      rssMb: process.memoryUsage().rss / 1e6,
      documentsMb: documents.size / 1e6,
    };
    return await withPool(databaseUrl, 2, async (pool) => {
      const positions = await purchasePositions(pool);
      const book = looks.map((one) => [one.at - before.at, positionsPassed(positions.accrued, one)] as const);
      const settled = looks.map((one) => [one.at - before.at, purchasesSettled(one, positions)] as const);
      // The last look only confirms the one before it.
      const end = looks.at(-2)!.at - before.at;
      return {
        visible: (purchases * 1000) / timeOf(purchases, book),
        settled: (purchases * 1000) / end,
        sealed: (purchases * 1000) / (sealedAt - before.at),
        slices: sliceRates(SLICE, settled),
        ...usage,
        transactions: (((await transactionsOf(pool)) - committed) * 1000) / purchases,
        recordedAtOnce: purchases / (await commitsOf(pool, 'campaigns')),
        accruedAtOnce: purchases / (await commitsOf(pool, 'ledger')),
        faults: await faultsOf(pool, purchases),
      };
    });
  } finally {
    await suite.stop();
  }
}

function positionsPassed(accrued: Float64Array, one: Look): number {
  const position = bookPosition(one);
  return position >= (accrued.at(-1) ?? 0) ? accrued.length : accrued.findIndex((at) => at > position);
}

async function transactionsOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    'select xact_commit::text as count from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]!.count);
}

/** Events of one commit have one time; two commits within a millisecond count as one. */
async function commitsOf(pool: Pool, schema: string): Promise<number> {
  const text = `select count(distinct recorded_at)::text as count from ${schema}.event`;
  const { rows } = await pool.query<{ count: string }>(text);
  return Number(rows[0]!.count);
}

function othersMicros(
  before: ProcessorTime | undefined,
  after: ProcessorTime | undefined,
  nodeMicros: number,
  purchases: number,
): number | undefined {
  return before && after && ((after.own - before.own) * 1e6) / purchases - nodeMicros;
}

/** The publisher that a service of the process has: it wakes its neighbours and is held back by the slowest of them. */
export function publisherOf({ booted }: Suite): Publisher {
  return booted.services.find(({ name }) => name === 'campaigns')!.resources.publisher;
}

/** Publishes everything; the next call waits in the publisher while one is under way. */
async function publishAll(publisher: Publisher, documents: Documents): Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < documents.count; from += RECORDS_A_CALL) {
    const records = [];
    for (let i = from; i < Math.min(from + RECORDS_A_CALL, documents.count); i++) {
      records.push({ key: documents.keys[i]!, value: documents.value(i) });
    }
    const next = publisher.publish(TOPIC, records);
    await last;
    last = next;
  }
  await last;
}

async function sealedToHead({ booted }: Suite): Promise<void> {
  const deadline = performance.now() + STUCK_AFTER_MS;
  for (const { status } of booted.services) {
    while (((await status()).sealing?.behind ?? 0) > 0) {
      if (performance.now() > deadline) throw new Error('the logs were not sealed');
      await new Promise((resolve) => setTimeout(resolve, LAST_LOOKS_EVERY_MS));
    }
  }
}

/** Looks until everything that was published is settled. */
async function watch(suite: Suite, looks: Look[], published: Promise<void>): Promise<void> {
  let isPublished = false;
  const publishing = published.then(() => (isPublished = true));
  publishing.catch(() => undefined);
  for (let deadline = Infinity; ;) {
    await new Promise((resolve) => setTimeout(resolve, isPublished ? LAST_LOOKS_EVERY_MS : LOOK_EVERY_MS));
    const now = await look(suite);
    const before = looks.at(-1);
    looks.push(now);
    if (!isPublished) await Promise.race([publishing, Promise.resolve()]);
    else if (isSettled(before, now)) return;
    else if (deadline === Infinity) deadline = performance.now() + STUCK_AFTER_MS;
    if (performance.now() > deadline) throw new Error(`not settled: ${JSON.stringify(now.services)}`);
  }
}
