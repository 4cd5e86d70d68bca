import { randomUUID } from 'node:crypto';
import { position, type RecordedEvent } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import {
  EventChain,
  gate,
  type KafkaBroker,
  startKafka,
  startTestDatabase,
  type TestDatabase,
  until,
  whyNoKafka,
} from '@tallystick/testing';
import {
  type BusRecord,
  DEAD_LETTER_MIGRATIONS,
  type OutgoingRecord,
  type Publications,
  type Published,
  type Publisher,
  Relay,
} from '../src';
import { createKafkaTopics, KafkaBusServer, kafkaClient, KafkaPublisher } from '../src/kafka';

const reason = whyNoKafka();
const CASES = 6;
const LEASE_MS = 2_000;

if (reason === undefined) describe('Relay', relayCases);
else {
  describe('Relay', () => {
    it(`is not run: ${reason}`, () => {
      console.warn(`NOT RUN: ${CASES} cases of the relay on Kafka: ${reason}`);
      expect(reason).not.toBe('');
    });
  });
}

/** Publishes truly, and tells what was acknowledged; `hold` keeps the acknowledgement from the relay, as a crash does. */
class WatchedPublisher implements Publisher {
  acknowledged = 0;
  hold: Promise<void> | undefined;

  constructor(private readonly publisher: Publisher) {}

  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]> {
    const published = await this.publisher.publish(topic, records);
    this.acknowledged += records.length;
    await this.hold;
    return published;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function relayCases(): void {
  let broker: KafkaBroker;
  let database: TestDatabase;
  let pool: Pool;
  let schema: string;
  let store: PostgresEventStore;
  let publisher: KafkaPublisher;
  const ends: (() => Promise<void>)[] = [];
  const kafka = () => kafkaClient({ brokers: broker.brokers, clientId: 'relay-spec' });

  jest.setTimeout(120_000);

  beforeAll(async () => {
    [broker, database] = await Promise.all([startKafka(), startTestDatabase()]);
    publisher = new KafkaPublisher(kafka());
  });

  beforeEach(async () => {
    schema = `s${randomUUID().slice(0, 8)}`;
    pool = createPool(database.url, { max: 4, applicationName: 'relay-spec', searchPath: schema });
    await migrate(pool, schema, [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    store = await openPostgresEventStore({ pool, schema, service: schema });
  });

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await store.close();
    await pool.end();
  });

  afterAll(async () => {
    await publisher?.close();
    await broker?.stop();
    await database?.drop();
  });

  async function newPublications(): Promise<Publications & { topic: string }> {
    const topic = `ledger.points-accrued.${randomUUID()}`;
    await createKafkaTopics(kafka(), { ofServices: [topic], ofPublishers: [] });
    const announce = (event: RecordedEvent) => [
      { topic, key: event.stream, message: { stream: event.stream, revision: event.revision } },
    ];
    return { service: 'ledger', topics: [topic], topic, announce };
  }

  async function grow(count: number, streams = 10): Promise<void> {
    for (let index = 0; index < streams; index++) {
      const chain = new EventChain(`account-demo_${randomUUID()}`);
      await store.append(chain.stream, 'none', chain.next(count / streams));
    }
  }

  function relay(publications: Publications, through: Publisher = publisher, own: Pool = pool): Relay {
    const started = new Relay({ store, publications, publisher: through, pool: own, leaseMs: LEASE_MS });
    started.start();
    ends.push(() => started.close());
    return started;
  }

  async function hear(topic: string): Promise<BusRecord[]> {
    const seen: BusRecord[] = [];
    const server = new KafkaBusServer({
      ...{ consumer: `c-${randomUUID()}`, kafka: kafka(), pool, sessionMs: 6_000 },
      topics: new Map([[topic, { kind: 'service', offsets: 'stored' }]]),
    });
    server.subscribe(topic, async ({ records }) => {
      seen.push(...records);
      return records.map(() => ({ kind: 'done' }));
    });
    await server.start();
    ends.push(() => server.close());
    return seen;
  }

  const placeOf = ({ origin }: BusRecord): string => `${origin?.stream}/${origin?.revision}`;
  const distinct = (seen: readonly BusRecord[]): number => new Set(seen.map(placeOf)).size;

  async function savedPosition(): Promise<bigint> {
    const { rows } = await pool.query<{ position: string }>(
      "select position from consumer_position where consumer = 'relay'",
    );
    return BigInt(rows[0]?.position ?? 0);
  }

  /** The first delivery of every record comes in the order of its stream. */
  function expectOrdered(seen: readonly BusRecord[]): void {
    const last = new Map<string, number>();
    const known = new Set<string>();
    for (const record of seen) {
      if (known.has(placeOf(record))) continue;
      known.add(placeOf(record));
      const revision = record.origin?.revision ?? -1;
      expect(revision).toBe((last.get(record.key) ?? -1) + 1);
      last.set(record.key, revision);
    }
  }

  it('publishes what the log announces, once, keyed and in order, with origin, tenant and ids', async () => {
    const publications = await newPublications();
    const seen = await hear(publications.topic);
    await grow(500);
    relay(publications);
    await until('500 are heard', () => seen.length >= 500);
    await until('the position is saved', async () => (await savedPosition()) === 500n);
    expect(seen).toHaveLength(500);
    expectOrdered(seen);
    const { events } = await store.readAll({ max: 1 });
    const first = seen.find(({ origin }) => origin?.eventId === events[0]?.id);
    expect(first).toMatchObject({
      topic: publications.topic,
      key: events[0]?.stream,
      tenant: 'demo',
      message: { stream: events[0]?.stream, revision: 0 },
      origin: { stream: events[0]?.stream, revision: 0, eventId: events[0]?.id },
      correlationId: events[0]?.id,
      causationId: events[0]?.id,
      receivedAt: events[0]?.recordedAt,
    });
  });

  it('lets one instance publish at a time, and another go on where it ended', async () => {
    const publications = await newPublications();
    const seen = await hear(publications.topic);
    const [one, other] = [new WatchedPublisher(publisher), new WatchedPublisher(publisher)];
    const first = relay(publications, one);
    await grow(100);
    await until('the first has published', () => one.acknowledged === 100);
    const second = relay(publications, other);
    await grow(100);
    await until('200 are heard', () => seen.length >= 200);
    expect([one.acknowledged, other.acknowledged]).toEqual([200, 0]);
    await until('the position is saved', async () => (await savedPosition()) === 200n);
    const place = { consumer: 'relay', topic: 'log:ledger', partition: 0, position: position(200), behind: 0 };
    expect(await first.lag()).toEqual([place]);
    expect(await second.lag()).toEqual([{ ...place, isElsewhere: true }]);
    expect([await first.heldLag(), await second.heldLag()]).toEqual([[place], []]);
    await first.close();
    await grow(100);
    await until('300 are heard', () => distinct(seen) === 300);
    expect([one.acknowledged, other.acknowledged, seen.length]).toEqual([200, 100, 300]);
  });

  it('publishes again what was produced and not saved when its instance stopped short, and loses nothing', async () => {
    const publications = await newPublications();
    const seen = await hear(publications.topic);
    const stuck = new WatchedPublisher(publisher);
    const never = gate();
    stuck.hold = never.opened;
    await grow(200);
    const own = createPool(database.url, { max: 2, applicationName: 'stopped-short', searchPath: schema });
    relay(publications, stuck, own);
    ends.push(async () => never.open());
    await until('the first has produced', () => stuck.acknowledged > 0);
    expect(await savedPosition()).toBe(0n);
    // It neither saves nor renews any more, as a process that was stopped.
    await own.end();
    relay(publications);
    await until('all are saved', async () => (await savedPosition()) === 200n);
    await until('all are heard, some of them again', () => distinct(seen) === 200 && seen.length > 200);
    expectOrdered(seen);
  });

  it('never saves a position ahead of what is acknowledged', async () => {
    const publications = await newPublications();
    const watched = new WatchedPublisher(publisher);
    relay(publications, watched);
    let ahead = 0;
    for (let round = 0; round < 10; round++) {
      await grow(100);
      if ((await savedPosition()) > BigInt(watched.acknowledged)) ahead += 1;
    }
    await until('all are saved', async () => (await savedPosition()) === 1_000n);
    expect([ahead, watched.acknowledged]).toEqual([0, 1_000]);
  });

  it('goes on by itself when the broker was away and is back', async () => {
    const publications = await newPublications();
    const seen = await hear(publications.topic);
    const running = relay(publications);
    await grow(100);
    await until('100 are heard', () => distinct(seen) === 100);
    await broker.kill();
    await grow(100);
    await broker.restart();
    await until('200 are heard', () => distinct(seen) === 200, 90_000);
    await until('the position is saved', async () => (await savedPosition()) === 200n);
    expectOrdered(seen);
    expect(running.healthy()).toBe(true);
  });

  it('stops loudly at an event that its publications cannot read', async () => {
    const publications = await newPublications();
    const broken: Publications = {
      ...publications,
      announce: () => {
        throw new Error('an unknown event');
      },
    };
    const fatal = new Promise((resolve) => {
      const stopping = new Relay({ store, publications: broken, publisher, pool, leaseMs: LEASE_MS, onFatal: resolve });
      stopping.start();
      ends.push(() => stopping.close());
    });
    await grow(10);
    expect(String(await fatal)).toMatch(/cannot read/);
    expect(await savedPosition()).toBe(0n);
  });
}
