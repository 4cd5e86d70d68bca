import { bodyOf, type EventStore, position, type Position, START } from '@tallystick/decider';
import { EVENT_LOG_MIGRATIONS, openPostgresEventStore } from '@tallystick/event-store/postgres';
import type { Batch, BusRecord } from '@tallystick/messaging';
import {
  CONSUMER_MIGRATIONS,
  createPool,
  int8Column,
  migrate,
  type Pool,
  quoteIdentifier,
  textColumn,
} from '@tallystick/postgres';
import { EventChain, startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { ContractProjection, LogProjection } from './projection';
import { projectionHandler } from './projection-handler';
import { ProjectionRunner } from './projection-runner';
import { rebuild } from './rebuild';
import type { ContractSource } from './replay';
import { createProjectionTables } from './tables';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const logProjection: LogProjection = {
  source: 'log',
  name: 'book',
  version: 1,
  tables: ['entry'],
  ddl: 'create table {{entry}} (stream text, revision bigint, primary key (stream, revision))',
  statements: (events, table) => [
    {
      text: `insert into ${table('entry')} select * from unnest($1::text[], $2::bigint[])`,
      values: [
        textColumn(events.map(({ stream }) => stream)),
        int8Column(events.map((event) => bodyOf<{ revision: string }>(event).revision)),
      ],
    },
  ],
};

/** What other versions of it keep. */
const streamsAndRevisions: LogProjection['statements'] = (events, table) => [
  {
    text: `insert into ${table('entry')} (stream, revision) select * from unnest($1::text[], $2::bigint[])`,
    values: [textColumn(events.map(({ stream }) => stream)), int8Column(events.map(({ revision }) => revision))],
  },
];

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, {
    max: 6,
    applicationName: 'rebuild-spec',
    searchPath: 'ledger',
    pipelined: true,
  });

  await migrate(pool, 'ledger', [CONSUMER_MIGRATIONS, EVENT_LOG_MIGRATIONS]);
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function entries(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ entry: string }>(
    "select concat(stream, ' ', revision) as entry from entry order by 1",
  );
  return rows.map(({ entry }) => entry);
}

