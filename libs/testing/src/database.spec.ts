import { createPool } from '@tallystick/postgres';
import { startTestDatabase } from './database';

describe('startTestDatabase', () => {
  it('gives every caller an empty database of its own', async () => {
    const [first, second] = await Promise.all([startTestDatabase(), startTestDatabase()]);
    const pools = [first, second].map(({ url }) => createPool(url, { max: 1, applicationName: 'spec' }));
    try {
      await pools[0]?.query('create table mark (name text)');
      const seen = await pools[1]?.query("select to_regclass('mark') as mark");
      expect(seen?.rows).toEqual([{ mark: null }]);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
      await Promise.all([first.drop(), second.drop()]);
    }
  });
});
