import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { partitionOf } from '../src/partition';
import { createOutsideTopics, holdOutsideTopics, OutsideRetention, PostgresPublisher } from '../src/postgres';

const TOPIC = 'purchases.v1';
const DAY = 86_400_000;
const PARTITION = partitionOf('m-7');

describe('What is kept of a topic of outside publishers', () => {
  let database: TestDatabase;
  let owner: Pool;
  const pools = new Map<string, Pool>();

  beforeEach(async () => {
    database = await startTestDatabase();
    owner = createPool(database.url, { max: 2, applicationName: 'retention-spec' });
    await createOutsideTopics(owner, [TOPIC]);
    for (const consumer of ['one', 'two']) {
      await migrate(owner, consumer, [CONSUMER_MIGRATIONS]);
      await holdOutsideTopics(owner, consumer, [TOPIC]);
      pools.set(consumer, createPool(database.url, { max: 2, applicationName: consumer, searchPath: consumer }));
    }
    const publisher = new PostgresPublisher({ pool: owner });
    await publisher.publish(
      TOPIC,
      [1, 2, 3, 4].map((index) => ({ key: 'm-7', value: Buffer.from(String(index)) })),
    );
    await publisher.close();
    await owner.query(`update bus.record set at = now() - interval '2 days' where "offset" <= 3`);
  });

  afterEach(async () => {
    for (const pool of pools.values()) await pool.end();
    await owner.end();
    await database.drop();
  });

  const settle = (consumer: string, position: number) =>
    pools.get(consumer)!.query(
      `insert into consumer_position (consumer, topic, partition, position) values ($1, $2, $3, $4)
       on conflict (consumer, topic, partition) do update set position = excluded.position`,
      [consumer, TOPIC, PARTITION, position],
    );
  const retention = (consumer: string, keepMs = DAY) =>
    new OutsideRetention({ pool: pools.get(consumer)!, consumer, topics: [TOPIC], keepMs });
  const kept = async (): Promise<readonly string[]> =>
    (await owner.query<{ offset: string }>('select "offset" from bus.record order by 1')).rows.map((row) => row.offset);

  it('is all of it while a consumer has told nothing yet', async () => {
    await settle('one', 4);
    expect([await retention('one').prune(), await kept()]).toEqual([0, ['1', '2', '3', '4']]);
  });

  it('is what is young, or beyond what the slowest consumer has settled', async () => {
    await settle('one', 4);
    await settle('two', 2);
    expect([await retention('two').prune(), await kept()]).toEqual([0, ['1', '2', '3', '4']]);
    expect([await retention('one').prune(), await kept()]).toEqual([2, ['3', '4']]);
    await settle('two', 4);
    expect([await retention('two').prune(), await kept()]).toEqual([1, ['4']]);
  });

  it('is nothing of what all have settled where nothing is to be kept; numbers go on', async () => {
    for (const consumer of ['one', 'two']) await settle(consumer, 4);
    for (const consumer of ['one', 'two']) await retention(consumer, 0).prune();
    expect(await kept()).toEqual([]);
    const publisher = new PostgresPublisher({ pool: owner });
    const [next] = await publisher.publish(TOPIC, [{ key: 'm-7', value: Buffer.from('5') }]);
    await publisher.close();
    expect(Number(next?.position)).toBe(5);
  });

  it('is removed by one at a time', async () => {
    for (const consumer of ['one', 'two']) await settle(consumer, 4);
    await retention('one').prune();
    const counts = await Promise.all(['one', 'two', 'one', 'two'].map((consumer) => retention(consumer).prune()));
    // Whoever came while another was at work has left it to that one, which may not have known of both yet.
    counts.push(await retention('two').prune());
    expect([counts.reduce((sum, count) => sum + count), await kept()]).toEqual([3, ['4']]);
  });

  it('is looked at again and again, and a fault ends nothing', async () => {
    for (const consumer of ['one', 'two']) await settle(consumer, 4);
    await retention('two').prune();
    const faults: unknown[] = [];
    const pool = pools.get('one')!;
    await pool.query('alter table consumer_position rename to hidden');
    const pruned = new Promise<string>((resolve) => {
      const running = new OutsideRetention({
        ...{ pool, consumer: 'one', topics: [TOPIC], keepMs: DAY, everyMs: 20 },
        onFault: (error) => {
          if (faults.push(error) === 1) void pool.query('alter table hidden rename to consumer_position');
        },
        onPruned: (topic, records) => void running.close().then(() => resolve(`${topic} ${records}`)),
      });
      running.start();
    });
    expect([await pruned, faults.length > 0]).toEqual([`${TOPIC} 3`, true]);
  });
});