describe('rebuild of a projection of the own log', () => {
  let store: EventStore;
  let runner: ProjectionRunner;
  let chain: EventChain;

  beforeEach(async () => {
    store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
    await createProjectionTables(pool, 'ledger', [logProjection]);
    chain = new EventChain('account-demo_1');
    runner = new ProjectionRunner({ projection: logProjection, store, pool, service: 'ledger', member: 'a' });
    runner.start();
    await runner.reached(await append(3));
  });

  afterEach(async () => {
    await runner.stop();
    await store.close();
  });

  async function append(count: number): Promise<Position> {
    const { expected } = chain;
    return (await store.append(chain.stream, expected, chain.next(count))).position ?? START;
  }

  const options = (projection = logProjection) => ({ pool, schema: 'ledger', projection, store, service: 'ledger' });
  const upTo = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, revision) => `account-demo_1 ${revision}`);

  it('finds the same rows, and lets the projection go on behind them', async () => {
    const progress: number[] = [];
    const report = await rebuild({ ...options(), onProgress: (applied) => progress.push(applied) });
    expect(report).toMatchObject({
      projection: 'book',
      applied: 3,
      equal: true,
      tables: [{ table: 'entry', rows: 3 }],
    });
    expect(report.tables[0]?.digestLive).toBe(report.tables[0]?.digestRebuilt);
    expect(progress).toEqual([3]);
    await runner.reached(await append(2));
    expect(await entries()).toEqual(upTo(5));
  });

  it.each([
    ['lost', 'delete from entry_v1 where revision = 1'],
    ['made up', "insert into entry_v1 values ('account-demo_2', 0)"],
    ['changed', 'update entry_v1 set revision = 9 where revision = 2'],
  ])('finds a row that was %s, and mends it', async (_, damage) => {
    await pool.query(damage);
    expect(await rebuild(options())).toMatchObject({ equal: false, tables: [{ rows: 3 }] });
    expect(await entries()).toEqual(upTo(3));
    expect(await rebuild(options())).toMatchObject({ equal: true });
  });

  it('lets a start go on with the definition that it was rebuilt from', async () => {
    const { ddl } = logProjection;
    const edited = { ...logProjection, ddl: ddl.replace('bigint', 'bigint check (revision >= 0)') };
    await rebuild(options(edited));
    expect(await createProjectionTables(pool, 'ledger', [edited])).toEqual([]);
    await expect(createProjectionTables(pool, 'ledger', [logProjection])).rejects.toThrow('projection-changed');
  });

  it('agrees with a projection that goes on meanwhile', async () => {
    const [report] = await Promise.all([
      rebuild(options()),
      (async () => {
        for (let round = 0; round < 10; round++) await append(5);
      })(),
    ]);
    expect(report.equal).toBe(true);
    await runner.reached(position(53));
    expect((await entries()).length).toBe(53);
    expect(await rebuild(options())).toMatchObject({ equal: true, applied: 53 });
  });

  it('keeps rights and row security of tables and views', async () => {
    const reader = quoteIdentifier(`${new URL(database.url).pathname.slice(1)}_reader`);
    await pool.query(`create role ${reader}; grant usage on schema ledger to ${reader};
      grant select on entry, entry_v1 to ${reader}; alter table entry_v1 enable row level security;
      create policy late on entry_v1 for select to ${reader} using (revision > 1)`);
    try {
      await rebuild(options());
      const seen = await pool.query(`set role ${reader}; select revision from entry; reset role`);
      const results: unknown = seen;
      expect(Array.isArray(results) ? results[1].rows : undefined).toEqual([{ revision: '2' }]);
    } finally {
      await pool.query(`reset role; drop owned by ${reader}; drop role ${reader}`);
    }
  });

  it('builds a new version beside the old one, then shows it and lets its runner go on', async () => {
    const second: LogProjection = {
      ...logProjection,
      version: 2,
      ddl: 'create table {{entry}} (stream text, revision bigint, doubled bigint generated always as (revision * 2) stored)',
      statements: streamsAndRevisions,
    };
    expect(await createProjectionTables(pool, 'ledger', [second])).toEqual(['book']);
    const report = await rebuild(options(second));
    expect(report).toMatchObject({ applied: 3, equal: false });
    expect(report.tables[0]).not.toHaveProperty('digestLive');
    expect(await createProjectionTables(pool, 'ledger', [second])).toEqual([]);
    const next = new ProjectionRunner({ projection: second, store, pool, service: 'ledger', member: 'b' });
    next.start();
    await next.reached(await append(1));
    await next.stop();
    expect((await pool.query('select doubled from entry order by 1')).rows.map(({ doubled }) => doubled)).toEqual([
      '0',
      '2',
      '4',
      '6',
    ]);
  });

  it.each([
    ['adds a column', 'stream text, revision bigint, note text'],
    ['has its columns in another order and form', 'note text, revision numeric, stream text'],
  ])('leaves the views that read its views as they were where a new version %s', async (_, columns) => {
    const second: LogProjection = {
      ...logProjection,
      version: 2,
      ddl: `create table {{entry}} (${columns})`,
      statements: streamsAndRevisions,
    };
    const reader = quoteIdentifier(`${new URL(database.url).pathname.slice(1)}_reader`);
    await pool.query(`
      create role ${reader}; create schema bi; grant usage on schema ledger, bi to ${reader};
      create view bi.entries with (security_barrier = true) as select stream, revision + 1 as number from entry;
      create view bi.streams as select distinct stream from bi.entries;
      grant select on bi.entries, bi.streams, entry to ${reader}`);
    try {
      await createProjectionTables(pool, 'ledger', [second]);
      await pool.query(`grant select on entry_v2 to ${reader}`);
      await rebuild(options(second));
      const seen: unknown = await pool.query(
        `set role ${reader}; select number from bi.entries, bi.streams; reset role`,
      );
      expect(Array.isArray(seen) ? seen[1].rows.length : undefined).toBe(3);
      const { rows } = await pool.query("select reloptions from pg_class where oid = 'bi.entries'::regclass");
      expect(rows).toEqual([{ reloptions: ['security_barrier=true'] }]);
    } finally {
      await pool.query(`reset role; drop owned by ${reader}; drop role ${reader}`);
    }
  });

  it('refuses to show a new version that a view of others cannot read, and names that view', async () => {
    const second: LogProjection = { ...logProjection, version: 2, ddl: 'create table {{entry}} (stream uuid)' };
    const silent: LogProjection = { ...second, statements: () => [] };
    await pool.query('create view numbers as select revision from entry');
    await createProjectionTables(pool, 'ledger', [silent]);
    await expect(rebuild(options(silent))).rejects.toThrow('numbers cannot read "entry" as it is to be');
    expect((await pool.query('select revision from numbers')).rowCount).toBe(3);
  });

  it('refuses a log that ends before the live rows, and leaves them', async () => {
    await runner.stop();
    await pool.query("update consumer_position set position = 9 where topic = 'log:ledger'");
    await expect(rebuild(options())).rejects.toThrow('it is another');
    expect(await entries()).toEqual(upTo(3));
  });

  it('refuses a second rebuild at the same time', async () => {
    const both = await Promise.allSettled([rebuild(options()), rebuild(options())]);
    const refused = both.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([{ status: 'rejected', reason: new Error('Projection book is being rebuilt already') }]);
  });

  it('leaves the live rows as they were when it breaks off, and works the next time', async () => {
    const broken: LogProjection = {
      ...logProjection,
      statements: () => {
        throw new Error('no');
      },
    };
    await expect(rebuild(options(broken))).rejects.toThrow('no');
    expect(await entries()).toEqual(upTo(3));
    expect(await rebuild(options())).toMatchObject({ equal: true });
  });
});

