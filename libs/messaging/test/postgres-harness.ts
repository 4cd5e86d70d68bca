import { randomUUID } from 'node:crypto';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import {
  type BusHarness,
  type BusMember,
  Effects,
  FaultyLink,
  type MemberOptions,
  type MemberProcess,
  startTestDatabase,
  type TestDatabase,
} from '@tallystick/testing';
import { DEAD_LETTER_MIGRATIONS, DeadLetters, type Publisher } from '../src';
import { createOutsideTopics, PostgresBusServer, PostgresPublisher } from '../src/postgres';
import { startMemberProcess } from './member-process';
import { openBinding } from './open-binding';

const LEASE_MS = 1_500;
const SCHEMA = 'hearer';

/** The Postgres bus on a database of its own; what members do goes through a link that can be cut. */
export class PostgresHarness implements BusHarness {
  readonly leaseMs = LEASE_MS;
  readonly publisher: Publisher;
  readonly effects: Effects;

  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    private readonly link: FaultyLink,
    private readonly linked: Pool,
  ) {
    this.publisher = new PostgresPublisher({ pool: linked });
    this.effects = new Effects(pool);
  }

  static async start(): Promise<PostgresHarness> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, { max: 4, applicationName: 'bus-spec', searchPath: SCHEMA });
    await migrate(pool, SCHEMA, [CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    const address = new URL(database.url);
    const link = await FaultyLink.to(address.hostname, Number(address.port));
    address.host = `127.0.0.1:${link.port}`;
    const linked = createPool(address.toString(), { max: 2, applicationName: 'bus-spec-linked', searchPath: SCHEMA });
    const harness = new PostgresHarness(database, pool, link, linked);
    await harness.effects.create();
    return harness;
  }

  async createTopic(): Promise<string> {
    const topic = `t-${randomUUID()}`;
    await createOutsideTopics(this.pool, [topic]);
    return topic;
  }

  async member({ consumer, topic, handler, batchSize = 100, onFatal }: MemberOptions): Promise<BusMember> {
    const { linked: pool } = this;
    const server = new PostgresBusServer({
      consumer,
      pool,
      sources: new Map([[topic, { kind: 'outside', pool, ...openBinding(topic) }]]),
      batchSize,
      leaseMs: LEASE_MS,
      onFatal: onFatal ?? ((error) => console.error(error)),
    });
    server.subscribe(topic, handler);
    await server.start();
    return Object.assign(server, { deadLetters: new DeadLetters(this.pool, [server]) });
  }

  memberProcess({ consumer, topic }: { consumer: string; topic: string }): Promise<MemberProcess> {
    return startMemberProcess({
      bus: 'postgres',
      url: this.database.url,
      schema: SCHEMA,
      consumer,
      topic,
      leaseMs: LEASE_MS,
    });
  }

  async positions(consumer: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    const { rows } = await this.pool.query<{ partition: number; position: string }>(
      'select partition, position from consumer_position where consumer = $1 and topic = $2 order by partition',
      [consumer, topic],
    );
    return new Map(rows.map(({ partition, position }) => [partition, BigInt(position)]));
  }

  async rewind(consumer: string, topic: string, position: string): Promise<void> {
    await this.pool.query(
      'update consumer_position set position = $3, epoch = epoch + 1 where consumer = $1 and topic = $2',
      [consumer, topic, position],
    );
  }

  async goAway(): Promise<void> {
    this.link.cutBeforeCommit();
    this.link.cutAll();
  }

  async comeBack(): Promise<void> {
    this.link.heal();
  }

  async close(): Promise<void> {
    await this.publisher.close();
    await this.linked.end();
    await this.link.close();
    await this.pool.end();
    await this.database.drop();
  }
}
