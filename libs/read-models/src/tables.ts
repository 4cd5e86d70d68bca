import {
  BootRefused,
  checkpointParameters,
  type Connection,
  createMadeFrom,
  digestOfSql,
  inTransaction,
  type Pool,
  type PositionCheckpoint,
  quoteIdentifier,
  recordedDigests,
  recordingOf,
  type Statement,
} from '@tallystick/postgres';
import { fitsInPlace, withoutDependents } from './dependent-views';
import type { Projection, TableName } from './projection';
import { rightsOn } from './rights';

/** Ends the name of a table that has just been replaced by a rebuilt one and is about to be dropped. */
export const REPLACED = '_replaced';

/** `<table>_v<version>`: where a version of a projection keeps the rows of one of its tables. */
export function versionedName(projection: Projection, table: string): string {
  return `${table}_v${projection.version}`;
}

/** Physical names, quoted, found by the search path of the connection (the service's schema). */
export function tablesOf(projection: Projection, suffix = ''): TableName {
  return (table) => {
    if (!projection.tables.includes(table)) throw new Error(`Projection ${projection.name} has no table ${table}`);
    return quoteIdentifier(versionedName(projection, table) + suffix);
  };
}

/** Under this name a projection's own position and what it took ahead of it are kept; a new version begins anew. */
export function consumerOf(projection: Projection): string {
  return `projection:${projection.name}:v${projection.version}`;
}

/** Taken by whoever writes a projection's rows, until the transaction ends; many may, while nobody switches them. */
export async function enterGate(connection: Connection, { name }: Projection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock_shared(projection_gate($1))', [name]);
}

/**
 * The statement that goes before a projection's rows in their transaction: enters its gate, makes sure that nothing of
 * the step was taken ahead (see `isTakenAhead`) and moves the position (see `isCheckpointLost`).
 */
export function stepOf(projection: Projection, checkpoint: PositionCheckpoint): Statement {
  return {
    text: 'select step_projection($1, $2, $3, $4, $5::int[], $6::int[], $7::bigint[], $8::bigint[])',
    values: [projection.name, consumerOf(projection), ...checkpointParameters(checkpoint)],
  };
}

/** Waits until nobody writes a projection's rows and keeps everybody from it until the transaction ends. */
export async function closeGate(connection: Connection, { name }: Projection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock(projection_gate($1))', [name]);
}

/** The projection's table definitions with physical names. */
export function definitionOf(projection: Projection, name: TableName): string {
  return projection.ddl.replace(/\{\{([a-z0-9_]+)\}\}/g, (_, table: string) => name(table));
}

export async function tableExists(connection: Connection, quotedName: string): Promise<boolean> {
  const { rows } = await connection.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    quotedName,
  ]);
  return rows[0]?.there === true;
}

function recordName({ name, version }: Projection): string {
  return `projection ${name} v${version}`;
}

/** Remembers from what definition the tables of this version were made. */
export async function recordDefinition(connection: Connection, schema: string, projection: Projection): Promise<void> {
  await connection.query(recordingOf(schema, recordName(projection), digestOfSql(projection.ddl)));
}

function refuseChanged(schema: string, recorded: ReadonlyMap<string, string>, projection: Projection): void {
  const { name, version, ddl } = projection;
  const digest = recorded.get(recordName(projection));
  if (digest === digestOfSql(ddl)) return;
  throw new BootRefused(
    'projection-changed',
    `the tables of projection ${name} v${version} in schema ${schema} were made from ` +
      `${digest === undefined ? 'a definition of which no digest was kept' : 'another definition than this release has'}` +
      `: a changed definition is a new version, so raise it and rebuild the projection, or start the release that made them`,
  );
}

async function createTables(
  connection: Connection,
  schema: string,
  recorded: ReadonlyMap<string, string>,
  projection: Projection,
): Promise<void> {
  const name = tablesOf(projection);
  const missing: string[] = [];
  for (const table of projection.tables) if (!(await tableExists(connection, name(table)))) missing.push(table);
  if (missing.length < projection.tables.length) refuseChanged(schema, recorded, projection);
  if (missing.length === 0) return;
  if (missing.length < projection.tables.length) {
    throw new Error(`Projection ${projection.name} v${projection.version} lacks ${missing.join(', ')}; rebuild it`);
  }
  await connection.query(definitionOf(projection, name));
  for (const table of projection.tables) {
    if (await tableExists(connection, name(table))) continue;
    throw new Error(`The definition of projection ${projection.name} does not create {{${table}}}`);
  }
  await recordDefinition(connection, schema, projection);
}

/** The table that a view of a projection shows; `undefined` where there is no such view. */
async function shownBy(connection: Connection, view: string): Promise<string | undefined> {
  const { rows } = await connection.query<{ shown: string }>(
    `select distinct shown.relname as shown
       from pg_rewrite as rule
       join pg_depend as uses on uses.classid = 'pg_rewrite'::regclass and uses.objid = rule.oid
        and uses.refclassid = 'pg_class'::regclass and uses.refobjid <> rule.ev_class
       join pg_class as shown on shown.oid = uses.refobjid
      where rule.ev_class = to_regclass($1)`,
    [quoteIdentifier(view)],
  );
  return rows[0]?.shown;
}

/** A view checks the rights of who reads it, not of who made it (trust §4). */
function viewDefinition(projection: Projection, table: string): string {
  const name = quoteIdentifier(table);
  return `view ${name} with (security_invoker = true) as select * from ${tablesOf(projection)(table)}`;
}

/**
 * Lets the views of plain names show this version. Views of others that read them go on reading them; reading rights on
 * what must be made anew are given again.
 */
export async function showVersion(connection: Connection, projection: Projection): Promise<void> {
  for (const table of projection.tables) {
    const shown = await shownBy(connection, table);
    const name = quoteIdentifier(table);
    const current = versionedName(projection, table);
    const isOther = shown !== undefined && shown !== current && shown !== current + REPLACED;
    if (!isOther || (await fitsInPlace(connection, name, tablesOf(projection)(table)))) {
      await connection.query(`create or replace ${viewDefinition(projection, table)}`);
      continue;
    }
    const rights = await rightsOn(connection, name);
    await withoutDependents(connection, name, async () => {
      await connection.query(`create ${viewDefinition(projection, table)}`);
      for (const right of rights) await connection.query(right);
    });
  }
}

/**
 * Makes the tables `<table>_v<version>` of projections where they are missing, and views of the plain names. Run by the
 * schema's owner before anything writes; repeatable, two starters at once are safe. Refuses as `projection-changed` where
 * tables of this version were made from another definition. Resolves with the names of the projections whose views still
 * show an older version: they are to be rebuilt, which switches the views.
 */
export async function createProjectionTables(
  pool: Pool,
  schema: string,
  projections: readonly Projection[],
): Promise<readonly string[]> {
  return inTransaction(pool, async (connection) => {
    await connection.query("select pg_advisory_xact_lock(hashtextextended('tallystick/projection-tables', 0))");
    await connection.query(`set local search_path to ${quoteIdentifier(schema)}`);
    await createMadeFrom(connection, schema);
    const recorded = await recordedDigests(connection, schema);
    const outdated: string[] = [];
    for (const projection of projections) {
      await createTables(connection, schema, recorded, projection);
      let isShown = true;
      for (const table of projection.tables) {
        const shown = await shownBy(connection, table);
        if (shown === undefined) await connection.query(`create ${viewDefinition(projection, table)}`);
        else if (shown !== versionedName(projection, table)) isShown = false;
      }
      if (!isShown) outdated.push(projection.name);
    }
    return outdated;
  });
}
