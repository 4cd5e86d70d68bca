import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { inOneWrite, type Statement } from './one-write';
import { createPool, type Pool } from './pool';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

describe('inOneWrite', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 1, applicationName: 'one-write-spec', pipelined: true });
    await pool.query('create table fact (key int primary key check (key > 0), said text)');
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const insert = (key: number, said = ''): Statement => ({
    text: 'insert into fact values ($1, $2)',
    values: [key, said],
  });
  const kept = async () =>
    (await pool.query<{ key: number }>('select key from fact order by key')).rows.map(({ key }) => key);

  it('commits all statements', async () => {
    await inOneWrite(pool, [insert(1), insert(2), { text: 'delete from fact where key = 1', values: [] }]);
    expect(await kept()).toEqual([2]);
  });

  it('commits none where one is refused, throws that refusal, and the connection is good for the next', async () => {
    const large = Buffer.alloc(100_000, 'x').toString();
    const refused = inOneWrite(pool, [insert(1), insert(-1), insert(2, large)]);
    await expect(refused).rejects.toMatchObject({ code: '23514' });
    expect(await kept()).toEqual([]);
    await inOneWrite(pool, [insert(3)]);
    expect(await kept()).toEqual([3]);
  });

  it('commits none where a statement cannot be prepared, and prepares it anew where it then can', async () => {
    const later: Statement = { text: 'insert into later values ($1)', values: [1] };
    await expect(inOneWrite(pool, [insert(1), later])).rejects.toMatchObject({ code: '42P01' });
    expect(await kept()).toEqual([]);
    await pool.query('create table later (key int)');
    await inOneWrite(pool, [insert(1), later]);
    expect((await pool.query('select key from later')).rows).toEqual([{ key: 1 }]);
  });

  it('throws what a deferred constraint says at the commit', async () => {
    await pool.query('create table part (of int references fact deferrable initially deferred)');
    const orphan = inOneWrite(pool, [{ text: 'insert into part values ($1)', values: [7] }]);
    await expect(orphan).rejects.toMatchObject({ code: '23503' });
    expect((await pool.query('select of from part')).rows).toEqual([]);
  });

  it('prepares a statement once per connection', async () => {
    await inOneWrite(pool, [insert(1), insert(2)]);
    await inOneWrite(pool, [insert(3)]);
    const { rows } = await pool.query("select from pg_prepared_statements where statement like 'insert into fact%'");
    expect(rows).toHaveLength(1);
  });

  it('refuses a pool that is not pipelined', async () => {
    const plain = createPool(database.url, { max: 1, applicationName: 'one-write-plain' });
    await expect(inOneWrite(plain, [insert(1)])).rejects.toThrow('needs a pipelined pool');
    await plain.end();
    expect(await kept()).toEqual([]);
  });
});
