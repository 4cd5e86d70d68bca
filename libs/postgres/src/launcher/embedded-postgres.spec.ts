import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '../pool';
import { openDataFolder } from './data-folder';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';
import { freePort } from './free-port';
import { isAlive, waitForEnd } from './processes';
import { serverSettings } from './profile';
import { serverAccount } from './server-account';

// Starting a server takes long on a busy machine.
jest.setTimeout(60_000);

const HOST = `
const { startEmbeddedPostgres } = require(process.argv[1]);
startEmbeddedPostgres({ dataDir: process.argv[2], profile: 'test' })
  .then(({ pid }) => process.stdout.write(pid + '\\n'), (error) => { process.stderr.write(error.message); process.exit(1); });
setInterval(() => undefined, 1000);
`;

let folder: string;
const running: EmbeddedPostgres[] = [];
const hosts: ChildProcess[] = [];

async function start(options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), profile: 'test', ...options });
  running.push(postgres);
  return postgres;
}

async function ask(postgres: EmbeddedPostgres, statement: string): Promise<readonly unknown[]> {
  const pool = createPool(postgres.url, { max: 1, applicationName: 'launcher-spec' });
  try {
    return (await pool.query(statement)).rows;
  } finally {
    await pool.end();
  }
}

/** Another process of ours that runs a server on the same folder. */
async function startHost(): Promise<{ host: ChildProcess; serverPid: number }> {
  const host = spawn(
    process.execPath,
    ['-r', '@swc-node/register', '-e', HOST, join(__dirname, 'embedded-postgres.ts'), join(folder, 'data')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  hosts.push(host);
  const serverPid = await new Promise<number>((resolve, reject) => {
    host.stdout?.once('data', (line: Buffer) => resolve(Number(line)));
    host.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
  return { host, serverPid };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-launcher-'));
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
  await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
  rmSync(folder, { recursive: true });
});

describe('startEmbeddedPostgres', () => {
  it('starts a server on a new folder, keeps its data over a restart, and leaves nothing running', async () => {
    const first = await start();
    await ask(first, 'create table mark as select 7 as stick');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start({ port: await freePort() });
    expect(await ask(second, 'select * from mark')).toEqual([{ stick: 7 }]);
  });

  it('makes the password once and keeps it, its owner and its log from others', async () => {
    const postgres = await start();
    const secrets = ['password', 'owner.json', 'server.log'].map((file) => join(folder, 'data', file));
    expect(secrets.map((file) => (statSync(file).mode & 0o777).toString(8))).toEqual(['600', '600', '600']);
    expect(new URL(postgres.url).password).toBe(readFileSync(join(folder, 'data', 'password'), 'utf8'));
    const open = new URL(postgres.url);
    open.password = 'guess';
    await expect(ask({ ...postgres, url: open.toString() }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('listens on the loopback address only, without a socket file', async () => {
    const rows = await ask(
      await start(),
      "select current_setting('listen_addresses') as hosts, current_setting('unix_socket_directories') as sockets",
    );
    expect(rows).toEqual([{ hosts: '127.0.0.1', sockets: '' }]);
  });

  it('gives the lines of its log to whoever asks', async () => {
    const lines: string[] = [];
    await ask(await start({ onLine: (line) => lines.push(line) }), 'select 1');
    expect(lines.join('\n')).toContain('ready to accept connections');
  });

  it('starts again after its server was killed, and tells that the server died', async () => {
    const first = await start({ profile: 'durable' });
    await ask(first, 'create table mark as select 7 as stick');
    process.kill(first.pid, 'SIGKILL');
    expect((await first.died).message).toBe(`PostgreSQL (process ${first.pid}) ended with SIGKILL`);
    await first.stop();
    expect(await ask(await start(), 'select * from mark')).toEqual([{ stick: 7 }]);
  });

  it('ends the server that a killed process left behind, then starts its own', async () => {
    const { host, serverPid } = await startHost();
    const ended = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGKILL');
    await ended;
    expect(isAlive(serverPid)).toBe(true);
    const postgres = await start();
    expect(isAlive(serverPid)).toBe(false);
    expect(await ask(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses a folder that a living process uses, naming it, and leaves that server alone', async () => {
    const { host, serverPid } = await startHost();
    await expect(start()).rejects.toThrow(`is in use by process ${host.pid}`);
    expect(isAlive(serverPid)).toBe(true);
    process.kill(serverPid, 'SIGINT');
    expect(await waitForEnd(serverPid, 5_000)).toBe(true);
  });

  it('refuses a second start in the same process, until the first is stopped', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(`is in use by process ${process.pid}`);
    await first.stop();
    await start();
  });

  it('refuses a taken port with the reason, and gives the folder up', async () => {
    const first = await start();
    const second = { dataDir: join(folder, 'other'), profile: 'test', port: first.port } as const;
    await expect(startEmbeddedPostgres(second)).rejects.toThrow(/could not bind|Address already in use/);
    expect(existsSync(join(folder, 'other', 'owner.json'))).toBe(false);
  });
});

describe('a data folder below a closed home', () => {
  it('keeps the cluster where the server can reach it: the same place until the folder is made anew', () => {
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    const data = join(home, 'data');
    const open = (): string => openDataFolder(data, serverAccount()).cluster;
    const cluster = open();
    expect(open()).toBe(cluster);
    rmSync(data, { recursive: true });
    const anew = open();
    const isRoot = process.getuid?.() === 0;
    expect([cluster.startsWith(home), anew === cluster]).toEqual([!isRoot, !isRoot]);
    for (const made of new Set([cluster, anew])) rmSync(made, { recursive: true });
  });
});

describe('a data folder without its password', () => {
  it('is refused while the file is empty: nobody runs under half a password', () => {
    const root = join(folder, 'half-made');
    mkdirSync(root);
    writeFileSync(join(root, 'password'), '');
    expect(() => openDataFolder(root, {})).toThrow(`${join(root, 'password')} is empty`);
  });

  it('is refused by name, its data left alone', async () => {
    const { stop } = await start();
    await stop();
    const password = join(folder, 'data', 'password');
    rmSync(password);
    await expect(start()).rejects.toThrow(`${password} is missing`);
    expect(existsSync(join(folder, 'data', 'cluster', 'PG_VERSION'))).toBe(true);
  });
});

describe('serverSettings', () => {
  const GIGABYTE = 1024 ** 3;

  it('takes a quarter of memory for the cache, one gigabyte at most, unless it is benchmarked', () => {
    expect(serverSettings('durable', 2 * GIGABYTE)['shared_buffers']).toBe('512MB');
    expect(serverSettings('durable', 64 * GIGABYTE)['shared_buffers']).toBe('1024MB');
    expect(serverSettings('bench', 64 * GIGABYTE)['shared_buffers']).toBe('16384MB');
  });

  it('gives up durability in tests only', () => {
    expect((['durable', 'bench', 'test'] as const).map((profile) => serverSettings(profile)['fsync'])).toEqual([
      undefined,
      undefined,
      'off',
    ]);
  });
});
