import { EventStoreError } from '@tallystick/decider';
import { type Connection, type Pool, socketOf } from '@tallystick/postgres';
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { readFault } from './faults';

/**
 * Runs one statement on one connection within a time limit. A connection that did not answer in time is destroyed, so
 * a late answer meets nobody. Throws `unavailable` where no connection could be had, else the statement's own error.
 */
export async function runStatement<Row extends QueryResultRow>(
  pool: Pool,
  statement: QueryConfig,
  deadline: number,
): Promise<QueryResult<Row>> {
  const until = performance.now() + deadline;
  const connection = await connect(pool, deadline);
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  connection.on('error', onError);
  try {
    return await within(connection.query<Row>(statement), until - performance.now(), () => {
      broken = new Error(`no answer within ${deadline} ms`);
      // Released alone, a pipelined connection would wait for the answer before it ends.
      socketOf(connection)?.destroy();
      return broken;
    });
  } finally {
    connection.off('error', onError);
    connection.release(broken);
  }
}

async function connect(pool: Pool, deadline: number): Promise<Connection> {
  const connecting = pool.connect();
  try {
    return await within(connecting, deadline, () => {
      connecting.then((late) => late.release(), ignore);
      return new EventStoreError('unavailable', `no connection within ${deadline} ms`);
    });
  } catch (error) {
    throw readFault(error);
  }
}

function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(ms, 0));
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function ignore(): void {
  // A connection that never came has nothing to give back.
}
