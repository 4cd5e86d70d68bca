import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { CONSUMER_MIGRATIONS, migrate } from './migrate';
import { createPool, type Pool } from './pool';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

describe('migrate', () => {
  let database: TestDatabase;
  let pool: Pool;
  let folder: string;

  beforeEach(async () => {
    database = await startTestDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'migrate-spec' });
    folder = await mkdtemp(join(tmpdir(), 'tallystick-migrations-'));
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const file = (name: string, sql: string): Promise<void> => writeFile(join(folder, name), sql);
  const marks = async (schema: string): Promise<readonly unknown[]> =>
    (await pool.query(`select name from ${schema}.mark order by name`)).rows.map(({ name }) => name);

  it('makes the schema and applies the files in order, then nothing more', async () => {
    await file('0002-row.sql', "insert into mark values ('second'); insert into mark values ('third')");
    await file('0001-table.sql', 'create table mark (name text)');
    const sets = [CONSUMER_MIGRATIONS, { name: 'own-marks', folder }];
    expect(await migrate(pool, 'one', sets)).toEqual([
      'consumer/0001-consumer-positions',
      'consumer/0002-consumed-ahead',
      'consumer/0003-installation',
      'consumer/0004-member-joined',
      'consumer/0005-projection-step',
      'own-marks/0001-table',
      'own-marks/0002-row',
    ]);
    expect(await migrate(pool, 'one', sets)).toEqual([]);
    expect(await marks('one')).toEqual(['second', 'third']);
  });

  it('applies a file that came later, and keeps schemas apart', async () => {
    await file('0001-table.sql', 'create table mark (name text)');
    await migrate(pool, 'one', [{ name: 'own', folder }]);
    await file('0002-row.sql', "insert into mark values ('later')");
    expect(await migrate(pool, 'one', [{ name: 'own', folder }])).toEqual(['own/0002-row']);
    expect(await migrate(pool, 'two', [{ name: 'own', folder }])).toEqual(['own/0001-table', 'own/0002-row']);
    expect([await marks('one'), await marks('two')]).toEqual([['later'], ['later']]);
  });

  it('leaves nothing of a set whose file fails, and names the file', async () => {
    await file('0001-table.sql', 'create table mark (name text)');
    await file('0002-bad.sql', "insert into mark values ('x'); select 1/0");
    await expect(migrate(pool, 'one', [{ name: 'own', folder }])).rejects.toThrow(
      'Migration own/0002-bad of schema one failed: error: division by zero',
    );
    expect((await pool.query("select to_regclass('one.mark') as mark")).rows).toEqual([{ mark: null }]);
  });

  it('refuses a file that said something else when it was applied, and applies nothing beside it', async () => {
    await file('0001-table.sql', 'create table mark (name text)');
    await migrate(pool, 'one', [{ name: 'own', folder }]);
    await file('0001-table.sql', 'create table mark (name text not null)');
    await file('0002-row.sql', "insert into mark values ('later')");
    const refused = migrate(pool, 'one', [CONSUMER_MIGRATIONS, { name: 'own', folder }]);
    await expect(refused).rejects.toMatchObject({
      code: 'migration-changed',
      message: expect.stringMatching(
        /^migration-changed: schema one .* another text of migration own\/0001-table .* never edited, a change is a new file: .* another database/,
      ),
    });
    expect(await marks('one')).toEqual([]);
    expect((await pool.query("select to_regclass('one.consumer_position') as made")).rows).toEqual([{ made: null }]);
  });

  it('refuses a schema of a release that did not keep what its migrations said', async () => {
    await file('0001-table.sql', 'create table mark (name text)');
    await migrate(pool, 'one', [{ name: 'own', folder }]);
    await pool.query('drop table one.made_from');
    await expect(migrate(pool, 'one', [{ name: 'own', folder }])).rejects.toMatchObject({
      code: 'migration-changed',
      message: expect.stringMatching(/^migration-changed: schema one .* no digest of migration own\/0001-table/),
    });
  });

  it('takes a file whose comments, blank lines or line ends have changed for the same', async () => {
    await file('0001-table.sql', '-- What is marked.\ncreate table mark (\n  name text\n)\n');
    await migrate(pool, 'one', [{ name: 'own', folder }]);
    await file('0001-table.sql', 'create table mark (\r\n  -- The name.\r\n\r\n  name text\r\n)');
    expect(await migrate(pool, 'one', [{ name: 'own', folder }])).toEqual([]);
  });

  it('refuses a file whose name has no number', async () => {
    await file('table.sql', 'create table mark (name text)');
    await expect(migrate(pool, 'one', [{ name: 'own', folder }])).rejects.toThrow('NNNN-name.sql');
  });

  it('lets four starters in at once: each file is applied once', async () => {
    await file('0001-table.sql', "create table mark (name text); insert into mark values ('only')");
    const sets = [CONSUMER_MIGRATIONS, { name: 'own', folder }];
    const starters = Array.from({ length: 4 }, () => createPool(database.url, { max: 2, applicationName: 'starter' }));
    const applied = await Promise.all(starters.map((starter) => migrate(starter, 'one', sets)));
    await Promise.all(starters.map((starter) => starter.end()));
    expect(applied.flat().sort()).toEqual([
      'consumer/0001-consumer-positions',
      'consumer/0002-consumed-ahead',
      'consumer/0003-installation',
      'consumer/0004-member-joined',
      'consumer/0005-projection-step',
      'own/0001-table',
    ]);
    expect(await marks('one')).toEqual(['only']);
  });
});
