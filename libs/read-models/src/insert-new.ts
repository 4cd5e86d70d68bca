import { type Connection, sqlStateOf } from '@tallystick/postgres';

const UNIQUE_VIOLATION = '23505';

/** An insert of rows whose keys name them for ever. */
export interface InsertOfNew {
  /** Of the prepared statement. */
  readonly name: string;
  /** Takes for granted that none of the rows is there. */
  readonly text: string;
  /** The same, passing over rows that are there (`on conflict do nothing`). */
  readonly textWhereKnown: string;
  readonly values: readonly unknown[];
}

/**
 * Inserts rows that are new but for what a bus repeats: first as if all were, which spares a third of the work; where one
 * is there already, or comes twice, that is undone and the known ones are passed over. Needs a transaction. Resolves with
 * what the second statement returned; with `undefined` where all were new.
 */
export async function insertNew<Row extends object>(
  connection: Connection,
  { name, text, textWhereKnown, values }: InsertOfNew,
): Promise<readonly Row[] | undefined> {
  await connection.query('savepoint new_rows');
  try {
    await connection.query({ name, text, values: [...values] });
    return undefined;
  } catch (error) {
    if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
  }
  await connection.query('rollback to savepoint new_rows');
  const { rows } = await connection.query<Row>({ name: `${name} known`, text: textWhereKnown, values: [...values] });
  return rows;
}
