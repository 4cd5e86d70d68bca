import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@tallystick/postgres';
import { startTestDatabase } from './database';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const USER = `
require(process.argv[1]).startTestDatabase().then(({ url }) => process.stdout.write(url + '\\n'));
setInterval(() => undefined, 1000);
`;

function startUser(): Promise<ChildProcess> {
  const user = spawn(process.execPath, ['-r', '@swc-node/register', '-e', USER, join(__dirname, 'database.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its own server also where this suite is told to use another.
    env: { ...process.env, DATABASE_URL: undefined, SWC_NODE_PROJECT: join(__dirname, '../../../tsconfig.base.json') },
  });
  return new Promise((resolve, reject) => {
    user.stdout?.once('data', () => resolve(user));
    user.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
  });
}

async function untilGone(isThere: () => boolean): Promise<void> {
  while (isThere()) await new Promise((resume) => setTimeout(resume, 20));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

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

  it('leaves neither a server nor a folder behind when its process is killed', async () => {
    const user = await startUser();
    const folder = join(tmpdir(), `tallystick-test-${user.pid}`);
    const server = Number(readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    expect(isAlive(server)).toBe(true);
    user.kill('SIGKILL');
    await untilGone(() => isAlive(server));
    await untilGone(() => existsSync(folder));
  });
});
