import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, sqlStateOf } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { prepareDatabase } from '../src/database';
import { counterDefinition, echoDefinition } from './two-services';

const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-database-'));
let database: TestDatabase;
let urls: ReadonlyMap<string, string>;

beforeAll(async () => {
  database = await startTestDatabase();
  const definitions = [counterDefinition, { ...echoDefinition, outsideTopics: ['words.v1'] }];
  urls = await prepareDatabase(definitions, { DATABASE_URL: database.url, TALLY_DATA: dataFolder });
}, 60_000);

afterAll(async () => {
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

/** What the statement comes to under the role of a service. */
async function as(service: string, statement: string): Promise<string | undefined> {
  const pool = createPool(urls.get(service) ?? '', { max: 1, applicationName: 'database-spec' });
  try {
    await pool.query(statement);
    return 'done';
  } catch (error) {
    return sqlStateOf(error);
  } finally {
    await pool.end();
  }
}

describe('The topics of outside publishers', () => {
  it('are read and trimmed by a service that hears some', async () => {
    expect(await as('echo', 'select * from bus.record')).toBe('done');
    expect(await as('echo', 'delete from bus.record')).toBe('done');
  });

  it('are out of reach for a service that hears none', async () => {
    const denied = '42501';
    expect(await as('counter', 'select * from bus.record')).toBe(denied);
    expect(await as('counter', 'delete from bus.record')).toBe(denied);
    expect(await as('counter', 'update bus.topic_partition set next_offset = 1')).toBe(denied);
  });
});
