import { partitionOf, PARTITIONS } from '@tallystick/messaging';
import { type Pool, quoteIdentifier } from '@tallystick/postgres';
import { copyFile, cutFile, type Field, int4, int8, timestamptz } from '../../adapters/binary-rows';
import { copyIn, type CopyJob, tableFile } from '../../adapters/copying';
import { Documents } from '../purchases';
import { type Place, type Timed, timed, withPool } from './place';

/** Rows of one transaction of every reference. */
const ROWS_A_COMMIT = 1_000;
const WARM_UP_ROWS = 5_000;

export interface CopyDocumentsInput extends Place {
  readonly purchases: number;
}

/** The purchase documents by COPY over one connection into a clone of the bus table with its indexes. */
export async function copyDocuments({ databaseUrl, rootPid, purchases }: CopyDocumentsInput): Promise<Timed> {
  const jobs = documentJobs(new Documents(purchases), '"bench_copy"');
  const warmUp = documentJobs(new Documents(WARM_UP_ROWS), '"bench_warm"');
  return withPool(databaseUrl, 1, async (pool) => {
    for (const name of ['bench_copy', 'bench_warm']) {
      await pool.query(`create table ${name} (like bus.record including all)`);
    }
    await copyIn(pool, warmUp, 1);
    await pool.query('drop table bench_warm');
    await pool.query('checkpoint');
    const took = await timed(rootPid, () => copyIn(pool, jobs, 1));
    await pool.query('drop table bench_copy');
    return took;
  });
}

function documentJobs(documents: Documents, table: string): CopyJob[] {
  const offsets = new Array<number>(PARTITIONS).fill(0);
  const topic = Buffer.from('purchases.v1');
  const at = timestamptz(Date.now());
  const jobs: CopyJob[] = [];
  for (let from = 0; from < documents.count; from += ROWS_A_COMMIT) {
    const rows: Field[][] = [];
    for (let i = from; i < Math.min(from + ROWS_A_COMMIT, documents.count); i++) {
      const key = documents.keys[i]!;
      const partition = partitionOf(key);
      const offset = int8(offsets[partition]!++);
      rows.push([topic, int4(partition), offset, Buffer.from(key), documents.value(i), null, at]);
    }
    jobs.push({ into: `${table} (topic, partition, "offset", key, value, headers, at)`, file: copyFile(rows) });
  }
  return jobs;
}

export interface CopyRowsInput extends Place {
  /** Default: every table of the suite that has rows. `rows` is a query for part of them. */
  readonly tables?: readonly { readonly name: string; readonly rows?: string }[];
  readonly connections: number;
}

export interface RowsCopied extends Timed {
  readonly rows: number;
  readonly bytes: number;
}

/** Exactly the rows that a run left behind by COPY into clones of their tables with all indexes, a table's turn each. */
export async function copyRows({ databaseUrl, rootPid, tables, connections }: CopyRowsInput): Promise<RowsCopied> {
  return withPool(databaseUrl, connections, async (pool) => {
    await pool.query('drop schema if exists bench_clone cascade');
    await pool.query('create schema bench_clone');
    const jobs: CopyJob[][] = [];
    let rows = 0;
    for (const table of tables ?? (await tablesWithRows(pool))) {
      const into = `bench_clone.${quoteIdentifier(table.name)}`;
      await pool.query(`create table ${into} (like ${table.name} including all)`);
      const cut = cutFile(await tableFile(pool, table.rows ? `(${table.rows})` : table.name), ROWS_A_COMMIT);
      jobs.push(cut.files.map((file) => ({ into, file })));
      rows += cut.rows;
    }
    const mixed = inTurns(jobs);
    await pool.query('checkpoint');
    const took = await timed(rootPid, () => copyIn(pool, mixed, connections));
    await pool.query('drop schema bench_clone cascade');
    return { ...took, rows, bytes: mixed.reduce((sum, { file }) => sum + file.length, 0) };
  });
}

async function tablesWithRows(pool: Pool): Promise<{ name: string; rows?: string }[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'bench_clone')
        and n.nspname not like 'pg\\_%' and pg_relation_size(c.oid) > 0
      order by 1`,
  );
  return rows;
}

/** One of each list after the other, as the path writes its tables. */
function inTurns<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
