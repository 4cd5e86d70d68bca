import { applyChanges, changesOf, startSuite, SuiteClient, waitUntilSettled } from '@tallystick/standalone';
import { BENCH_PROGRAM } from '../bench-program';
import type { Place } from './place';

export interface PrepareInput extends Place {
  /** Addresses of Kafka brokers, where Kafka is the bus. */
  readonly brokers?: string;
}

/** Makes every schema in a database and applies the bench's program through the API. */
export async function prepare({ databaseUrl, dataDir, brokers }: PrepareInput): Promise<void> {
  const suite = await startSuite({ dataDir, port: 0, environment: environmentOf(databaseUrl, brokers) });
  try {
    const client = new SuiteClient(suite.address, () => suite.token());
    await applyChanges(BENCH_PROGRAM, await changesOf(BENCH_PROGRAM, client), client);
    await waitUntilSettled(client, { timeoutMs: 60_000 });
  } finally {
    await suite.stop();
  }
}

/** The settings under which the suite runs in a bench; everything else is as people run it. */
export function environmentOf(databaseUrl: string, brokers?: string, roles?: string): Record<string, string> {
  const settings = { DATABASE_URL: databaseUrl, TALLY_LOG_LEVEL: 'warn', ...(roles && { TALLY_ROLES: roles }) };
  return brokers === undefined ? settings : { ...settings, TALLY_BUS: 'kafka', KAFKA_BROKERS: brokers };
}
