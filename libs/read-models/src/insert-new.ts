import { arrayTypeOf, type Connection, sqlStateOf } from '@tallystick/postgres';

const UNIQUE_VIOLATION = '23505';

/** Rows to be inserted, column by column: what `int8Column` and its likes make, each under the name of its place. */
export interface NewRows {
  /** The quoted name of the table. It names the prepared statement too: always the same columns, and the same around them. */
  readonly into: string;
  readonly columns: Readonly<Record<string, Buffer>>;
}

/** Rows whose keys name them for ever. */
export interface NamedRows extends NewRows {
  /** The column that tells which rows were new, where some were there. */
  readonly returning?: string;
  /** The whole statement, where the insert is one part of it. */
  readonly within?: (insert: string) => string;
}

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: Buffer[];
}

/** The prepared statement that inserts rows as they are. */
export function insertOf({ into, columns }: NewRows): Statement {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const unnested = values.map((column, index) => `unnest($${index + 1}::${arrayTypeOf(column)})`);
  return {
    name: `insert ${into}`,
    text: `insert into ${into} (${names.join(', ')}) select ${unnested.join(', ')}`,
    values,
  };
}

/**
 * Inserts rows that are new but for what a bus repeats: first as if all were, which spares a third of the work; where one
 * is there already, or comes twice, that is undone and the known ones are passed over. Needs a transaction. Resolves with
 * what the second statement returned; with `undefined` where all were new.
 */
export async function insertNew<Row extends object>(
  connection: Connection,
  { returning, within = (insert) => insert, ...rows }: NamedRows,
): Promise<readonly Row[] | undefined> {
  const { name, text, values } = insertOf(rows);
  await connection.query('savepoint new_rows');
  try {
    await connection.query({ name, text: within(text), values });
    return undefined;
  } catch (error) {
    if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
  }
  await connection.query('rollback to savepoint new_rows');
  const passing = `${text} on conflict do nothing${returning === undefined ? '' : ` returning ${returning}`}`;
  const answer = await connection.query<Row>({ name: `${name} known`, text: within(passing), values });
  return answer.rows;
}
