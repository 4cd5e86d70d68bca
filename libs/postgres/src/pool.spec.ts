import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { isConnectionFault, isContention, sqlStateOf } from './faults';
import { createPool, type Pool, quoteIdentifier, quoteLiteral } from './pool';
import { inTransaction } from './transaction';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

let database: TestDatabase;
const pools: Pool[] = [];

function open(options: Partial<Parameters<typeof createPool>[1]> = {}, url = database.url): Pool {
  const pool = createPool(url, { max: 2, applicationName: 'pool-spec', ...options });
  pools.push(pool);
  return pool;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

beforeAll(async () => {
  database = await startTestDatabase();
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

describe('createPool', () => {
  it('gives int8 as exact text and bytea as bytes', async () => {
    const { rows } = await open().query("select 9007199254740993::int8 as whole, '\\x00ff'::bytea as bytes");
    expect(rows).toEqual([{ whole: '9007199254740993', bytes: Buffer.from([0, 255]) }]);
  });

  it('sends large buffers beside every other kind of parameter, byte by byte', async () => {
    const pool = open({ max: 1 });
    const large = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const edge = large.subarray(0, 4_096);
    for (const name of ['once', 'again']) {
      const { rows } = await pool.query({
        name: 'large',
        text: 'select $1::bytea = $2::bytea as same, $3::text as text, $4::int as number, $5::text as nothing, $6::bytea as edge, $7::text[] as list, $8::bytea as small',
        values: [large, Buffer.from(large), `${name} 积分 "\\`, 7, null, edge, ['a,b', null], Buffer.from([1])],
      });
      expect(rows).toEqual([
        {
          same: true,
          text: `${name} 积分 "\\`,
          number: 7,
          nothing: null,
          edge,
          list: ['a,b', null],
          small: Buffer.from([1]),
        },
      ]);
    }
  });

  it('goes on after a statement with a large buffer that the server refused', async () => {
    const pool = open({ max: 1 });
    const large = Buffer.alloc(10_000);
    const refused = { name: 'refused', text: 'select 1 / $1::int as result, $2::bytea', values: [0, large] };
    expect(sqlStateOf(await errorOf(pool.query(refused)))).toBe('22012');
    const { rows } = await pool.query({ ...refused, values: [1, large] });
    expect(rows).toMatchObject([{ result: 1 }]);
  });

  it('sets its session before the first statement', async () => {
    const pool = open({ searchPath: 'odd "name', byIndex: true, statementTimeoutMs: 7000 });
    const { rows } = await pool.query(`
      select current_setting('search_path') as path, current_setting('enable_seqscan') as seqscan,
             current_setting('enable_hashjoin') as hashjoin, current_setting('enable_mergejoin') as mergejoin,
             current_setting('jit') as jit, current_setting('plan_cache_mode') as plans,
             current_setting('lock_timeout') as lock,
             current_setting('idle_in_transaction_session_timeout') as idle,
             current_setting('statement_timeout') as statement, current_setting('application_name') as application`);
    expect(rows).toEqual([
      {
        path: '"odd ""name"',
        seqscan: 'off',
        hashjoin: 'off',
        mergejoin: 'off',
        jit: 'off',
        plans: 'force_generic_plan',
        lock: '10s',
        idle: '1min',
        statement: '7s',
        application: 'pool-spec',
      },
    ]);
  });

  it('keeps the options that the address brings', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c work_mem=5MB');
    const { rows } = await open({ searchPath: 'elsewhere' }, url.toString()).query(
      "select current_setting('work_mem') as memory, current_setting('search_path') as path",
    );
    expect(rows).toEqual([{ memory: '5MB', path: '"elsewhere"' }]);
  });

  it('outlives the end of its connections, idle or in use', async () => {
    const faults: Error[] = [];
    const pool = open({ onIdleFault: (fault) => faults.push(fault) });
    const inUse = await pool.connect();
    const ended = new Promise((resolve) => inUse.once('end', resolve));
    const { rows } = await inUse.query<{ pid: number }>('select pg_backend_pid() as pid');
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    expect(isConnectionFault(await errorOf(inUse.query('select 1')))).toBe(true);
    inUse.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(faults.every(isConnectionFault)).toBe(true);
  });
});

describe('inTransaction', () => {
  let pool: Pool;

  beforeAll(async () => {
    pool = open({ max: 1, lockTimeoutMs: 100 });
    await pool.query('create table tally (stick int primary key)');
  });

  const sticks = async (): Promise<readonly number[]> =>
    (await pool.query<{ stick: number }>('select stick from tally order by stick')).rows.map(({ stick }) => stick);

  it('commits what its work did and gives its result', async () => {
    const result = await inTransaction(pool, async (connection) => {
      await connection.query('insert into tally values (1)');
      return 'cut';
    });
    expect(result).toBe('cut');
    expect(await sticks()).toEqual([1]);
  });

  it('undoes everything when its work throws, and gives the connection back', async () => {
    const failure = new Error('no');
    const work = inTransaction(pool, async (connection) => {
      await connection.query('insert into tally values (2)');
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await sticks()).toEqual([1]);
  });

  it('throws when a statement failed and its work carried on', async () => {
    const work = inTransaction(pool, async (connection) => {
      await connection.query('insert into tally values (3)');
      await connection.query('insert into tally values (1)').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await sticks()).toEqual([1]);
  });

  it('drops a connection that broke meanwhile', async () => {
    const other = open();
    const work = inTransaction(pool, async (connection) => {
      const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
      await other.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await connection.query('insert into tally values (4)');
    });
    expect(isConnectionFault(await errorOf(work))).toBe(true);
    expect(await sticks()).toEqual([1]);
  });

  it('waits for a lock no longer than the pool allows', async () => {
    await inTransaction(open(), async (holder) => {
      await holder.query('select 1 from tally where stick = 1 for update');
      const waiting = inTransaction(pool, (connection) => connection.query('delete from tally where stick = 1'));
      const fault = await errorOf(waiting);
      expect(sqlStateOf(fault)).toBe('55P03');
      expect([isContention(fault), isConnectionFault(fault)]).toEqual([true, false]);
    });
  });
});

describe('isConnectionFault', () => {
  it('knows a server that is not there from a statement that is wrong', async () => {
    const absent = await errorOf(open({}, 'postgres://nobody@127.0.0.1:1/none').query('select 1'));
    const wrong = await errorOf(open().query('select 1/0'));
    expect([absent, wrong, new Error('else'), undefined].map(isConnectionFault)).toEqual([true, false, false, false]);
    expect(sqlStateOf(wrong)).toBe('22012');
  });
});

describe('quoting', () => {
  it('keeps names and texts whole', async () => {
    const name = 'a"b c';
    const text = "it's \\ here";
    const { rows } = await open().query(`select ${quoteLiteral(text)} as ${quoteIdentifier(name)}`);
    expect(rows).toEqual([{ [name]: text }]);
  });
});
