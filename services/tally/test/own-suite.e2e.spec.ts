import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { runShell, tallyFromSource } from './tally-from-source';

describe('tally where no suite runs', () => {
  let folder: string;
  let database: TestDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'own-suite-'));
    database = await startTestDatabase();
  }, 60_000);

  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints what it was asked for, and nothing of the suite that it starts, on standard output', async () => {
    // As outside of tests, where a process logs.
    const { JEST_WORKER_ID: _, ...environment } = tallyFromSource(folder);
    const env = { ...environment, DATABASE_URL: database.url, TALLY_LOG_LEVEL: 'info' };
    const { status, stdout, stderr } = await runShell('npx tally status --json', env, folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toBeInstanceOf(Object);
    expect(stderr).toContain('the service is up');
  }, 120_000);
});
