import type { Socket } from 'node:net';
import { Connection as WireConnection } from 'pg';
import type { Connection } from './pool';

/** The driver's own connection, which speaks the protocol; `undefined` where another driver stands in for `pg`. */
export function wireOf(connection: Connection): WireConnection | undefined {
  if (!('connection' in connection) || !(connection.connection instanceof WireConnection)) return undefined;
  return connection.connection;
}

/** The socket of a connection, where {@link wireOf} has one. */
export function socketOf(connection: Connection): Socket | undefined {
  return wireOf(connection)?.stream as Socket | undefined;
}
