import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { sealedLeaves, SEALING_MIGRATIONS } from '../src';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 1, applicationName: 'sealed-batch-spec' });
}, 60_000);

afterAll(async () => {
  await pool.end();
  await database.drop();
});

function migration(name: string): string {
  return readFileSync(join(SEALING_MIGRATIONS.folder, name), 'utf8');
}

describe('the migration to one row for each checkpoint', () => {
  it('keeps which events the leaves of a sealed log are', async () => {
    await pool.query(migration('0001-sealed-log.sql'));
    for (const size of [2, 5]) {
      await pool.query("insert into checkpoint (size, position, root, key, note) values ($1, $1, '', '', '')", [size]);
    }
    await pool.query(`insert into sealed_event
      select gen_random_uuid(), seq, 'account-demo_' || seq % 2, seq / 2 from generate_series(0, 4) as seq`);
    await pool.query(migration('0002-sealed-batch.sql'));
    const leaves = await sealedLeaves(pool, 0, 2);
    expect(leaves.map(({ seq, stream, revision }) => [seq, stream, revision])).toEqual([
      [0, 'account-demo_0', 0],
      [1, 'account-demo_1', 0],
      [2, 'account-demo_0', 1],
      [3, 'account-demo_1', 1],
      [4, 'account-demo_0', 2],
    ]);
    expect((await sealedLeaves(pool, 0, 1)).map(({ seq }) => seq)).toEqual([0, 1]);
    expect((await sealedLeaves(pool, 2, 1)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });
});
