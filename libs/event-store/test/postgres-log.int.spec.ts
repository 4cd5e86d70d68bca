import { randomUUID } from 'node:crypto';
import { type Checkpoint, type EventStore, position, START } from '@tallystick/decider';
import { createPool, ensureServiceRoles, type Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { codeOf, collect, type EventChain, eventCount, eventsOf, idsOf } from '@tallystick/testing';
import { openPostgresEventStore, openPostgresLogReader, type PostgresEventStore } from '../src/postgres';
import { growChain, newChain, type PostgresHarness, postgresHarness, SCHEMA } from './postgres-harness';
import { rawWriter } from './raw-writer';

jest.setTimeout(60_000);

let harness: PostgresHarness;
let store: PostgresEventStore;

beforeAll(async () => {
  harness = await postgresHarness();
  store = await harness.open();
});

afterAll(async () => {
  await harness?.close();
});

function grow(chain: EventChain, count: number, writer: EventStore = store): Promise<string[]> {
  return growChain(writer, chain, count);
}

describe('an instant that is finished', () => {
  const lastRecorded = async () => {
    const head = Number(await store.logHead());
    return (await store.readAll({ after: position(head - 1), max: 1 })).events[0]!.recordedAt;
  };

  it('gets no further event, however fast the next one comes', async () => {
    for (let round = 0; round < 20; round++) {
      await grow(newChain(), 1);
      const last = await lastRecorded();
      expect(await store.finish(last)).toBe(true);
      await grow(newChain(), 1);
      expect(await lastRecorded()).toBeGreaterThan(last);
      expect(await store.finish(last)).toBe(true);
    }
  });

  it('waits for an append that is under way: none takes its place once it is said to be finished', async () => {
    await grow(newChain(), 1);
    const last = await lastRecorded();
    const held = await rawWriter(harness.admin, SCHEMA);
    await held.append(newChain(), 1);
    const finishing = store.finish(last);
    await held.commit();
    const isFinished = await finishing;
    await grow(newChain(), 1);
    expect(isFinished && (await lastRecorded()) <= last).toBe(false);
    expect(await store.finish(last)).toBe(true);
  });

  it('is not one that lies beyond the last record', async () => {
    await grow(newChain(), 1);
    expect(await store.finish((Date.now() + 3_600_000) as Instant)).toBe(false);
  });
});

describe('the order of the log', () => {
  it('es-48 shows nothing behind an append that is held open', async () => {
    const after = await store.logHead();
    const held = await rawWriter(harness.admin, SCHEMA);
    const [first, second] = [newChain(), newChain()];
    const firstIds = await held.append(first, 1);
    const waiting = grow(second, 1);
    const [behind] = await harness.admin.query<{ count: string }>('select count(*) from event').then((r) => r.rows);
    expect((await store.readAll({ after, max: 10 })).events).toEqual([]);
    await held.commit();
    const ids = [...firstIds, ...(await waiting)];
    expect(Number(behind!.count)).toBe(Number(after));
    expect(idsOf((await store.readAll({ after, max: 10 })).events)).toEqual(ids);
  });

  it('es-48 is not held up by an idle transaction that has written elsewhere', async () => {
    await harness.admin.query('create table elsewhere (id int)');
    const idle = await harness.admin.connect();
    await idle.query('begin; insert into elsewhere values (1)');
    const after = await store.logHead();
    const ids = await grow(newChain(), 1);
    const items = await collect(store.subscribe({ after }), eventCount(1));
    await idle.query('rollback');
    idle.release();
    expect(idsOf(eventsOf(items))).toEqual(ids);
  });

  it('es-47 loses nothing while 16 writers commit late and roll back', async () => {
    const reader = await harness.open();
    const after = await reader.logHead();
    const pool = createPool(harness.url, { max: 16, applicationName: 'writers', searchPath: SCHEMA });
    const write = async (writer: number): Promise<string[]> => {
      const committed: string[] = [];
      for (let round = 0; round < 30; round++) {
        const raw = await rawWriter(pool, SCHEMA);
        const ids = await raw.append(newChain(), 1 + (round % 3), ((writer * 7 + round * 3) % 5) / 1_000);
        if ((writer + round) % 10 === 0) await raw.rollback();
        else {
          await raw.commit();
          committed.push(...ids);
        }
      }
      return committed;
    };
    const writing = Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    const delivered: string[] = [];
    let at = after;
    let head: string | undefined;
    void writing.then(async () => (head = await store.logHead()));
    while (at !== head) {
      const { events, next } = await reader.readAll({ after: at, max: 100 });
      expect(events.every((event, index) => event.position === position(Number(at) + 1 + index))).toBe(true);
      delivered.push(...idsOf(events));
      at = next;
      if (events.length === 0) await reader.changed(20);
    }
    expect(delivered.sort()).toEqual((await writing).flat().sort());
    await pool.end();
  });

  it('commits callers that wait together in one transaction', async () => {
    const after = await store.logHead();
    await Promise.all(Array.from({ length: 200 }, () => grow(newChain(), 1)));
    const { rows } = await harness.admin.query<{ commits: string; stamps: string }>(
      'select count(distinct xmin::text) as commits from event where position > $1',
      [after],
    );
    expect(Number(rows[0]!.commits)).toBeLessThanOrEqual(3);
  });

  it('gives up an append that waits too long for its turn, and its retry writes one copy', async () => {
    const hasty = await harness.open({ deadline: 300 });
    const held = await rawWriter(harness.admin, SCHEMA);
    await held.append(newChain(), 1);
    const chain = newChain();
    const events = chain.next(2);
    expect(await codeOf(hasty.append(chain.stream, 'none', events))).toBe('unknown');
    await held.rollback();
    await expect(store.append(chain.stream, 'none', events)).resolves.toMatchObject({ revision: 1 });
    expect(idsOf((await store.readStream(chain.stream)).events)).toEqual(idsOf(events));
  });
});

describe('the tail', () => {
  it('serves what this writer committed last, as the objects that were appended', async () => {
    const writer = await harness.open();
    const after = await writer.logHead();
    const chain = newChain();
    const body = { points: '5' };
    const events = chain.next(3).map((event) => ({ ...event, body }));
    await writer.append(chain.stream, 'none', events);
    const tail = writer.tail(after, 10)!;
    expect(idsOf(tail)).toEqual(idsOf(events));
    expect(tail.every((event) => event.body === body && Object.isFrozen(event.body))).toBe(true);
    const stored = (await writer.readAll({ after, max: 10 })).events;
    expect(tail.map(({ position: at, recordedAt, revision }) => [at, recordedAt, revision])).toEqual(
      stored.map(({ position: at, recordedAt, revision }) => [at, recordedAt, revision]),
    );
    expect(writer.tail(after, 2)).toHaveLength(2);
    expect(writer.tail(START, 10)).toBeUndefined();
  });

  it('begins anew behind events of another writer, and never shows a gap', async () => {
    const [one, other] = [await harness.open(), await harness.open()];
    const after = await one.logHead();
    const chain = newChain();
    const ids = await grow(chain, 2, one);
    ids.push(...(await grow(chain, 2, other)));
    const between = await one.logHead();
    const last = await grow(chain, 2, one);
    expect(one.tail(after, 10)).toBeUndefined();
    expect(idsOf(one.tail(between, 10)!)).toEqual(last);
    const items = await collect(one.subscribe({ after }), eventCount(6));
    expect(idsOf(eventsOf(items))).toEqual([...ids, ...last]);
  });

  it('forgets the oldest events beyond its size', async () => {
    const writer = await harness.open({ tailSize: 10 });
    const after = await writer.logHead();
    const chain = newChain();
    for (let round = 0; round < 6; round++) await grow(chain, 5, writer);
    expect(writer.tail(after, 100)).toBeUndefined();
    expect(writer.tail(position(Number(after) + 20), 100)).toHaveLength(10);
  });

  it('wakes those who wait for another process’s commit', async () => {
    const waiting = await harness.open();
    const chain = newChain();
    const after = await waiting.logHead();
    const first = collect(waiting.subscribe({ after }), eventCount(2));
    await grow(chain, 1);
    await grow(chain, 1);
    expect(eventsOf(await first)).toHaveLength(2);
  });
});

describe('a checkpoint', () => {
  const checkpoint = (from: number, to: number, epoch = 0): Checkpoint => ({
    consumer: 'accrual',
    topic: 'purchases.v1',
    moves: [{ partition: 3, epoch, from: position(from), to: position(to) }],
  });

  async function stored(): Promise<string | undefined> {
    const { rows } = await harness.admin.query<{ position: string }>('select position from consumer_position');
    return rows[0]?.position;
  }

  it('moves in the transaction of the events, by steps only', async () => {
    const chain = newChain();
    const item = { stream: chain.stream, expected: 'none' as const, events: chain.next(1) };
    await expect(store.appendMany([item], { checkpoints: [checkpoint(0, 7)] })).resolves.toMatchObject({
      checkpointsMoved: true,
    });
    expect(await stored()).toBe('7');
    await expect(store.appendMany([], { checkpoints: [checkpoint(7, 9)] })).resolves.toMatchObject({
      checkpointsMoved: true,
    });
    expect(await stored()).toBe('9');
  });

  it('stays where an item was not appended, and moves where all were there already', async () => {
    const chain = newChain();
    const rival = chain.fork().next(1);
    const item = { stream: chain.stream, expected: 'none' as const, events: chain.next(1) };
    await store.append(item.stream, item.expected, item.events);
    const wrong = { ...item, events: rival };
    const { outcomes, checkpointsMoved } = await store.appendMany([item, wrong], { checkpoints: [checkpoint(9, 11)] });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['appended', 'wrong-expected']);
    expect(checkpointsMoved).toBe(false);
    expect(await stored()).toBe('9');
    await expect(store.appendMany([item], { checkpoints: [checkpoint(9, 11)] })).resolves.toMatchObject({
      checkpointsMoved: true,
    });
    expect(await stored()).toBe('11');
  });

  it('that another holder has moved stays, and the events are appended', async () => {
    const chain = newChain();
    const item = { stream: chain.stream, expected: 'none' as const, events: chain.next(1) };
    const { outcomes, checkpointsMoved } = await store.appendMany([item], { checkpoints: [checkpoint(9, 12)] });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['appended']);
    expect(checkpointsMoved).toBe(false);
    expect(await stored()).toBe('11');
  });
});

