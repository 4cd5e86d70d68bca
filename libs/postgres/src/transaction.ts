import { isConnectionFault } from './faults';
import type { Connection, Pool } from './pool';

async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.query('ROLLBACK');
  } catch {
    // The first error is the one that tells; a connection that cannot roll back is broken, and its next use says so.
  }
}

/** Runs one unit of work in one transaction on a connection that the caller holds; as {@link inTransaction} does. */
export async function asTransaction<Result>(connection: Connection, work: () => Promise<Result>): Promise<Result> {
  try {
    await connection.query('BEGIN');
    const result = await work();
    const { command } = await connection.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed before');
    return result;
  } catch (error) {
    if (!isConnectionFault(error)) await rollBack(connection);
    throw error;
  }
}

/** Lends one connection of the pool to one unit of work; a connection that broke meanwhile is not used again. */
export async function withConnection<Result>(
  pool: Pool,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  let broken = false;
  try {
    return await work(connection);
  } catch (error) {
    broken = isConnectionFault(error);
    throw error;
  } finally {
    connection.release(broken);
  }
}

/**
 * Runs one unit of work on one connection in one transaction (READ COMMITTED): committed when `work` resolves, rolled
 * back when it throws. `work` uses the given connection only. A commit that the server turned into a rollback throws.
 * After a connection fault at COMMIT the outcome is unknown; the error says so by {@link isConnectionFault}.
 */
export function inTransaction<Result>(pool: Pool, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  return withConnection(pool, (connection) => asTransaction(connection, () => work(connection)));
}
