import { createHash } from 'node:crypto';
import { type Connection, quoteIdentifier, quoteLiteral } from './pool';

const COMMENT_OR_BLANK = /^\s*(--.*)?$/;

/** Changes with what SQL text does: lines of comment, blank lines and the form of line ends do not count. */
export function digestOfSql(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => !COMMENT_OR_BLANK.test(line));
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function tableIn(schema: string): string {
  return `${quoteIdentifier(schema)}.made_from`;
}

/** Makes the table in which a schema remembers what it was made from, where it is missing. */
export async function createMadeFrom(connection: Connection, schema: string): Promise<void> {
  await connection.query(
    `create table if not exists ${tableIn(schema)} (what text collate "C" primary key, digest text collate "C" not null)`,
  );
}

/** The statement that remembers a digest, in place of an earlier one of the same name. */
export function recordingOf(schema: string, what: string, digest: string): string {
  return `insert into ${tableIn(schema)} (what, digest) values (${quoteLiteral(what)}, ${quoteLiteral(digest)})
          on conflict (what) do update set digest = excluded.digest`;
}

/** The digests that a schema remembers. Needs the table of {@link createMadeFrom}. */
export async function recordedDigests(
  connection: Pick<Connection, 'query'>,
  schema: string,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query<{ what: string; digest: string }>(
    `select what, digest from ${tableIn(schema)}`,
  );
  return new Map(rows.map(({ what, digest }) => [what, digest]));
}
