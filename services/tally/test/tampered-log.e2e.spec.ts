import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@tallystick/postgres';
import { startSuite, type Suite } from '@tallystick/standalone';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { runShell, tallyFromSource, WORKSPACE } from './tally-from-source';

interface Verified {
  readonly ok: boolean;
  readonly chains: readonly { readonly service: string; readonly faults: readonly { readonly what: string }[] }[];
}

describe('an audit', () => {
  let folder: string;
  let database: TestDatabase;
  let suite: Suite;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tampered-'));
    database = await startTestDatabase();
    const env = { ...process.env, DATABASE_URL: database.url, TALLY_LOG_LEVEL: 'error' };
    suite = await startSuite({ dataDir: join(folder, '.tallystick'), port: 0, environment: env });
    environment = tallyFromSource(folder);
    const file = join(WORKSPACE, 'docs/examples/demo.yaml');
    const applied = await runShell(`npx tally apply ${file}`, environment, folder);
    if (applied.status !== 0) throw new Error(applied.stderr);
  }, 300_000);

  afterAll(async () => {
    await suite.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function verify(): Promise<{ status: number | null; said: Verified }> {
    const { status, stdout } = await runShell('npx tally verify --json', environment, folder);
    return { status, said: JSON.parse(stdout) as Verified };
  }

  it('starts from an export of every log with its seal', async () => {
    const { status, stdout } = await runShell('npx tally export evidence --json', environment, folder);
    expect(status).toBe(0);
    const { logs } = JSON.parse(stdout) as { readonly logs: readonly { service: string; events: number }[] };
    expect(logs.map(({ service }) => service).sort()).toEqual(['campaigns', 'ledger', 'membership', 'organization']);
    for (const { service, events } of logs) {
      const lines = readFileSync(join(folder, 'evidence', `${service}.events.ndjson`), 'utf8')
        .split('\n')
        .slice(0, -1);
      expect(lines).toHaveLength(events);
    }
    const sealed = readFileSync(join(folder, 'evidence', 'organization.checkpoints.ndjson'), 'utf8');
    expect(sealed).toContain('tallystick.local/organization');
  }, 120_000);

  it('by tally verify finds the one event whose bytes somebody with all rights has changed, and ends with 1', async () => {
    expect(await verify()).toMatchObject({ status: 0, said: { ok: true } });

    const pool = createPool(database.url, { max: 1, applicationName: 'tamper' });
    await pool.query('alter table organization.event disable trigger all');
    await pool.query(
      `update organization.event set data = convert_to(replace(convert_from(data, 'UTF8'), '"name":"', '"name":"x'), 'UTF8')
        where position = (select min(position) from organization.event where convert_from(data, 'UTF8') like '%"name":"%')`,
    );
    await pool.end();

    const { status, said } = await verify();
    expect(status).toBe(1);
    expect(said.ok).toBe(false);
    const faults = said.chains.map((chain) => [chain.service, chain.faults.map(({ what }) => what)]);
    expect(faults.filter(([, found]) => found!.length > 0)).toEqual([
      ['organization', ['hash differs from the stored bytes']],
    ]);
  }, 120_000);
});
