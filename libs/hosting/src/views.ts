import { readFile } from 'node:fs/promises';
import { log } from '@tallystick/observability';
import { type Connection, createPool, inTransaction, sqlStateOf } from '@tallystick/postgres';
import { onIdleFault } from './idle-fault';
import type { ServiceDefinition } from './service';

const UNDEFINED_COLUMN = '42703';

/**
 * Makes the views that a service offers to readers of the database, as their owner, at each boot; two starters at once
 * are safe. What the statements warn of is logged line by line. Views that name a column which comes with a rebuild stay
 * as they were until the boot after it.
 */
export async function prepareViews({ name, views }: ServiceDefinition, ownerUrl: string): Promise<void> {
  if (views === undefined) return;
  const statements = await readFile(views, 'utf8');
  const owner = createPool(ownerUrl, { max: 1, applicationName: 'tallystick-owner', onIdleFault });
  try {
    await inTransaction(owner, (connection) => renew(connection, name, statements));
  } catch (error) {
    if (sqlStateOf(error) !== UNDEFINED_COLUMN) throw error;
    log().warn({ name, err: error }, 'the views stay as they were: rebuild the projections, then boot again');
  } finally {
    await owner.end();
  }
}

async function renew(connection: Connection, name: string, statements: string): Promise<void> {
  const tell = ({ severity, message = '' }: { severity?: string; message?: string }): void => {
    if (severity === 'WARNING') for (const line of message.split('\n')) log().warn({ name }, line);
  };
  connection.on('notice', tell);
  try {
    await connection.query("select pg_advisory_xact_lock(hashtextextended('tallystick/views/' || $1, 0))", [name]);
    await connection.query(statements);
  } finally {
    connection.off('notice', tell);
  }
}
