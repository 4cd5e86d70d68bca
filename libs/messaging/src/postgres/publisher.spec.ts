import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import { partitionOf } from '../partition';
import { createOutsideTopics, PostgresPublisher } from './index';

const TOPIC = 'purchases.v1';

describe('PostgresPublisher', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 4, applicationName: 'publisher-spec' });
    await Promise.all([createOutsideTopics(pool, [TOPIC]), createOutsideTopics(pool, [TOPIC])]);
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const record = (index: number) => ({ key: `m-${index}`, value: Buffer.from(String(index)) });

  it('gives every partition gapless offsets from 1, whoever publishes at once', async () => {
    const publishers = Array.from({ length: 4 }, () => new PostgresPublisher({ pool }));
    const calls = Array.from({ length: 80 }, (_, index) =>
      publishers[index % 4]!.publish(TOPIC, [record(index), record(index + 1), record(index)]),
    );
    const published = (await Promise.all(calls)).flat();
    await Promise.all(publishers.map((publisher) => publisher.close()));
    expect(new Set(published.map(({ partition, position }) => `${partition}/${position}`)).size).toBe(240);
    const { rows } = await pool.query(
      `select partition, count(*)::integer as records, min("offset") as first, max("offset") as last
       from bus.record group by partition order by partition`,
    );
    for (const { records, first, last } of rows) expect([first, last]).toEqual(['1', String(records)]);
  });

  it('keeps a key in its partition, and the order of one call', async () => {
    const publisher = new PostgresPublisher({ pool });
    const published = await publisher.publish(
      TOPIC,
      [0, 1, 2].map((index) => ({ ...record(index), key: 'm-7' })),
    );
    expect(published.map(({ partition }) => partition)).toEqual(Array(3).fill(partitionOf('m-7')));
    expect(published.map(({ position }) => Number(position))).toEqual([1, 2, 3]);
  });

  it('refuses a topic that does not exist, and writes nothing', async () => {
    const publisher = new PostgresPublisher({ pool });
    await expect(publisher.publish('purchase.v1', [record(1)])).rejects.toThrow(/no such partitions/);
    expect((await pool.query('select from bus.record')).rowCount).toBe(0);
  });

  it('refuses a key that the database cannot store to its caller alone', async () => {
    const publisher = new PostgresPublisher({ pool });
    const answers = await Promise.allSettled([
      publisher.publish(TOPIC, [record(1)]),
      publisher.publish(TOPIC, [{ ...record(2), key: 'm-\u0000' }]),
      publisher.publish(TOPIC, [record(3)]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await pool.query('select from bus.record')).rowCount).toBe(2);
  });

  it('commits the calls that wait together, each answered with its own places', async () => {
    const publisher = new PostgresPublisher({ pool, batchSize: 100 });
    const before = await commits();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => publisher.publish(TOPIC, [record(index)])),
    );
    expect(answers.map((places) => places[0]?.partition)).toEqual(
      Array.from({ length: 300 }, (_, index) => partitionOf(`m-${index}`)),
    );
    expect((await commits()) - before).toBe(3);
  });

  it('is held back while the slowest hop is too far behind', async () => {
    let behind = 100;
    let asked = 0;
    const lead = {
      records: 100,
      behind: () => {
        asked += 1;
        return behind;
      },
    };
    const publisher = new PostgresPublisher({ pool, lead });
    let isDone = false;
    const publishing = publisher.publish(TOPIC, [record(1)]).then(() => (isDone = true));
    await until('the publisher has asked three times', () => asked >= 3);
    expect(isDone).toBe(false);
    behind = 99;
    await publishing;
    expect(isDone).toBe(true);
  });

  async function commits(): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      'select count(distinct xmin::text)::integer as count from bus.record',
    );
    return rows[0]?.count ?? 0;
  }
});
