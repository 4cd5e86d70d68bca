import type { Connection, Pool } from './pool';
import { isConnectionFault } from './faults';

async function rollBack(connection: Connection): Promise<Error | undefined> {
  try {
    await connection.query('ROLLBACK');
    return undefined;
  } catch (fault) {
    return fault as Error;
  }
}

/**
 * Runs one unit of work on one connection in one transaction (READ COMMITTED): committed when `work` resolves, rolled
 * back when it throws. `work` uses the given connection only. A commit that the server turned into a rollback throws.
 * After a connection fault at COMMIT the outcome is unknown; the error says so by {@link isConnectionFault}.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    const { command } = await connection.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed before');
    return result;
  } catch (error) {
    broken = isConnectionFault(error) ? (error as Error) : await rollBack(connection);
    throw error;
  } finally {
    connection.release(broken);
  }
}
