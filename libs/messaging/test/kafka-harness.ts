import { randomUUID } from 'node:crypto';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import {
  type BusHarness,
  type BusMember,
  Effects,
  type KafkaBroker,
  type MemberOptions,
  type MemberProcess,
  startKafka,
  startTestDatabase,
  type TestDatabase,
} from '@tallystick/testing';
import type { Kafka } from 'kafkajs';
import { DEAD_LETTER_MIGRATIONS, DeadLetters } from '../src';
import { createKafkaTopics, groupIdOf, KafkaBusServer, kafkaClient, KafkaPublisher } from '../src/kafka';
import { startMemberProcess } from './member-process';
import { openBinding } from './open-binding';

/** The least that a broker allows. */
const SESSION_MS = 6_000;
const SCHEMA = 'hearer';

/** Kafka from its published jars, beside a database for dead letters and effects. */
export class KafkaHarness implements BusHarness {
  readonly leaseMs = SESSION_MS;
  readonly publisher: KafkaPublisher;
  readonly effects: Effects;
  private readonly kafka: Kafka;

  private constructor(
    private readonly broker: KafkaBroker,
    private readonly database: TestDatabase,
    readonly pool: Pool,
  ) {
    this.kafka = kafkaClient({ brokers: broker.brokers, clientId: 'bus-spec' });
    this.publisher = new KafkaPublisher(this.kafka);
    this.effects = new Effects(pool);
  }

  static async start(): Promise<KafkaHarness> {
    const [broker, database] = await Promise.all([startKafka(), startTestDatabase()]);
    const pool = createPool(database.url, { max: 4, applicationName: 'bus-spec', searchPath: SCHEMA });
    await migrate(pool, SCHEMA, [CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    const harness = new KafkaHarness(broker, database, pool);
    await harness.effects.create();
    return harness;
  }

  async createTopic(): Promise<string> {
    const topic = `t-${randomUUID()}`;
    await createKafkaTopics(this.kafka, { ofServices: [], ofPublishers: [topic] });
    return topic;
  }

  async member({ consumer, topic, handler, batchSize = 100, onFatal }: MemberOptions): Promise<BusMember> {
    const server = new KafkaBusServer({
      consumer,
      kafka: this.kafka,
      pool: this.pool,
      topics: new Map([[topic, { kind: 'outside', ...openBinding(topic) }]]),
      batchSize,
      sessionMs: SESSION_MS,
      onFatal: onFatal ?? ((error) => console.error(error)),
    });
    server.subscribe(topic, handler);
    await server.start();
    return Object.assign(server, { deadLetters: new DeadLetters(this.pool, [server]) });
  }

  memberProcess({ consumer, topic }: { consumer: string; topic: string }): Promise<MemberProcess> {
    const brokers = this.broker.brokers.join();
    const { url } = this.database;
    return startMemberProcess({ bus: 'kafka', brokers, url, schema: SCHEMA, consumer, topic, leaseMs: SESSION_MS });
  }

  async positions(consumer: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const [found] = await admin.fetchOffsets({ groupId: groupIdOf(consumer, topic), topics: [topic] });
      const committed = (found?.partitions ?? []).filter(({ offset }) => offset !== '-1');
      return new Map(committed.map(({ partition, offset }) => [partition, BigInt(offset)]));
    } finally {
      await admin.disconnect();
    }
  }

  async rewind(consumer: string, topic: string, position: string): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const partitions = Array.from({ length: 12 }, (_, partition) => ({
        partition,
        offset: String(BigInt(position)),
      }));
      await admin.setOffsets({ groupId: groupIdOf(consumer, topic), topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }

  goAway(): Promise<void> {
    return this.broker.kill();
  }

  comeBack(): Promise<void> {
    return this.broker.restart();
  }

  async close(): Promise<void> {
    await this.publisher.close();
    await this.pool.end();
    await this.database.drop();
    await this.broker.stop();
  }
}
