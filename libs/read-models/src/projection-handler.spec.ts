import { type Batch, type BusRecord, DONE, DUPLICATE } from '@tallystick/messaging';
import {
  CONSUMER_MIGRATIONS,
  createPool,
  int8Column,
  isCheckpointLost,
  migrate,
  type Pool,
  textColumn,
} from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import type { ContractProjection } from './projection';
import { projectionHandler } from './projection-handler';
import { insertOf } from './row-statement';
import { createProjectionTables, enterGate } from './tables';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const TOPIC = 'ledger.points-accrued.v1';
const NOW = 0 as BusRecord['receivedAt'];

interface Sale {
  readonly points: string;
}

const salesProjection: ContractProjection = {
  source: 'contracts',
  name: 'sales',
  version: 1,
  tables: ['sale'],
  ddl: 'create table {{sale}} (key text primary key, points bigint not null check (points < 1000))',
  statements: {
    [TOPIC]: (records, table) => [
      insertOf({
        into: table('sale'),
        columns: {
          key: textColumn(records.map(({ key }) => key)),
          points: int8Column(records.map(({ message }) => (message as Sale).points)),
        },
      }),
    ],
  },
};

function record(position: number, key: string, points = String(position)): BusRecord {
  return {
    topic: TOPIC,
    key,
    partition: 3,
    position: String(position).padStart(20, '0'),
    message: { points },
    tenant: 'demo',
    correlationId: 'c',
    causationId: 'c',
    receivedAt: NOW,
  };
}

describe('projectionHandler', () => {
  let database: TestDatabase;
  let pool: Pool;
  let moved: number;

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, {
      max: 3,
      applicationName: 'handler-spec',
      searchPath: 'insights',
      byIndex: true,
      pipelined: true,
    });
    await migrate(pool, 'insights', [CONSUMER_MIGRATIONS]);
    await createProjectionTables(pool, 'insights', [salesProjection]);
    moved = 0;
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  function batch(records: readonly BusRecord[], step?: { from: string; to: string }): Batch {
    const moves = step && [{ partition: 3, epoch: 0, ...step }];
    return {
      topic: TOPIC,
      records,
      assignment: 1,
      ...(moves ? { checkpoint: { consumer: 'insights', topic: TOPIC, moves } } : {}),
      checkpointMoved: () => (moved += 1),
    };
  }

  const rows = async (): Promise<readonly string[]> =>
    (await pool.query<{ key: string }>('select key from sale order by points, key')).rows.map(({ key }) => key);
  const positions = async (): Promise<readonly unknown[]> =>
    (await pool.query('select consumer, partition, position from consumer_position')).rows;

  it('writes the rows and moves the position together, and says so', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    expect(await handle(batch([record(1, 'a'), record(4, 'b')], { from: '0', to: '4' }))).toEqual([DONE, DONE]);
    expect([await rows(), await positions(), moved]).toEqual([
      ['a', 'b'],
      [{ consumer: 'insights', partition: 3, position: '4' }],
      1,
    ]);
  });

  it('writes nothing where the position has been moved by another member', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await handle(batch([record(1, 'a')], { from: '0', to: '1' }));
    const again: unknown = await handle(batch([record(1, 'a')], { from: '0', to: '1' })).catch(
      (error: unknown) => error,
    );
    expect([isCheckpointLost(again), await rows(), moved]).toEqual([true, ['a'], 1]);
  });

  it('moves nothing where a row is refused', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await expect(handle(batch([record(1, 'a'), record(2, 'b', '1000')], { from: '0', to: '2' }))).rejects.toMatchObject(
      {
        code: '23514',
      },
    );
    expect([await rows(), await positions(), moved]).toEqual([[], [], 0]);
  });

  it('takes a record once that comes beside a refused one and comes again before the position stands for it', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    expect(await handle(batch([record(1, 'a'), record(3, 'c')]))).toEqual([DONE, DONE]);
    expect(await handle(batch([record(1, 'a')]))).toEqual([DUPLICATE]);
    const whole = batch([record(1, 'a'), record(3, 'c'), record(4, 'd')], { from: '0', to: '4' });
    expect(await handle(whole)).toEqual([DUPLICATE, DUPLICATE, DONE]);
    expect(await rows()).toEqual(['a', 'c', 'd']);
    expect((await pool.query('select * from consumed_ahead')).rows).toEqual([]);
  });

  it('takes a redriven record although the position has passed it, and only once', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await handle(batch([record(9, 'later')], { from: '0', to: '9' }));
    expect(await handle(batch([record(2, 'redriven')]))).toEqual([DONE]);
    expect(await handle(batch([record(2, 'redriven')]))).toEqual([DUPLICATE]);
    expect([await rows(), moved]).toEqual([['redriven', 'later'], 1]);
  });

  it('passes over what a bus says again at another position, and moves the position', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await handle(batch([record(1, 'a')], { from: '0', to: '1' }));
    const again = batch([record(2, 'a', '7'), record(3, 'b'), record(4, 'b', '9')], { from: '1', to: '4' });
    expect(await handle(again)).toEqual([DONE, DONE, DONE]);
    expect(await rows()).toEqual(['a', 'b']);
    expect(await positions()).toEqual([{ consumer: 'insights', partition: 3, position: '4' }]);
  });

  it('writes at once where nothing is there yet, and looks row by row only where something is', async () => {
    const careful = async (): Promise<number | null> =>
      (await pool.query("select from pg_prepared_statements where statement like '%on conflict do nothing%'")).rowCount;
    await pool.end();
    const options = { max: 1, applicationName: 'handler-spec', searchPath: 'insights', pipelined: true };
    pool = createPool(database.url, options);
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await handle(batch([record(1, 'a')], { from: '0', to: '1' }));
    expect(await careful()).toBe(0);
    await handle(batch([record(2, 'a')], { from: '1', to: '2' }));
    expect(await careful()).toBe(1);
  });

  it('takes a batch whose step passes a record that was taken ahead and is not in it', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    await handle(batch([record(2, 'b')]));
    expect(await handle(batch([record(1, 'a'), record(3, 'c')], { from: '0', to: '3' }))).toEqual([DONE, DONE]);
    expect(await rows()).toEqual(['a', 'b', 'c']);
  });

  it('lets a record without a position wait for a batch that is being written', async () => {
    const handle = projectionHandler(salesProjection, TOPIC, pool);
    const holder = await pool.connect();
    await holder.query('begin');
    await enterGate(holder, salesProjection);
    const redriven = handle(batch([record(2, 'redriven')]));
    const isWaiting = async (): Promise<boolean> =>
      (
        await pool.query(
          "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
        )
      ).rowCount === 1;
    await until('the redriven record waits', isWaiting);
    await holder.query('commit');
    holder.release();
    expect(await redriven).toEqual([DONE]);
  });

  it('refuses to be made for a topic from which the projection does not live', () => {
    expect(() => projectionHandler(salesProjection, 'ledger.unknown.v1', pool)).toThrow('does not live from');
  });
});
