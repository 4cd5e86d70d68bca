import { createPool, type Pool } from '@tallystick/postgres';
import { gate, startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { ReviewGate } from '../src/adapters/review-gate';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const MOST = 3;

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: MOST, applicationName: 'gate-spec' });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

const ask = async (): Promise<void> => void (await pool.query('select 1'));

describe('The gate of tier reviews', () => {
  it('leaves connections for those inside, however many want to be alone', async () => {
    const reviews = new ReviewGate(pool);
    const alone = Array.from({ length: 2 * MOST }, () => reviews.alone(ask));
    await expect(Promise.all([...alone, reviews.together(ask)])).resolves.toHaveLength(2 * MOST + 1);
  });

  it('lets one in alone after another that failed', async () => {
    const reviews = new ReviewGate(pool);
    const failed = reviews.alone(() => Promise.reject(new Error('the store is away')));
    const next = reviews.alone(() => Promise.resolve('in'));
    await expect(failed).rejects.toThrow('the store is away');
    await expect(next).resolves.toBe('in');
  });

  it('keeps those of another process out while one is alone', async () => {
    const [here, there] = [new ReviewGate(pool), new ReviewGate(pool)];
    const inside = gate();
    const said: string[] = [];
    const first = here.alone(async () => {
      await inside.opened;
      said.push('alone');
    });
    while ((await pool.query("select from pg_locks where locktype = 'advisory' and granted")).rows.length === 0);
    const second = there.together(async () => void said.push('together'));
    while ((await pool.query("select from pg_locks where locktype = 'advisory' and not granted")).rows.length === 0);
    inside.open();
    await Promise.all([first, second]);
    expect(said).toEqual(['alone', 'together']);
  });
});
