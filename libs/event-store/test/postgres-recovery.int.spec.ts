import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, NewEvent } from '@tallystick/decider';
import { createPool, freePort, migrate, startEmbeddedPostgres } from '@tallystick/postgres';
import { codeOf, collect, EventChain, eventCount, eventsOf, idsOf } from '@tallystick/testing';
import { EVENT_LOG_MIGRATIONS, openPostgresEventStore } from '../src/postgres';
import { type PostgresHarness, postgresHarness } from './postgres-harness';

jest.setTimeout(60_000);

const ROUNDS = 40;

function newChain(): EventChain {
  return new EventChain(`account-demo_${randomUUID()}`);
}

/** Appends like a caller who repeats what is not settled, and counts how often that was needed. */
async function appendUntilSettled(store: EventStore, chain: EventChain, events: readonly NewEvent[]): Promise<number> {
  const expected = chain.head - events.length < 0 ? 'none' : chain.head - events.length;
  for (let retries = 0; ; retries++) {
    const code = await codeOf(store.append(chain.stream, expected, events));
    if (code === undefined) return retries;
    expect(['unknown', 'unavailable']).toContain(code);
    if (code === 'unavailable') await store.changed(100);
  }
}

describe('a store whose connections are killed', () => {
  let harness: PostgresHarness;

  beforeAll(async () => {
    harness = await postgresHarness();
  });

  afterAll(async () => {
    await harness?.close();
  });

  async function killConnections(): Promise<void> {
    await harness.admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'contract-%' and pid <> pg_backend_pid() and application_name <> 'contract-admin'",
    );
  }

  it('es-28 loses nothing, stores nothing twice, and its subscribers go on', async () => {
    const store = await harness.open();
    const chains = [newChain(), newChain(), newChain()];
    const after = await store.logHead();
    const reading = collect(store.subscribe({ after }), eventCount(chains.length * ROUNDS));
    const ids = new Map<string, string[]>();
    let writing = true;
    const killing = (async () => {
      while (writing) {
        await killConnections();
        await store.changed(15);
      }
    })();
    await Promise.all(
      chains.map(async (chain) => {
        const written: string[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          const events = chain.next(1);
          await appendUntilSettled(store, chain, events);
          written.push(...idsOf(events));
        }
        ids.set(chain.stream, written);
      }),
    );
    writing = false;
    await killing;
    for (const [stream, written] of ids) {
      expect(idsOf((await readPatiently(store, stream)).events)).toEqual(written);
    }
    const delivered = idsOf(eventsOf(await reading));
    expect(delivered.sort()).toEqual([...ids.values()].flat().sort());
  });
});

async function readPatiently(store: EventStore, stream: string): ReturnType<EventStore['readStream']> {
  for (;;) {
    try {
      return await store.readStream(stream);
    } catch (error) {
      expect(error).toMatchObject({ code: 'unavailable' });
    }
  }
}

describe('a store whose server is restarted', () => {
  it('es-28 says unavailable or unknown meanwhile, and goes on by itself', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'event-store-restart-'));
    const port = await freePort();
    let server = await startEmbeddedPostgres({ dataDir, port, profile: 'test' });
    const pool = createPool(server.url, { max: 3, applicationName: 'restart', searchPath: 'ledger' });
    await migrate(pool, 'ledger', [EVENT_LOG_MIGRATIONS]);
    const store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
    try {
      const chain = newChain();
      const reading = collect(store.subscribe(), eventCount(3));
      const first = chain.next(1);
      await appendUntilSettled(store, chain, first);
      await server.stop();
      const second = chain.next(1);
      expect(await codeOf(store.append(chain.stream, 0, second))).toBe('unavailable');
      expect(await codeOf(store.readStream(chain.stream))).toBe('unavailable');
      server = await startEmbeddedPostgres({ dataDir, port, profile: 'test' });
      await appendUntilSettled(store, chain, second);
      const third = chain.next(1);
      await appendUntilSettled(store, chain, third);
      expect(idsOf(eventsOf(await reading))).toEqual(idsOf([...first, ...second, ...third]));
    } finally {
      await store.close();
      await pool.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
