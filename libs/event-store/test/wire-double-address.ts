import { randomUUID } from 'node:crypto';
import { NodeLog } from '@tallystick/testing';
import { WireDouble } from '@tallystick/testing/wire-double';
import type { EventStoreDbAddress } from './eventstoredb-harness';

const URL_OF = (port: number): string => `esdb://127.0.0.1:${port}?tls=false`;

export interface WireDoubleAddress extends EventStoreDbAddress {
  readonly log: NodeLog;
}

/** One log behind as many doors as there are faulty adapters. */
export async function wireDoubleAddress(): Promise<WireDoubleAddress> {
  const log = new NodeLog();
  const { double, port } = await WireDouble.open(log);
  const foreign = (stream: string): void => {
    const event = { id: randomUUID(), data: Buffer.from('{}'), customMetadata: new Uint8Array(0), headers: [] };
    log.append(stream, -1, [event]);
  };
  return {
    log,
    connectionString: URL_OF(port),
    faulty: async () => {
      const door = await WireDouble.open(log);
      return {
        connectionString: URL_OF(door.port),
        faults: door.double,
        close: () => Promise.resolve(door.double.close()),
      };
    },
    openCalls: () => double.openCalls(),
    writeForeign: () => {
      foreign(`$stats-${randomUUID()}`);
      foreign(`snapshot-${randomUUID()}`);
      foreign(`other-${randomUUID()}`);
      return Promise.resolve();
    },
    close: () => Promise.resolve(double.close()),
  };
}
