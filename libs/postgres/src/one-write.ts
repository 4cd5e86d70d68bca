import { createHash } from 'node:crypto';
import { OutcomeUnknown } from './faults';
import type { Connection, Pool } from './pool';
import { withConnection } from './transaction';
import { socketOf } from './wire';

/** One SQL statement, known beforehand. Values are as they go over the wire: nothing about them can fail on our side. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (Buffer | string | number | boolean | null | undefined)[];
}

interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The longest name that PostgreSQL tells apart has 63 bytes. */
const NAME_LENGTH = 32;
const names = new Map<string, string>();

/** A statement as `query` takes it: prepared once per connection, under a name that stands for its text alone. */
export function prepared({ text, values }: Statement): PreparedStatement {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH);
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}

/**
 * Runs statements as one transaction (READ COMMITTED) that leaves in one write: none waits for the answer to the one
 * before, so a transaction costs one round trip. All are committed, or none, and the first refusal is thrown. After a
 * connection fault, or where the server refuses even to begin, the outcome is unknown; the error says so by
 * `isConnectionFault`. Needs a `pipelined` pool. The texts are few: each stays prepared as long as the connection lives.
 */
export function inOneWrite(pool: Pool, statements: readonly Statement[]): Promise<void> {
  const work = statements.map(prepared);
  return withConnection(pool, async (connection) => {
    const [begun, ...answers] = await Promise.allSettled(inOnePiece(connection, () => sendAll(connection, work)));
    if (begun?.status !== 'fulfilled') throw new OutcomeUnknown('BEGIN was refused', { cause: begun?.reason });
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
    const last = answers.at(-1);
    if (last?.status !== 'fulfilled' || last.value.command !== 'COMMIT') throw new Error('The server did not commit');
  });
}

function sendAll(connection: Connection, statements: readonly PreparedStatement[]) {
  return [
    connection.query('BEGIN'),
    ...statements.map((statement) => connection.query(statement)),
    connection.query('COMMIT'),
  ];
}

function inOnePiece<Result>(connection: Connection, write: () => Result): Result {
  const socket = socketOf(connection);
  if (!socket || !('pipeline' in connection && connection.pipeline)) {
    throw new TypeError('inOneWrite needs a pipelined pool');
  }
  socket.cork();
  try {
    return write();
  } finally {
    socket.uncork();
  }
}
