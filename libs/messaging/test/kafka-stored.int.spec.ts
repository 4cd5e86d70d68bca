import { randomUUID } from 'node:crypto';
import {
  CONSUMER_MIGRATIONS,
  createPool,
  inTransaction,
  migrate,
  moveCheckpoint,
  type Pool,
} from '@tallystick/postgres';
import {
  type KafkaBroker,
  markRecord,
  marks,
  seqOf,
  startKafka,
  startTestDatabase,
  type TestDatabase,
  until,
  whyNoKafka,
} from '@tallystick/testing';
import type { Kafka } from 'kafkajs';
import { type BatchHandler, type BusRecord, DEAD_LETTER_MIGRATIONS, DeadLetters, DONE } from '../src';
import { createKafkaTopics, KafkaBusServer, kafkaClient, KafkaPublisher } from '../src/kafka';
import { openBinding } from './open-binding';

const reason = whyNoKafka();
const CASES = 4;
const NAME = 'offsets stored with the rows, on Kafka';

if (reason === undefined) describe(NAME, storedCases);
else {
  describe(NAME, () => {
    it(`is not run: ${reason}`, () => {
      console.warn(`NOT RUN: ${CASES} cases of ${NAME}: ${reason}`);
      expect(reason).not.toBe('');
    });
  });
}

function storedCases(): void {
  let broker: KafkaBroker;
  let database: TestDatabase;
  let pool: Pool;
  let kafka: Kafka;
  let publisher: KafkaPublisher;
  const servers: KafkaBusServer[] = [];

  jest.setTimeout(90_000);

  beforeAll(async () => {
    [broker, database] = await Promise.all([startKafka(), startTestDatabase()]);
    kafka = kafkaClient({ brokers: broker.brokers, clientId: 'stored-spec' });
    publisher = new KafkaPublisher(kafka);
    pool = createPool(database.url, { max: 4, applicationName: 'stored-spec', searchPath: 'facts' });
    await migrate(pool, 'facts', [CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    await pool.query('create table fact (consumer text, key text, seq integer)');
  });

  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  afterAll(async () => {
    await publisher?.close();
    await broker?.stop();
    await pool?.end();
    await database?.drop();
  });

  async function fresh(): Promise<{ topic: string; consumer: string }> {
    const topic = `t-${randomUUID()}`;
    await createKafkaTopics(kafka, { ofServices: [topic], ofPublishers: [] });
    return { topic, consumer: `facts:${randomUUID()}` };
  }

  async function hear(topic: string, consumer: string, handler: BatchHandler): Promise<KafkaBusServer> {
    const server = new KafkaBusServer({
      ...{ consumer, kafka, pool, batchSize: 100, sessionMs: 6_000 },
      topics: new Map([[topic, { kind: 'outside', offsets: 'stored', ...openBinding(topic) }]]),
    });
    servers.push(server);
    server.subscribe(topic, handler);
    await server.start();
    return server;
  }

  /** Rows that no key guards: only the position in their transaction keeps them from coming twice. */
  function projecting(consumer: string): BatchHandler {
    return async (batch) => {
      const { records, checkpoint } = batch;
      await inTransaction(pool, async (connection) => {
        await connection.query(
          'insert into fact select $1, u.key, u.seq from unnest($2::text[], $3::int[]) as u(key, seq)',
          [consumer, records.map(({ key }) => key), records.map((record) => seqOf(record))],
        );
        if (checkpoint) await moveCheckpoint(connection, checkpoint);
      });
      if (checkpoint) batch.checkpointMoved();
      return records.map(() => DONE);
    };
  }

  async function facts(consumer: string): Promise<{ rows: number; distinct: number }> {
    const { rows } = await pool.query<{ rows: number; distinct: number }>(
      `select count(*)::integer as rows, count(distinct (key, seq))::integer as distinct from fact where consumer = $1`,
      [consumer],
    );
    return rows[0]!;
  }

  it('writes each row once, while members join and leave', async () => {
    const { topic, consumer } = await fresh();
    const first = await hear(topic, consumer, projecting(consumer));
    const publishing = (async () => {
      for (let round = 0; round < 30; round++) await publisher.publish(topic, marks(50, 25, round * 2));
    })();
    await until('the first is at work', async () => (await facts(consumer)).rows > 0);
    await hear(topic, consumer, projecting(consumer));
    await publishing;
    await first.close();
    await publisher.publish(topic, marks(50, 25, 60));
    await until('all rows are there', async () => (await facts(consumer)).distinct === 1_550);
    expect(await facts(consumer)).toEqual({ rows: 1_550, distinct: 1_550 });
  });

  it('begins where the stored position says, whatever the group remembers', async () => {
    const { topic, consumer } = await fresh();
    const published = await publisher.publish(
      topic,
      Array.from({ length: 10 }, (_, seq) => markRecord('key-1', seq)),
    );
    await pool.query('insert into consumer_position (consumer, topic, partition, position) values ($1, $2, $3, $4)', [
      consumer,
      topic,
      published[0]!.partition,
      published[5]!.position,
    ]);
    const seen: BusRecord[] = [];
    await hear(topic, consumer, async ({ records }) => {
      seen.push(...records);
      return records.map(() => DONE);
    });
    await until('four are heard', () => seen.length === 4);
    expect(seen.map(seqOf)).toEqual([6, 7, 8, 9]);
  });

  it('moves over a refused record together with its dead letter', async () => {
    const { topic, consumer } = await fresh();
    const poison = { key: 'key-1', value: Buffer.from('{') };
    const published = await publisher.publish(topic, [markRecord('key-1', 0), poison, markRecord('key-1', 1)]);
    await hear(topic, consumer, projecting(consumer));
    await until('the position is behind it', async () => {
      const { rows } = await pool.query<{ position: string }>(
        'select position from consumer_position where consumer = $1',
        [consumer],
      );
      return rows[0] !== undefined && BigInt(rows[0].position) === BigInt(published[2]!.position);
    });
    const { letters } = await new DeadLetters(pool).list({ topic });
    expect(letters.map(({ code, position }) => [code, position])).toEqual([['invalid-json', published[1]!.position]]);
    expect((await facts(consumer)).distinct).toBe(2);
  });

  it('makes topics of services with 12 partitions that keep everything and take 4 MiB', async () => {
    const { topic } = await fresh();
    const admin = kafka.admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['retention.ms', 'max.message.bytes'] }],
    });
    const entries = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(entries ?? [])).toEqual({ 'retention.ms': '-1', 'max.message.bytes': '4194304' });
    const tooFew = `t-${randomUUID()}`;
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic: tooFew, numPartitions: 3 }] });
    await admin.disconnect();
    await expect(createKafkaTopics(kafka, { ofServices: [tooFew], ofPublishers: [] })).rejects.toThrow(/3 partitions/);
  });
}
