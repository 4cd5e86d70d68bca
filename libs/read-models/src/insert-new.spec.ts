import { type Connection, createPool, inTransaction, int4Column, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { insertNew } from './insert-new';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

describe('insertNew', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'insert-new-spec' });
    await pool.query('create table fact (key int primary key check (key > 0))');
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  beforeEach(() => pool.query('truncate fact'));

  const insert = (...keys: number[]) =>
    inTransaction(pool, (connection) =>
      insertNew<{ key: number }>(connection, { into: 'fact', columns: { key: int4Column(keys) }, returning: 'key' }),
    );
  const kept = async () =>
    (await pool.query<{ key: number }>('select key from fact order by key')).rows.map((row) => row.key);

  it('inserts rows that are all new and says so', async () => {
    await expect(insert(1, 2)).resolves.toBeUndefined();
    await expect(kept()).resolves.toEqual([1, 2]);
  });

  it('passes over rows that are there and names those that were not', async () => {
    await insert(1, 2);
    await expect(insert(2, 3)).resolves.toEqual([{ key: 3 }]);
    await expect(kept()).resolves.toEqual([1, 2, 3]);
  });

  it('inserts a row that comes twice once', async () => {
    await expect(insert(4, 4, 5)).resolves.toEqual([{ key: 4 }, { key: 5 }]);
  });

  it('passes on any other refusal, and nothing is written', async () => {
    await expect(insert(6, 0)).rejects.toMatchObject({ code: '23514' });
    await expect(kept()).resolves.toEqual([]);
  });

  it('is a part of the statement that it is given to', async () => {
    const doubled = (connection: Connection, ...keys: number[]) =>
      insertNew(connection, {
        into: '"fact"',
        columns: { key: int4Column(keys) },
        within: (text) => `with added as (${text} returning key) insert into fact select key * 10 from added`,
      });
    await inTransaction(pool, (connection) => doubled(connection, 1, 2));
    await inTransaction(pool, (connection) => doubled(connection, 2, 3));
    await expect(kept()).resolves.toEqual([1, 2, 3, 10, 20, 30]);
  });
});
