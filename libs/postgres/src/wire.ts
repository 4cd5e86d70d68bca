import type { Socket } from 'node:net';
import { Connection as WireConnection } from 'pg';
import type { Connection } from './pool';

/** The socket of a connection; `undefined` where `pg` is not the driver that holds it. */
export function socketOf(connection: Connection): Socket | undefined {
  if (!('connection' in connection) || !(connection.connection instanceof WireConnection)) return undefined;
  return connection.connection.stream as Socket;
}
