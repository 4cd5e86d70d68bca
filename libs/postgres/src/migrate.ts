import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, type Migration, Migrator, PostgresDialect, sql } from 'kysely';
import { inTransaction } from './transaction';
import { type Pool, quoteIdentifier } from './pool';

/** A folder of `NNNN-name.sql` files that one library or service ships; applied in the order of their names. */
export interface MigrationSet {
  /** Unique within a schema; names the table that remembers what was applied. */
  readonly name: string;
  readonly folder: string;
}

/** The tables of consumers: `consumer_position`, `consumer_member`, `consumed_ahead`, and `move_checkpoint`. */
export const CONSUMER_MIGRATIONS: MigrationSet = { name: 'consumer', folder: join(__dirname, 'migrations') };

const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
const SET_NAME = /^[a-z][a-z0-9-]{0,30}$/;

async function readMigrations(schema: string, folder: string): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
    if (!FILE_NAME.test(file)) throw new Error(`${join(folder, file)}: migrations are named NNNN-name.sql`);
    const text = await readFile(join(folder, file), 'utf8');
    migrations[file.slice(0, -'.sql'.length)] = {
      async up(database) {
        await sql.raw(`set local search_path to ${quoteIdentifier(schema)}`).execute(database);
        await sql.raw(text).execute(database);
      },
    };
  }
  return migrations;
}

async function applySet(pool: Pool, schema: string, set: MigrationSet): Promise<readonly string[]> {
  if (!SET_NAME.test(set.name)) throw new Error(`not a name of a migration set: ${set.name}`);
  const migrations = await readMigrations(schema, set.folder);
  const suffix = set.name.replaceAll('-', '_');
  // The database is never destroyed: that would end the caller's pool.
  const migrator = new Migrator({
    db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: schema,
    migrationTableName: `migration_${suffix}`,
    migrationLockTableName: `migration_${suffix}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? 'reading';
    throw new Error(`Migration ${set.name}/${failed} of schema ${schema} failed: ${String(error)}`, { cause: error });
  }
  return (results ?? []).map(({ migrationName }) => `${set.name}/${migrationName}`);
}

/**
 * Brings a schema up to date: makes it where it is missing and applies each set's new files, in the order of the sets,
 * each set in one transaction with the schema as search path. Two starters at once are safe, the second waits. Refuses a
 * history that the files no longer tell. Run by the schema's owner. Resolves with what was applied now.
 */
export async function migrate(pool: Pool, schema: string, sets: readonly MigrationSet[]): Promise<readonly string[]> {
  await inTransaction(pool, async (connection) => {
    // "if not exists" alone is not safe for two at once.
    await connection.query("select pg_advisory_xact_lock(hashtextextended('tallystick/schema', 0))");
    await connection.query(`create schema if not exists ${quoteIdentifier(schema)}`);
  });
  const applied: string[] = [];
  for (const set of sets) applied.push(...(await applySet(pool, schema, set)));
  return applied;
}
