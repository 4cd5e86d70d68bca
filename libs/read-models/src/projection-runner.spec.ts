import { type EventStore, type Position, position, type RecordedEvent, START } from '@tallystick/decider';
import { EVENT_LOG_MIGRATIONS, openPostgresEventStore } from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, int4Column, migrate, type Pool, textColumn } from '@tallystick/postgres';
import { EventChain, startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { LogProjection } from './projection';
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner';
import { createProjectionTables } from './tables';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const eventsProjection: LogProjection = {
  source: 'log',
  name: 'events',
  version: 1,
  tables: ['seen'],
  ddl: 'create table {{seen}} (stream text, revision integer, seen bigint generated always as identity)',
  statements(events, table) {
    if (events.some(({ type }) => type === 'Unknown')) throw new Error('an event that nobody knows');
    return [
      {
        text: `insert into ${table('seen')} (stream, revision) select * from unnest($1::text[], $2::int[])`,
        values: [textColumn(events.map(({ stream }) => stream)), int4Column(events.map(({ revision }) => revision))],
      },
    ];
  },
};

describe('ProjectionRunner', () => {
  let database: TestDatabase;
  let pool: Pool;
  let store: EventStore;
  let chain: EventChain;
  const runners: ProjectionRunner[] = [];

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = openPool();
    await migrate(pool, 'ledger', [CONSUMER_MIGRATIONS, EVENT_LOG_MIGRATIONS]);
    await createProjectionTables(pool, 'ledger', [eventsProjection]);
    store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
    chain = new EventChain('account-demo_1');
  });

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await store.close();
    await pool.end();
    await database.drop();
  });

  function openPool(): Pool {
    return createPool(database.url, { max: 6, applicationName: 'runner-spec', searchPath: 'ledger', pipelined: true });
  }

  function runner(changes: Partial<ProjectionRunnerOptions> = {}): ProjectionRunner {
    const made = new ProjectionRunner({
      projection: eventsProjection,
      store,
      pool,
      service: 'ledger',
      member: 'a',
      ...changes,
    });
    runners.push(made);
    return made;
  }

  async function append(count: number, type?: string): Promise<Position> {
    const { expected } = chain;
    const { position: last } = await store.append(chain.stream, expected, chain.next(count, type ? { type } : {}));
    return last ?? START;
  }

  async function seen(): Promise<readonly number[]> {
    const { rows } = await pool.query<{ revision: number }>('select revision from seen order by seen');
    return rows.map(({ revision }) => revision);
  }

  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, revision) => revision);

  it('brings rows of what was recorded before and while it runs, in order, page by page', async () => {
    await append(7);
    const running = runner({ pageSize: 3 });
    running.start();
    await running.reached(position(7));
    await running.reached(await append(5));
    expect(await seen()).toEqual(upTo(12));
  });

  it('goes on where the last one stopped', async () => {
    const first = runner();
    first.start();
    await first.reached(await append(3));
    await first.stop();
    const second = runner({ member: 'b' });
    second.start();
    await second.reached(await append(2));
    expect(await seen()).toEqual(upTo(5));
  });

  it('lives from a log whose tail is not in memory', async () => {
    const elsewhere = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger', tailSize: 0 });
    const running = runner({ store: elsewhere });
    running.start();
    await running.reached(await append(4));
    await running.stop();
    await elsewhere.close();
    expect(await seen()).toEqual(upTo(4));
  });

  it('works in one member at a time; the other takes over when that one stops', async () => {
    const [first, second] = [runner(), runner({ member: 'b', leaseMs: 300 })];
    first.start();
    await first.reached(await append(2));
    second.start();
    const last = await append(2);
    await first.reached(last);
    await first.stop();
    await second.reached(await append(1));
    expect(await seen()).toEqual(upTo(5));
  });

  it('tells how far it is behind, on any member', async () => {
    const running = runner();
    await append(3);
    expect(await running.lag()).toEqual({ projection: 'events', position: START, head: position(3), behind: 3 });
    running.start();
    await running.reached(position(3));
    expect(await runner({ member: 'b' }).lag()).toMatchObject({ position: position(3), behind: 0 });
  });

  it('stops for good at an event that it cannot apply, and leaves everything as it was before that page', async () => {
    const running = runner();
    running.start();
    await running.reached(await append(2));
    await append(1, 'Unknown');
    await expect(running.failed).rejects.toThrow('an event that nobody knows');
    expect(await seen()).toEqual(upTo(2));
    expect(await running.lag()).toMatchObject({ position: position(2), behind: 1 });
  });

  it('carries on by itself after its connections were cut, each event once', async () => {
    const faults: unknown[] = [];
    const own = openPool();
    let cut = true;
    const cutting: LogProjection = {
      ...eventsProjection,
      statements(events: readonly RecordedEvent[], table) {
        const statements = eventsProjection.statements(events, table);
        if (!cut) return statements;
        cut = false;
        return [...statements, { text: 'select pg_terminate_backend(pg_backend_pid())', values: [] }];
      },
    };
    const running = runner({ pool: own, projection: cutting, onRetry: (fault) => faults.push(fault) });
    running.start();
    await running.reached(await append(3));
    await running.stop();
    await own.end();
    expect([await seen(), faults.length]).toEqual([upTo(3), 1]);
  });
});
