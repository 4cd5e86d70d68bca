import { START } from '@tallystick/decider';
import { createPool } from '@tallystick/postgres';
import { codeOf, FaultyLink, until } from '@tallystick/testing';
import { openPostgresLogReader } from '../src/postgres';
import { type PostgresHarness, postgresHarness, SCHEMA } from './postgres-harness';

jest.setTimeout(60_000);

describe('a read of a database that has fallen silent', () => {
  let harness: PostgresHarness;

  beforeAll(async () => {
    harness = await postgresHarness();
  });

  afterAll(async () => {
    await harness?.close();
  });

  it.each([false, true])(
    'hangs up, and the next one reads on another connection (pipelined: %s)',
    async (pipelined) => {
      const address = new URL(harness.url);
      const faults = await FaultyLink.to(address.hostname, Number(address.port));
      address.host = `127.0.0.1:${faults.port}`;
      const options = { max: 1, applicationName: 'silent', searchPath: SCHEMA, pipelined };
      const pool = createPool(address.toString(), options);
      const log = await openPostgresLogReader({ pool, schema: SCHEMA, deadline: 300 });
      faults.silence();
      expect(await codeOf(log.readAll({ after: START, max: 1 }))).toBe('unavailable');
      faults.heal();
      expect(await log.readAll({ after: START, max: 1 })).toMatchObject({ events: [] });
      await log.close();
      await pool.end();
      const open = "select from pg_stat_activity where application_name = 'silent'";
      await until('the connection has gone', async () => (await harness.admin.query(open)).rowCount === 0);
      await faults.close();
    },
  );
});
