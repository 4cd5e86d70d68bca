import { randomUUID } from 'node:crypto';
import { binaryEvent, EventStoreDBClient } from '@eventstore/db-client';
import { FaultyLink } from '@tallystick/testing';
import type { EventStoreDbAddress } from './eventstoredb-harness';

/** A real node at an `esdb://` address; what fails fails on a TCP way of ours, so the node itself is left alone. */
export function realNodeAddress(connectionString: string): EventStoreDbAddress {
  const client = EventStoreDBClient.connectionString(connectionString);
  const endpoint = /^esdb:\/\/(?:[^@/]*@)?([^:/?,]+)(?::([0-9]+))?/.exec(connectionString);
  if (!endpoint) throw new Error('EVENTSTOREDB_URL is no esdb:// address of one node');
  const [address, host, port = '2113'] = endpoint;
  return {
    connectionString,
    faulty: async () => {
      const faults = await FaultyLink.to(host!, Number(port));
      const near = address.replace(/[^@/]+$/, `127.0.0.1:${faults.port}`);
      return { connectionString: connectionString.replace(address, near), faults, close: () => faults.close() };
    },
    // A node does not tell how many calls it serves.
    openCalls: () => Promise.resolve(0),
    writeForeign: async () => {
      const event = binaryEvent({ type: 'Foreign', data: new Uint8Array(1) });
      await client.appendToStream(`other-${randomUUID()}`, event, { expectedRevision: 'no_stream' });
    },
    close: () => client.dispose(),
  };
}
