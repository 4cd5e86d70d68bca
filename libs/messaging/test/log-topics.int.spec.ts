import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Inject, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { position, type RecordedEvent, UnknownEvent } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { EventChain, startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import {
  type Batch,
  type BusRecord,
  DEAD_LETTER_MIGRATIONS,
  DeadLetters,
  type DeliveryObserver,
  DONE,
  FaultsAsTheyAre,
  type Outcome,
  type Publications,
} from '../src';
import { PostgresBusServer, type PostgresTopic } from '../src/postgres';

const ACCRUED = 'ledger.points-accrued.v1';
const GROWTH = 'ledger.growth-changed.v1';

/** Every event says points; every tenth says growth, too. */
const publications: Publications = {
  service: 'ledger',
  topics: [ACCRUED, GROWTH],
  announce({ stream, revision }: RecordedEvent) {
    const message = { revision };
    const accrued = { topic: ACCRUED, key: stream, message };
    return revision % 10 === 9 ? [accrued, { topic: GROWTH, key: stream, message }] : [accrued];
  },
};

type Answer = (batch: Batch) => Promise<readonly Outcome[]> | readonly Outcome[];

@Controller()
class Subscriptions {
  constructor(@Inject('answers') private readonly answers: Readonly<Record<string, Answer>>) {}

  @EventPattern(ACCRUED)
  async accrued(@Payload() batch: Batch): Promise<readonly Outcome[]> {
    return this.answers[ACCRUED]!(batch);
  }

  @EventPattern(GROWTH)
  async growth(@Payload() batch: Batch): Promise<readonly Outcome[]> {
    return this.answers[GROWTH]!(batch);
  }
}

@Module({})
class Hearer {}

const allDone: Answer = ({ records }) => records.map(() => DONE);

describe('a service’s log as a topic of the Postgres bus', () => {
  let database: TestDatabase;
  let pool: Pool;
  let store: PostgresEventStore;
  const running: INestMicroservice[] = [];

  jest.setTimeout(60_000);

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 4, applicationName: 'log-topics', searchPath: 'ledger' });
    await migrate(pool, 'ledger', [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, DEAD_LETTER_MIGRATIONS]);
    store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger', tailSize: 200 });
  });

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
    await store.close();
    await pool.end();
    await database.drop();
  });

  async function hear(
    answers: Readonly<Record<string, Answer>>,
    observer: DeliveryObserver = {},
  ): Promise<PostgresBusServer> {
    const log: PostgresTopic = { kind: 'log', store, publications };
    const sources = new Map([ACCRUED, GROWTH].map((topic) => [topic, log]));
    const strategy = new PostgresBusServer({
      consumer: 'membership',
      pool,
      sources,
      batchSize: 100,
      leaseMs: 3_000,
      observer,
    });
    const provider = { provide: 'answers', useValue: { [ACCRUED]: allDone, [GROWTH]: allDone, ...answers } };
    const module = { module: Hearer, controllers: [Subscriptions], providers: [provider] };
    const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
    app.useGlobalFilters(new FaultsAsTheyAre());
    running.push(app);
    await app.listen();
    return strategy;
  }

  async function grow(streams: number, each: number): Promise<void> {
    const chains = Array.from({ length: streams }, () => new EventChain(`account-demo_${randomUUID()}`));
    await store.appendMany(
      chains.map((chain) => ({ stream: chain.stream, expected: 'none', events: chain.next(each) })),
    );
  }

  async function positions(topic: string): Promise<bigint[]> {
    const { rows } = await pool.query<{ position: string }>(
      'select position from consumer_position where topic = $1 order by partition',
      [topic],
    );
    return rows.map((row) => BigInt(row.position));
  }

  it('delivers to plain @EventPattern handlers what the log announces, from memory and from the database alike', async () => {
    await grow(50, 10);
    const accrued: BusRecord[] = [];
    const growth: BusRecord[] = [];
    const keep = (seen: BusRecord[]): Answer => {
      return ({ records }) => {
        seen.push(...records);
        return records.map(() => DONE);
      };
    };
    await hear({ [ACCRUED]: keep(accrued), [GROWTH]: keep(growth) });
    await until('the old ones are heard', () => accrued.length === 500 && growth.length === 50);
    await grow(10, 10);
    await until('the new ones are heard', () => accrued.length === 600 && growth.length === 60);
    const { events } = await store.readAll({ max: 1_000 });
    const told = new Map(accrued.map((record) => [record.origin?.eventId, record]));
    expect(events.map(({ id }) => told.get(id)?.position)).toEqual(events.map((event) => event.position));
    expect(accrued[0]).toMatchObject({ topic: ACCRUED, tenant: 'demo', correlationId: accrued[0]?.origin?.eventId });
  });

  it('moves positions over stretches that say nothing to the topic', async () => {
    await grow(30, 9);
    await hear({});
    await until('both topics are at the head', async () => {
      const all = [...(await positions(ACCRUED)), ...(await positions(GROWTH))];
      return all.length === 24 && all.every((at) => at === 270n);
    });
  });

  it('delivers a batch again whose handler threw, although Nest answers that with an Observable', async () => {
    await grow(1, 5);
    const batches: number[] = [];
    const failures: unknown[] = [];
    const answer: Answer = ({ records }) => {
      batches.push(records.length);
      if (batches.length < 3) throw new Error('the store is away');
      return records.map(() => DONE);
    };
    await hear({ [ACCRUED]: answer }, { failed: (_topic, error) => failures.push(error) });
    await until('the third delivery is settled', async () => (await positions(ACCRUED)).includes(5n));
    expect(batches).toEqual([5, 5, 5]);
    expect(failures).toHaveLength(2);
  });

  it('gives up one contract that makes its handler throw, and tells the handler’s own fault', async () => {
    await grow(3, 4);
    const failures: unknown[] = [];
    const answer: Answer = ({ records }) => {
      if (records.some((record) => record.position === position(6))) throw new RangeError('too much');
      return records.map(() => DONE);
    };
    await hear({ [ACCRUED]: answer }, { failed: (_topic, error) => failures.push(error) });
    await until('all is settled', async () => {
      const all = await positions(ACCRUED);
      return all.length === 12 && all.every((at) => at === 12n);
    });
    const { letters } = await new DeadLetters(pool).list();
    expect(letters).toMatchObject([{ topic: ACCRUED, position: position(6), code: 'defect', detail: 'RangeError' }]);
    expect(failures.map(String)).toEqual(Array(8).fill('RangeError: too much'));
  });

  it('serves the other partitions while one far behind catches up', async () => {
    await grow(60, 100);
    await pool.query(
      `insert into consumer_position (consumer, topic, partition, position)
       select 'membership', $1, partition, case partition when 3 then 0 else 6000 end from generate_series(0, 11) partition`,
      [ACCRUED],
    );
    const seen: BusRecord[] = [];
    await hear({
      [ACCRUED]: ({ records }) => {
        seen.push(...records);
        return records.map(() => DONE);
      },
    });
    await grow(20, 1);
    await until('everybody is at the head', async () => (await positions(ACCRUED)).every((at) => at === 6_020n));
    const old = seen.filter((record) => Number(record.position) <= 6_000);
    expect(new Set(old.map(({ partition }) => partition))).toEqual(new Set([3]));
    expect(new Set(seen.map(({ position: at }) => at)).size).toBe(seen.length);
    expect(seen.length - old.filter(({ partition }) => partition === 3).length).toBe(20);
  });

  it('moves the position in the transaction of the handler’s own events, and not a second time', async () => {
    await grow(20, 5);
    let moved = 0;
    const answer: Answer = async ({ records, checkpoint, checkpointMoved }) => {
      if (!checkpoint) throw new Error('the batch had no checkpoint');
      const chain = new EventChain(`member-demo_${randomUUID()}`);
      const item = { stream: chain.stream, expected: 'none', events: chain.next(1) } as const;
      const { checkpointsMoved } = await store.appendMany([item], { checkpoints: [checkpoint] });
      if (checkpointsMoved) checkpointMoved();
      moved += checkpointsMoved ? records.length : 0;
      return records.map(() => DONE);
    };
    const server = await hear({ [ACCRUED]: answer });
    await until('100 are settled', () => moved >= 100);
    server.pause(ACCRUED);
    expect(server.healthy()).toBe(true);
    const all = await positions(ACCRUED);
    expect(all.filter((at) => at > 0n).length).toBeGreaterThan(0);
  });

  it('stops loudly where the publications cannot read their own log', async () => {
    await grow(1, 1);
    const fatal = new Promise((resolve) => {
      const broken = {
        ...publications,
        announce: () => {
          throw new Error('an unknown event');
        },
      };
      const server = new PostgresBusServer({
        consumer: 'membership',
        pool,
        sources: new Map([[ACCRUED, { kind: 'log', store, publications: broken }]]),
        onFatal: (error) => void server.close().then(() => resolve([error, server.healthy()])),
      });
      server.subscribe(ACCRUED, async ({ records }) => records.map(() => DONE));
      void server.start();
    });
    expect(await fatal).toEqual([expect.objectContaining({ name: 'Defect' }), false]);
    expect((await positions(ACCRUED)).every((at) => at === 0n)).toBe(true);
  });

  it('stops loudly where a handler meets an event that this release does not know', async () => {
    await grow(1, 3);
    const fatal = new Promise((resolve) => {
      const server = new PostgresBusServer({
        consumer: 'membership',
        pool,
        sources: new Map([[ACCRUED, { kind: 'log', store, publications }]]),
        onFatal: (error) => void server.close().then(() => resolve([error, server.healthy()])),
      });
      server.subscribe(ACCRUED, () =>
        Promise.reject(new Error('a command failed', { cause: new UnknownEvent('MemberRenamed', 7) })),
      );
      void server.start();
    });
    expect(await fatal).toEqual([expect.objectContaining({ message: 'a command failed' }), false]);
    expect((await positions(ACCRUED)).every((at) => at === 0n)).toBe(true);
    expect((await new DeadLetters(pool).list()).letters).toEqual([]);
  });

  it('redrives a refused contract from the log itself', async () => {
    await grow(1, 3);
    let refuses = true;
    const answer: Answer = ({ records }) =>
      records.map(({ message }) =>
        refuses && (message as { revision: number }).revision === 1 ? { kind: 'refused', code: 'defect' } : DONE,
      );
    const server = await hear({ [ACCRUED]: answer });
    const letters = new DeadLetters(pool, [server]);
    await until('one is refused', async () => (await letters.list()).letters.length === 1);
    const [letter] = (await letters.list()).letters;
    expect(letter).toMatchObject({ topic: ACCRUED, position: position(2), code: 'defect' });
    expect(await letters.counts()).toEqual([{ topic: ACCRUED, code: 'defect', count: 1 }]);
    refuses = false;
    expect(await letters.redrive([letter!.id], { by: 'ops:ada', reason: 'mended' })).toEqual([
      { id: letter!.id, answer: 'done' },
    ]);
    expect(await letters.counts()).toEqual([]);
  });

  it('refuses two handlers for one topic, and a topic that nobody says', async () => {
    const sources = new Map<string, PostgresTopic>([[ACCRUED, { kind: 'log', store, publications }]]);
    const twice = new PostgresBusServer({ consumer: 'membership', pool, sources });
    for (let time = 0; time < 2; time++) twice.subscribe(ACCRUED, async ({ records }) => records.map(() => DONE));
    await expect(twice.start()).rejects.toThrow(/two handlers/);
    const lost = new PostgresBusServer({ consumer: 'membership', pool, sources });
    lost.subscribe('ledger.unheard.v1', async ({ records }) => records.map(() => DONE));
    await expect(lost.start()).rejects.toThrow(/nobody says/);
  });
});
