import { Connection as WireConnection } from 'pg';
import type { Connection, Pool } from './pool';
import { withConnection } from './transaction';

/** One SQL statement, known beforehand. Values are as they go over the wire: nothing about them can fail on our side. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (Buffer | string | number | boolean | null | undefined)[];
}

const names = new Map<string, string>();

/** A statement as `query` takes it: prepared once per connection, under a name that stands for its text alone. */
export function prepared({ text, values }: Statement): { name: string; text: string; values: unknown[] } {
  let name = names.get(text);
  if (name === undefined) {
    name = `statement ${names.size + 1}`;
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}

/**
 * Runs statements as one transaction (READ COMMITTED) that leaves in one write: none waits for the answer to the one
 * before, so a transaction costs one round trip. All are committed, or none, and the first refusal is thrown. After a
 * connection fault the outcome is unknown; the error says so by `isConnectionFault`. Needs a `pipelined` pool. The texts
 * are few: each stays prepared as long as the connection lives.
 */
export function inOneWrite(pool: Pool, statements: readonly Statement[]): Promise<void> {
  return withConnection(pool, async (connection) => {
    const answers = await Promise.allSettled(corked(connection, () => sendAll(connection, statements)));
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    const last = answers.at(-1);
    if (last?.status !== 'fulfilled' || last.value.command !== 'COMMIT') throw new Error('The server did not commit');
  });
}

function sendAll(connection: Connection, statements: readonly Statement[]) {
  return [
    connection.query('BEGIN'),
    ...statements.map((statement) => connection.query(prepared(statement))),
    connection.query('COMMIT'),
  ];
}

/** What is written meanwhile leaves together. */
function corked<Result>(connection: Connection, write: () => Result): Result {
  if (!('pipeline' in connection && connection.pipeline && connection.connection instanceof WireConnection)) {
    throw new TypeError('inOneWrite needs a pipelined pool');
  }
  const { stream } = connection.connection;
  stream.cork();
  try {
    return write();
  } finally {
    stream.uncork();
  }
}
