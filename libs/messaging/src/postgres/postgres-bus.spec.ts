import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { type BusRecord, DEAD_LETTER_MIGRATIONS, DeadLetters, DONE, recordReader } from '../index';
import { createOutsideTopics, PostgresBusServer, PostgresPublisher } from './index';

const TOPIC = 'purchases.v1';

describe('PostgresBusServer', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 4, applicationName: 'spec', searchPath: 'ledger' });
    await createOutsideTopics(pool, [TOPIC]);
    await migrate(pool, 'ledger', [CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('delivers published records in batches and keeps what is refused as dead letters', async () => {
    const binding = { topic: TOPIC, tenant: 'demo', program: 'main', mode: 'open' } as const;
    const reader = recordReader({ binding, read: (value) => readJson(value) });
    const seen: BusRecord[] = [];
    const server = new PostgresBusServer({
      consumer: 'ledger',
      pool,
      sources: new Map([[TOPIC, { kind: 'outside', pool, binding, reader }]]),
    });
    const allSeen = new Promise<void>((resolve) => {
      server.subscribe(TOPIC, async ({ records }) => {
        seen.push(...records);
        if (seen.length === 999) resolve();
        return records.map(() => DONE);
      });
    });
    await server.start();
    const publisher = new PostgresPublisher({ pool });
    const records = Array.from({ length: 1000 }, (_, index) => ({
      key: `m-${index % 50}`,
      value: Buffer.from(index === 500 ? '{' : JSON.stringify({ index })),
    }));
    await Promise.all(records.map((record) => publisher.publish(TOPIC, [record])));
    await allSeen;
    await server.close();
    await publisher.close();
    expect(new Set(seen.map(({ message }) => (message as { index: number }).index)).size).toBe(999);
    const { letters } = await new DeadLetters(pool).list();
    expect(letters.map(({ code, key }) => [code, key])).toEqual([['invalid-json', 'm-0']]);
    const { rows } = await pool.query('select sum(position)::integer as sum from consumer_position');
    expect(rows).toEqual([{ sum: 1000 }]);
  });
});

function readJson(value: Uint8Array): { ok: true; message: object } | { ok: false; code: string } {
  try {
    return { ok: true, message: JSON.parse(Buffer.from(value).toString('utf8')) as object };
  } catch {
    return { ok: false, code: 'invalid-json' };
  }
}
