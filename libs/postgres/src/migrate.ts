import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type Migration, Migrator, PostgresDialect, sql } from 'kysely';
import { BootRefused } from './boot-refused';
import { createMadeFrom, digestOfSql, recordedDigests, recordingOf } from './made-from';
import { inTransaction } from './transaction';
import { type Pool, quoteIdentifier } from './pool';

/** A folder of `NNNN-name.sql` files that one library or service ships; applied in the order of their names. */
export interface MigrationSet {
  /** Unique within a schema; names the table that remembers what was applied. */
  readonly name: string;
  readonly folder: string;
}

/** The tables of consumers: `consumer_position`, `consumer_member`, `consumed_ahead`, `move_checkpoint` and `step_projection`. */
export const CONSUMER_MIGRATIONS: MigrationSet = { name: 'consumer', folder: join(__dirname, 'migrations') };

const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
const WAY_OUT = 'start the release that made it, or start on another database and publish again';
const SET_NAME = /^[a-z][a-z0-9-]{0,30}$/;

interface MigrationFile {
  /** `<set>/<NNNN-name>` */
  readonly name: string;
  readonly text: string;
}

async function readFiles(set: MigrationSet): Promise<readonly MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const file of (await readdir(set.folder)).filter((name) => name.endsWith('.sql')).sort()) {
    if (!FILE_NAME.test(file)) throw new Error(`${join(set.folder, file)}: migrations are named NNNN-name.sql`);
    const text = await readFile(join(set.folder, file), 'utf8');
    files.push({ name: `${set.name}/${file.slice(0, -'.sql'.length)}`, text });
  }
  return files;
}

/** The library remembers names only: beside each, in the same transaction, goes what the file said. */
function migrationsOf(schema: string, files: readonly MigrationFile[]): Record<string, Migration> {
  const migrations: Record<string, Migration> = {};
  for (const { name, text } of files) {
    migrations[name.slice(name.indexOf('/') + 1)] = {
      async up(database) {
        await sql.raw(`set local search_path to ${quoteIdentifier(schema)}`).execute(database);
        await sql.raw(text).execute(database);
        await sql.raw(recordingOf(schema, recordName(name), digestOfSql(text))).execute(database);
      },
    };
  }
  return migrations;
}

function recordName(migration: string): string {
  return `migration ${migration}`;
}

interface ReadSet {
  readonly name: string;
  readonly files: readonly MigrationFile[];
  /** Where the library remembers which of the files were applied. */
  readonly history: string;
}

async function readSet(set: MigrationSet): Promise<ReadSet> {
  if (!SET_NAME.test(set.name)) throw new Error(`not a name of a migration set: ${set.name}`);
  const history = `migration_${set.name.replaceAll('-', '_')}`;
  return { name: set.name, files: await readFiles(set), history };
}

async function appliedOf(pool: Pool, schema: string, { name: set, history }: ReadSet): Promise<ReadonlySet<string>> {
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(history)}`;
  const { rows: found } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (!found[0]?.there) return new Set();
  const { rows } = await pool.query<{ name: string }>(`select name from ${table}`);
  return new Set(rows.map(({ name }) => `${set}/${name}`));
}

async function refuseEdited(pool: Pool, schema: string, set: ReadSet): Promise<void> {
  // In this order: what another starter has applied by now has its digest by then.
  const applied = await appliedOf(pool, schema, set);
  const recorded = await recordedDigests(pool, schema);
  for (const { name, text } of set.files) {
    const digest = recorded.get(recordName(name));
    if (!applied.has(name) || digest === digestOfSql(text)) continue;
    throw new BootRefused(
      'migration-changed',
      digest === undefined
        ? `schema ${schema} was made by a release that kept no digest of migration ${name}, so what it holds is not ` +
            `known: ${WAY_OUT}`
        : `schema ${schema} was made from another text of migration ${name} than this release has. A released ` +
            `migration is never edited, a change is a new file: ${WAY_OUT}`,
    );
  }
}

async function applySet(pool: Pool, schema: string, set: ReadSet): Promise<readonly string[]> {
  const migrations = migrationsOf(schema, set.files);
  // The database is never destroyed: that would end the caller's pool.
  const migrator = new Migrator({
    db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: schema,
    migrationTableName: set.history,
    migrationLockTableName: `${set.history}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? 'reading';
    throw new Error(`Migration ${set.name}/${failed} of schema ${schema} failed: ${String(error)}`, { cause: error });
  }
  // A starter of another release may have been first while this one waited.
  await refuseEdited(pool, schema, set);
  return (results ?? []).map(({ migrationName }) => `${set.name}/${migrationName}`);
}

/**
 * Brings a schema up to date: makes it where it is missing and applies each set's new files, in the order of the sets,
 * each set in one transaction with the schema as search path. Two starters at once are safe, the second waits. Refuses a
 * history that the files no longer tell, and as `migration-changed`, before anything is applied, one whose files said
 * something else then. Run by the schema's owner. Resolves with what was applied now.
 */
export async function migrate(pool: Pool, schema: string, sets: readonly MigrationSet[]): Promise<readonly string[]> {
  await inTransaction(pool, async (connection) => {
    // "if not exists" alone is not safe for two at once.
    await connection.query("select pg_advisory_xact_lock(hashtextextended('tallystick/schema', 0))");
    await connection.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    await createMadeFrom(connection, schema);
  });
  const read = await Promise.all(sets.map(readSet));
  for (const set of read) await refuseEdited(pool, schema, set);
  const applied: string[] = [];
  for (const set of read) applied.push(...(await applySet(pool, schema, set)));
  return applied;
}
