import { randomUUID } from 'node:crypto';
import { position } from '@tallystick/decider';
import { createPool } from '@tallystick/postgres';
import { codeOf, EventChain } from '@tallystick/testing';
import { openPostgresEventStore, type PostgresEventStore } from '../src/postgres';
import { type PostgresHarness, postgresHarness, SCHEMA } from './postgres-harness';

jest.setTimeout(60_000);

const HISTORY = 100_000;

interface Scans {
  readonly whole: number;
  readonly byIndex: number;
  readonly rows: number;
}

describe('a stream of 100,000 events', () => {
  let harness: PostgresHarness;
  const hot = new EventChain(`account-demo_${randomUUID()}`);

  beforeAll(async () => {
    harness = await postgresHarness();
    await harness.admin.query(
      `insert into event (position, stream, revision, event_id, type, version, data, metadata, prev_hash, hash, recorded_at)
       select n + 1, $1, n, gen_random_uuid(), 'PointsAccrued', 1, '{}', '', decode(lpad(to_hex(n), 64, '0'), 'hex'),
         decode(lpad(to_hex(n + 1), 64, '0'), 'hex'), now()
       from generate_series(0, $2::int - 1) n`,
      [hot.stream, HISTORY],
    );
    await harness.admin.query('update log_counter set last_position = $1', [HISTORY]);
    hot.resume(HISTORY - 1, Buffer.from(HISTORY.toString(16).padStart(64, '0'), 'hex'));
  });

  afterAll(async () => {
    await harness?.close();
  });

  async function scans(): Promise<Scans> {
    const { rows } = await harness.admin.query<{ whole: string; by_index: string; fetched: string }>(
      `select seq_scan as whole, idx_scan as by_index, idx_tup_fetch as fetched
       from pg_stat_user_tables where schemaname = $1 and relname = 'event'`,
      [SCHEMA],
    );
    return { whole: Number(rows[0]!.whole), byIndex: Number(rows[0]!.by_index), rows: Number(rows[0]!.fetched) };
  }

  /** What one store's calls cost, read from the server's own statistics once its sessions have ended. */
  async function cost(work: (store: PostgresEventStore) => Promise<void>): Promise<Scans> {
    await harness.admin.query('select pg_stat_force_next_flush()');
    const before = await scans();
    const pool = createPool(harness.url, { max: 2, applicationName: 'plans', searchPath: SCHEMA });
    const store = await openPostgresEventStore({ pool, schema: SCHEMA, service: SCHEMA });
    await work(store);
    await store.close();
    await pool.end();
    for (;;) {
      const { rows } = await harness.admin.query("select from pg_stat_activity where application_name = 'plans'");
      if (rows.length === 0) break;
    }
    const after = await scans();
    return {
      whole: after.whole - before.whole,
      byIndex: after.byIndex - before.byIndex,
      rows: after.rows - before.rows,
    };
  }

  it('is appended to without its history being read', async () => {
    const { whole, byIndex, rows } = await cost(async (store) => {
      for (let round = 0; round < 10; round++) {
        const { expected } = hot;
        await store.append(hot.stream, expected, hot.next(1));
      }
    });
    expect(whole).toBe(0);
    expect(byIndex).toBeGreaterThanOrEqual(10);
    expect(rows).toBeLessThanOrEqual(20);
  });

  it('is judged without its history being read', async () => {
    const { whole, rows } = await cost(async (store) => {
      const rival = new EventChain(hot.stream);
      expect(await codeOf(store.append(hot.stream, 'none', rival.next(1)))).toBe('wrong-expected');
    });
    expect(whole).toBe(0);
    expect(rows).toBeLessThanOrEqual(5);
  });

  it('gives its head, its last events and a page of the log from the index', async () => {
    const { whole, rows } = await cost(async (store) => {
      await store.streamHead(hot.stream);
      await store.readStream(hot.stream, { direction: 'backward', max: 5 });
      await store.readStreams(new Map([[hot.stream, hot.head - 4]]));
      await store.readAll({ after: position(HISTORY - 10), max: 5 });
      await store.readAll({ after: position(HISTORY - 10), max: 5, filter: { streamPrefixes: ['account-'] } });
    });
    expect(whole).toBe(0);
    expect(rows).toBeLessThanOrEqual(50);
  });
});