describe('the roles of the log', () => {
  const rolePrefix = `spec_${randomUUID().slice(0, 8)}_`;
  const statements = [
    "update event set type = 'Forged'",
    'delete from event',
    'truncate event',
    'delete from log_counter',
  ];
  let servicePool: Pool;

  beforeAll(async () => {
    const { urls } = await ensureServiceRoles(harness.url, [{ service: SCHEMA }], { rolePrefix });
    servicePool = createPool(urls[SCHEMA]!, { max: 2, applicationName: 'service', searchPath: SCHEMA });
    await grow(newChain(), 1);
  });

  afterAll(async () => {
    await servicePool?.end();
    await harness.admin.query(`drop owned by ${rolePrefix}${SCHEMA}; drop role ${rolePrefix}${SCHEMA}`);
  });

  it('let the service append and read', async () => {
    const service = await openPostgresEventStore({ pool: servicePool, schema: SCHEMA, service: SCHEMA });
    const chain = newChain();
    const ids = await grow(chain, 2, service);
    expect(idsOf((await service.readStream(chain.stream)).events)).toEqual(ids);
    await service.close();
  });

  it.each(statements)('es-59 keep the service from "%s"', async (statement) => {
    expect(await codeOf(servicePool.query(statement))).toBe('42501');
  });

  it.each(statements.slice(0, 3))('es-59 keep even the owner from "%s"', async (statement) => {
    expect(await codeOf(harness.admin.query(statement))).toBe('TS003');
  });

  it('let a reader of another service’s log read and append nothing', async () => {
    const chain = newChain();
    const ids = await grow(chain, 1);
    const reader = await openPostgresLogReader({ pool: servicePool, schema: SCHEMA });
    expect(idsOf((await reader.readStream(chain.stream)).events)).toEqual(ids);
    expect(await codeOf(reader.append(chain.stream, 0, chain.next(1)))).toBe('denied');
    const { outcomes } = await reader.appendMany([{ stream: chain.stream, expected: 0, events: chain.next(1) }]);
    expect(outcomes).toMatchObject([{ kind: 'failed', error: { code: 'denied' } }]);
    await reader.close();
  });

  it('es-60 show a verifier that stored bytes were tampered with by someone mightier', async () => {
    const chain = newChain();
    await grow(chain, 3);
    const forge = `update event set data = 'forged' where stream = $1 and revision = 1`;
    await harness.admin.query('alter table event disable trigger user');
    await harness.admin.query(forge, [chain.stream]);
    await harness.admin.query('alter table event enable trigger user');
    const { events } = await store.readStream(chain.stream);
    const { eventHash } = await import('@tallystick/decider');
    expect(events.map((event) => Buffer.compare(eventHash(event), event.hash) === 0)).toEqual([true, false, true]);
  });
});
