import type { EventStore } from '@tallystick/decider';
import { asTransaction, type Connection, type Pool, quoteIdentifier } from '@tallystick/postgres';
import type { ContractProjection, LogProjection, Projection } from './projection';
import { ContractReplay, type ContractSource, LogReplay, type Replay } from './replay';
import { switchTables } from './switch-tables';
import { closeGate, definitionOf, recordDefinition, tableExists, tablesOf } from './tables';

/** What became of one table. Digests do not depend on the order of rows; both are taken at the same position. */
export interface RebuiltTable {
  readonly table: string;
  readonly rows: number;
  /** Absent where the live version never ran, so that there is nothing to compare. */
  readonly digestLive?: string;
  readonly digestRebuilt: string;
}

export interface RebuildReport {
  readonly projection: string;
  readonly tables: readonly RebuiltTable[];
  /** Events or records that were applied. */
  readonly applied: number;
  /** True where every live table held exactly the rebuilt rows. */
  readonly equal: boolean;
}

interface RebuildTarget {
  /** Connections of the schema's owner. */
  readonly pool: Pool;
  readonly schema: string;
  /** Called after each page with the number of events or records applied so far. */
  readonly onProgress?: (applied: number) => void;
}

export interface LogRebuild extends RebuildTarget {
  readonly projection: LogProjection;
  readonly store: EventStore;
  readonly service: string;
}

export interface ContractRebuild extends RebuildTarget {
  readonly projection: ContractProjection;
  readonly source: ContractSource;
  /** Under whose name the bus keeps the positions of the topics (the service's group). */
  readonly consumer: string;
}

const SUFFIX = '_rebuilt';
/** So few that applying them while everybody waits is not felt. */
const SMALL_STEP = 1_000;
const MOST_STEPS = 20;

/**
 * Builds a projection's rows anew from the start beside the live ones, which go on meanwhile; catches up with them,
 * compares both by digest at one position, and puts the new ones in their place in one transaction, views and rights
 * included. Readers and writers see the old rows or the new ones. Refuses a second rebuild of the projection at once.
 * A rebuild that breaks off leaves the live rows as they were.
 */
export async function rebuild(options: LogRebuild | ContractRebuild): Promise<RebuildReport> {
  const { pool, schema, projection } = options;
  const connection = await pool.connect();
  try {
    await connection.query("select set_config('search_path', $1, false)", [quoteIdentifier(schema)]);
    if (!(await takeLock(connection, `tallystick/rebuild/${schema}/${projection.name}`))) {
      throw new Error(`Projection ${projection.name} is being rebuilt already`);
    }
    return await rebuildAlone(connection, options);
  } finally {
    // The connection is not used again, so its search path ends with it; the lock would too, but only some time later.
    await connection.query('select pg_advisory_unlock_all()').catch(() => undefined);
    connection.release(true);
  }
}

async function takeLock(connection: Connection, lock: string): Promise<boolean> {
  const { rows } = await connection.query<{ taken: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
    [lock],
  );
  return rows[0]?.taken === true;
}

function replayOf(options: LogRebuild | ContractRebuild): Replay {
  const { projection } = options;
  if ('store' in options) {
    return new LogReplay(options.projection, options.store, options.service, tablesOf(projection, SUFFIX));
  }
  return new ContractReplay(options.projection, options.source, options.consumer, tablesOf(projection, SUFFIX));
}

async function rebuildAlone(connection: Connection, options: LogRebuild | ContractRebuild): Promise<RebuildReport> {
  const { schema, projection, onProgress } = options;
  const replay = replayOf(options);
  let applied = 0;
  const count = (more: number): void => {
    applied += more;
    onProgress?.(applied);
  };
  const ownTransaction = (work: () => Promise<void>): Promise<void> => asTransaction(connection, work);
  await ownTransaction(() => createRebuiltTables(connection, projection));
  for (let step = 0; step < MOST_STEPS; step++) {
    if ((await replay.advance(connection, ownTransaction, count)) < SMALL_STEP) break;
  }
  const tables = await asTransaction(connection, async () => {
    await closeGate(connection, projection);
    await replay.advance(connection, (work) => work(), count);
    await replay.applyAhead(connection, count);
    const compared: RebuiltTable[] = [];
    for (const table of projection.tables) compared.push(await compare(connection, projection, table, replay));
    await switchTables(connection, projection, SUFFIX);
    await recordDefinition(connection, schema, projection);
    await replay.handOver(connection);
    return compared;
  });
  const equal = tables.every(({ digestLive, digestRebuilt }) => digestLive === digestRebuilt);
  return { projection: projection.name, tables, applied, equal };
}

async function createRebuiltTables(connection: Connection, projection: Projection): Promise<void> {
  const rebuilt = tablesOf(projection, SUFFIX);
  for (const table of projection.tables) await connection.query(`drop table if exists ${rebuilt(table)}`);
  await connection.query(definitionOf(projection, rebuilt));
}

async function compare(
  connection: Connection,
  projection: Projection,
  table: string,
  { hasLiveRows }: Replay,
): Promise<RebuiltTable> {
  const rebuilt = await digestOf(connection, tablesOf(projection, SUFFIX)(table));
  const live = tablesOf(projection)(table);
  const comparable = hasLiveRows && (await tableExists(connection, live));
  return {
    table,
    rows: rebuilt.rows,
    digestRebuilt: rebuilt.digest,
    ...(comparable ? { digestLive: (await digestOf(connection, live)).digest } : {}),
  };
}

/** The sum of the rows' 128-bit hashes, in two halves: the same for the same rows in any order, repeated rows counted. */
async function digestOf(connection: Connection, table: string): Promise<{ rows: number; digest: string }> {
  const { rows } = await connection.query<{ count: string; high: string; low: string }>(
    `select count(*) as count,
            coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint::numeric), 0)::text as high,
            coalesce(sum(('x' || right(hash, 16))::bit(64)::bigint::numeric), 0)::text as low
       from (select md5(row::text) as hash from ${table} as row) as hashes`,
  );
  const { count = '0', high = '0', low = '0' } = rows[0] ?? {};
  return { rows: Number(count), digest: `${count}:${high}:${low}` };
}
