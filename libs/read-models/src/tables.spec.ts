import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { LogProjection } from './projection';
import { createProjectionTables } from './tables';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

function projection(changes: Partial<LogProjection> = {}): LogProjection {
  return {
    source: 'log',
    name: 'book',
    version: 1,
    tables: ['balance', 'lot'],
    ddl: 'create table {{balance}} (amount bigint); create table {{lot}} (amount bigint); create index on {{lot}} (amount)',
    statements: () => [],
    ...changes,
  };
}

describe('createProjectionTables', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 4, applicationName: 'tables-spec', searchPath: 'ledger' });
    await pool.query('create schema ledger');
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it('makes the tables of the version and views of the plain names that check their reader', async () => {
    expect(await createProjectionTables(pool, 'ledger', [projection()])).toEqual([]);
    await pool.query('insert into balance_v1 values (7)');
    expect((await pool.query('select * from balance')).rows).toEqual([{ amount: '7' }]);
    const { rows } = await pool.query("select reloptions from pg_class where relname = 'lot'");
    expect(rows).toEqual([{ reloptions: ['security_invoker=true'] }]);
  });

  it('changes nothing the second time, whoever starts at once', async () => {
    await Promise.all([0, 1, 2].map(() => createProjectionTables(pool, 'ledger', [projection()])));
    await pool.query('insert into balance_v1 values (7)');
    await createProjectionTables(pool, 'ledger', [projection()]);
    expect((await pool.query('select * from balance')).rows).toEqual([{ amount: '7' }]);
  });

  it('names a projection whose views still show an older version, and leaves them so', async () => {
    await createProjectionTables(pool, 'ledger', [projection()]);
    await pool.query('insert into balance_v1 values (7)');
    expect(await createProjectionTables(pool, 'ledger', [projection({ version: 2 })])).toEqual(['book']);
    expect((await pool.query('select * from balance')).rows).toEqual([{ amount: '7' }]);
    expect((await pool.query('select * from balance_v2')).rows).toEqual([]);
  });

  it('refuses a definition that forgets a table, and makes nothing of it', async () => {
    const forgetful = projection({ ddl: 'create table {{balance}} (amount bigint)' });
    await expect(createProjectionTables(pool, 'ledger', [forgetful])).rejects.toThrow('does not create {{lot}}');
    expect((await pool.query("select to_regclass('balance_v1') as made")).rows).toEqual([{ made: null }]);
  });

  it('refuses to go on where one of the tables has gone', async () => {
    await createProjectionTables(pool, 'ledger', [projection()]);
    await pool.query('drop view lot; drop table lot_v1');
    await expect(createProjectionTables(pool, 'ledger', [projection()])).rejects.toThrow('lacks lot');
  });

  it('refuses tables that were made from another definition of the same version', async () => {
    await createProjectionTables(pool, 'ledger', [projection()]);
    const edited = projection({ ddl: projection().ddl.replace('balance}} (', 'balance}} (asset text, ') });
    await expect(createProjectionTables(pool, 'ledger', [edited])).rejects.toMatchObject({
      code: 'projection-changed',
      message: expect.stringMatching(
        /^projection-changed: .* projection book v1 in schema ledger .* another definition .* raise it and rebuild/,
      ),
    });
    expect(await createProjectionTables(pool, 'ledger', [{ ...edited, version: 2 }])).toEqual(['book']);
  });

  it('refuses tables of which no digest was kept', async () => {
    await createProjectionTables(pool, 'ledger', [projection()]);
    await pool.query('drop table made_from');
    await expect(createProjectionTables(pool, 'ledger', [projection()])).rejects.toMatchObject({
      code: 'projection-changed',
      message: expect.stringContaining('of which no digest was kept'),
    });
  });
});
