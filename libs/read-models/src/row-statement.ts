import { arrayTypeOf, type Connection, prepared, type Statement } from '@tallystick/postgres';

/** A statement that writes rows of a projection. */
export interface RowStatement extends Statement {
  /** Its text where some of the rows may be there already: it passes over them. Absent where none ever is. */
  readonly known?: string;
}

/** Rows to be inserted, column by column: what `int8Column` and its likes make, each under the name of its place. */
export interface NewRows {
  /** The quoted name of the table. */
  readonly into: string;
  readonly columns: Readonly<Record<string, Buffer>>;
  /** How many parameters go before, where this is a part of a statement. */
  readonly parametersBefore?: number;
}

/**
 * Inserts rows as if all were new, which spares a third of the work; what a bus repeats is passed over by the `known`
 * text. A condition on `new_row` may be added to the plain text.
 */
export function insertOf({ into, columns, parametersBefore = 0 }: NewRows): Required<RowStatement> {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const unnested = values.map(
    (column, index) => `unnest($${parametersBefore + index + 1}::${arrayTypeOf(column)}) as ${names[index]}`,
  );
  const text = `insert into ${into} (${names.join(', ')}) select * from (select ${unnested.join(', ')}) as new_row`;
  return { text, known: `${text} on conflict do nothing`, values };
}

/** The statement that passes over rows that are there. */
export function passingOverKnown({ text, known = text, values }: RowStatement): Statement {
  return { text: known, values };
}

/** Runs statements one after another within the transaction at hand. */
export async function writeRows(connection: Connection, statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) await connection.query(prepared(statement));
}