describe('rebuild of a projection of contracts', () => {
  const TOPIC = 'ledger.points-accrued.v1';
  const sales: ContractProjection = {
    source: 'contracts',
    name: 'sales',
    version: 1,
    tables: ['entry'],
    ddl: 'create table {{entry}} (stream text, revision bigint)',
    statements: {
      [TOPIC]: (records, table) => [
        {
          text: `insert into ${table('entry')} select * from unnest($1::text[], $2::bigint[])`,
          values: [textColumn(records.map(({ key }) => key)), int8Column(records.map((record) => record.position))],
        },
      ],
    },
  };
  const record = (partition: number, at: number): BusRecord => ({
    topic: TOPIC,
    key: `p${partition}`,
    partition,
    position: position(at),
    message: {},
    tenant: 'demo',
    correlationId: 'c',
    causationId: 'c',
    receivedAt: 0 as BusRecord['receivedAt'],
  });
  const LOG = [record(0, 1), record(1, 2), record(0, 3), record(1, 4), record(0, 5)];

  const source: ContractSource = async function* (topic, after, upTo) {
    yield LOG.filter(
      (one) =>
        one.topic === topic &&
        one.position > (after.get(one.partition) ?? START) &&
        one.position <= (upTo.get(one.partition) ?? START),
    );
  };

  function batch(records: readonly BusRecord[], partition?: number): Batch {
    const to = records.at(-1)?.position ?? START;
    const moves = partition === undefined ? undefined : [{ partition, epoch: 0, from: START, to }];
    return {
      topic: TOPIC,
      records,
      assignment: 1,
      ...(moves ? { checkpoint: { consumer: 'insights', topic: TOPIC, moves } } : {}),
      checkpointMoved: () => undefined,
    };
  }

  const options = { projection: sales, source, consumer: 'insights', schema: 'ledger' };

  it('stands at the positions of the bus, and at what was taken ahead of them', async () => {
    await createProjectionTables(pool, 'ledger', [sales]);
    const handle = projectionHandler(sales, TOPIC, pool);
    await handle(batch([record(0, 1), record(0, 3)], 0));
    await handle(batch([record(1, 4)]));
    expect(await rebuild({ ...options, pool })).toMatchObject({ equal: true, applied: 3, tables: [{ rows: 3 }] });
    expect(await entries()).toEqual(['p0 1', 'p0 3', 'p1 4']);
  });

  it('finds and mends rows that differ', async () => {
    await createProjectionTables(pool, 'ledger', [sales]);
    await projectionHandler(sales, TOPIC, pool)(batch([record(0, 1), record(0, 3)], 0));
    await pool.query("insert into entry_v1 values ('p0', 1)");
    expect(await rebuild({ ...options, pool })).toMatchObject({ equal: false, tables: [{ rows: 2 }] });
    expect(await entries()).toEqual(['p0 1', 'p0 3']);
  });
});
