import { randomBytes } from 'node:crypto';
import { eventHash, eventsAfter, type RecordedEvent, START } from '@tallystick/decider';
import { createPool } from '@tallystick/postgres';
import { codeOf, until } from '@tallystick/testing';
import { openPostgresLogReader, type PostgresEventStore } from '../src/postgres';
import { growChain, newChain, type PostgresHarness, postgresHarness, SCHEMA } from './postgres-harness';

jest.setTimeout(60_000);

let harness: PostgresHarness;
let store: PostgresEventStore;

beforeAll(async () => {
  harness = await postgresHarness();
  store = await harness.open();
  const metadata = Buffer.from('{"actor":"svc:积分"}');
  for (const [count, data] of [
    [900, Buffer.from('{}')],
    [700, undefined],
    [3, randomBytes(250_000)],
    [800, randomBytes(3_000)],
  ] as const) {
    const chain = newChain();
    for (let left = count; left > 0; left -= 100) {
      await growChain(store, chain, Math.min(left, 100), { metadata, ...(data && { data }) });
    }
  }
});

afterAll(async () => {
  await harness?.close();
});

/** Everything of an event in few characters: its bytes stand for themselves by their hash. */
function outline(event: RecordedEvent): string {
  const { position, recordedAt, stream, revision, hash } = event;
  return [
    position,
    recordedAt,
    stream,
    revision,
    Buffer.from(hash).toString('hex'),
    eventHash(event).toString('hex'),
  ].join(' ');
}

async function byPages(after: string): Promise<string[]> {
  const all: string[] = [];
  for (let at = after; ;) {
    const { events, next, atHead } = await store.readAll({ after: at, max: 500 });
    all.push(...events.map(outline));
    if (atHead) return all;
    at = next;
  }
}

async function scanned(after?: string): Promise<string[]> {
  const all: string[] = [];
  for await (const events of eventsAfter(store, after)) all.push(...events.map(outline));
  return all;
}

describe('scan', () => {
  it('gives what pages give, to the byte', async () => {
    expect(await scanned()).toEqual(await byPages(START));
  });

  it('begins behind a position and ends at the head', async () => {
    const [head, tenth] = [await store.logHead(), (await store.readAll({ after: START, max: 10 })).next];
    expect(await scanned(tenth)).toEqual(await byPages(tenth));
    expect(await scanned(head)).toEqual([]);
  });

  it('ends its connection where the reader turns away', async () => {
    const pool = createPool(harness.url, { max: 1, applicationName: 'turned-away', searchPath: SCHEMA });
    const log = await openPostgresLogReader({ pool, schema: SCHEMA });
    for await (const events of eventsAfter(log)) {
      expect(events.length).toBeGreaterThanOrEqual(1_000);
      break;
    }
    await log.close();
    await pool.end();
    const open = "select from pg_stat_activity where application_name = 'turned-away'";
    await until('the connection has gone', async () => (await harness.admin.query(open)).rowCount === 0);
  });

  it('reads through a pool that is pipelined', async () => {
    const pool = createPool(harness.url, { max: 1, applicationName: 'scan', searchPath: SCHEMA, pipelined: true });
    const log = await openPostgresLogReader({ pool, schema: SCHEMA });
    let count = 0;
    for await (const events of eventsAfter(log)) count += events.length;
    expect(count).toBe(Number(await store.logHead()));
    await log.close();
    await pool.end();
  });

  it('is unavailable where the database is', async () => {
    const pool = createPool(harness.url, { max: 1, applicationName: 'scan', searchPath: SCHEMA });
    const log = await openPostgresLogReader({ pool, schema: SCHEMA });
    await pool.end();
    expect(await codeOf(eventsAfter(log).next())).toBe('unavailable');
    await log.close();
  });
});
