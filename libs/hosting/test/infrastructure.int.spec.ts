import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '@tallystick/postgres';
import {
  type KafkaBroker,
  NodeLog,
  startKafka,
  startTestDatabase,
  type TestDatabase,
  until,
  whyNoKafka,
} from '@tallystick/testing';
import { WireDouble } from '@tallystick/testing/wire-double';
import { audienceOf, type BootedServices, bootServices, type Host, hostServices } from '../src';
import { counterDefinition, echoDefinition } from './two-services';

const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-infrastructure-'));
let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'infrastructure-spec' });
}, 60_000);

afterEach(async () => {
  await pool.end();
  await database.drop();
});

afterAll(() => rmSync(dataFolder, { recursive: true }));

async function add({ url }: Host, { authentication }: BootedServices, key: string): Promise<string> {
  const claims = {
    subject: 'ops',
    tenant: 'demo',
    program: 'main',
    permissions: ['*'],
    audience: audienceOf('counter'),
  };
  const answer = await fetch(`${url}/v1/counters/a`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await authentication.localIssuer?.issue(claims)}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: '{"by":"2"}',
  });
  return `${answer.status} ${await answer.text()}`;
}

/** What the consumer has heard, once it has heard of the second addition. */
async function heard(): Promise<readonly unknown[]> {
  const rows = async () => (await pool.query('select revision, by_amount from echo.heard order by revision')).rows;
  await until('both additions are heard', async () => (await rows()).length === 2);
  return rows();
}

const HEARD = [
  { revision: 0, by_amount: '2' },
  { revision: 1, by_amount: '2' },
];

describe('Services whose logs are in EventStoreDB', () => {
  it('answer, hear each other in one process and keep their projections', async () => {
    const node = new NodeLog();
    // A node's log begins with its own events, so position 0 is never a service's.
    node.append('$settings', -1, [
      { id: randomUUID(), data: Buffer.from('{}'), customMetadata: new Uint8Array(0), headers: [] },
    ]);
    const { double, port } = await WireDouble.open(node);
    const booted = await bootServices([counterDefinition, echoDefinition], {
      DATABASE_URL: database.url,
      TALLY_DATA: dataFolder,
      TALLY_STORE: 'eventstoredb',
      EVENTSTOREDB_URL: `esdb://127.0.0.1:${port}?tls=false`,
    });
    const host = await hostServices(booted, { port: 0 });
    const answers = [await add(host, booted, 'k-1'), await add(host, booted, 'k-2'), await add(host, booted, 'k-1')];
    expect(answers.map((answer) => answer.slice(4))).toEqual([
      '{"counter":"a","by":"2","sum":"2"}',
      '{"counter":"a","by":"2","sum":"4"}',
      '{"counter":"a","by":"2","sum":"2"}',
    ]);
    expect(await heard()).toEqual(HEARD);
    await until(
      'the projection has the sum',
      async () => (await pool.query('select sum from counter.sums')).rows[0]?.sum === '4',
    );
    await host.close();
    await booted.close();
    double.close();
  }, 60_000);

  it('are refused on the Postgres bus where one hears another that runs elsewhere', async () => {
    const { double, port } = await WireDouble.open(new NodeLog());
    const environment = {
      DATABASE_URL: database.url,
      TALLY_DATA: dataFolder,
      TALLY_STORE: 'eventstoredb',
      EVENTSTOREDB_URL: `esdb://127.0.0.1:${port}?tls=false`,
    };
    await expect(bootServices([echoDefinition], environment)).rejects.toThrow('set TALLY_BUS=kafka');
    double.close();
  }, 60_000);
});

const reason = whyNoKafka();
(reason === undefined ? describe : describe.skip)(
  `Services that run alone over Kafka${reason ? ` (not run: ${reason})` : ''}`,
  () => {
    let broker: KafkaBroker;
    beforeAll(async () => {
      broker = await startKafka();
    }, 120_000);
    afterAll(() => broker?.stop());

    it('hear what the other one’s relay publishes, and tell how far they are', async () => {
      const environment = {
        DATABASE_URL: database.url,
        TALLY_DATA: dataFolder,
        TALLY_BUS: 'kafka',
        KAFKA_BROKERS: broker.brokers.join(),
      };
      const [counter, echo] = [
        await bootServices([counterDefinition], environment),
        await bootServices([echoDefinition], environment),
      ];
      const host = await hostServices(counter, { port: 0 });
      expect(await add(host, counter, 'k-1')).toBe('201 {"counter":"a","by":"2","sum":"2"}');
      expect(await add(host, counter, 'k-2')).toBe('201 {"counter":"a","by":"2","sum":"4"}');
      expect(await heard()).toEqual(HEARD);
      const status = await counter.services[0]?.status();
      expect(status?.hops.map(({ consumer }) => consumer)).toContain('relay');
      await host.close();
      await counter.close();
      await echo.close();
    }, 120_000);
  },
);
