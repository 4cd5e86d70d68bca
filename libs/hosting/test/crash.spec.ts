import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalIssuer } from '@tallystick/http';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { audienceOf } from '../src';

const root = join(__dirname, '../../..');
const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-crash-'));
let database: TestDatabase;
let pool: Pool;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'crash-spec' });
}, 60_000);

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await pool.end();
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<number | null>;
}

/** Starts a service as a process of its own and resolves when it listens. */
function startProcess(script: string): Promise<Process> {
  const child = spawn(process.execPath, ['-r', '@swc-node/register', join(__dirname, script)], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      SWC_NODE_PROJECT: join(root, 'tsconfig.base.json'),
      DATABASE_URL: database.url,
      TALLY_DATA: dataFolder,
      TALLY_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void ended.then(() => running.delete(child));
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`${script} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, address } = JSON.parse(line) as { msg: string; address?: string };
      if (msg === 'listening' && address) resolve({ child, url: address, ended });
    });
  });
}

async function add(url: string, counter: string, key: string): Promise<Response> {
  const issuer = await LocalIssuer.open(dataFolder, {});
  const token = await issuer.issue({
    subject: 'ops',
    tenant: 'demo',
    program: 'main',
    permissions: ['*'],
    audience: audienceOf('counter'),
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
  return fetch(`${url}/v1/counters/${counter}`, { method: 'POST', headers, body: '{"by":"7"}' });
}

async function events(): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('select count(*)::integer as n from counter.event');
  return rows[0]?.n ?? 0;
}

describe('A service that is killed', () => {
  it('after the commit and before its answer gives that answer to the retry, with one effect (case 44)', async () => {
    const first = await startProcess('counter-main.ts');
    const unanswered = add(first.url, 'hangs', 'key-1').catch(() => 'no answer');
    while ((await events()) === 0);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await unanswered).toBe('no answer');
    const second = await startProcess('counter-main.ts');
    const answers = [await add(second.url, 'hangs', 'key-1'), await add(second.url, 'hangs', 'key-1')];
    const texts = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`));
    expect(texts).toEqual(Array(2).fill('201 {"counter":"hangs","by":"7","sum":"7"}'));
    expect(await events()).toBe(1);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  }, 60_000);
});

describe('A service whose loop dies', () => {
  it('ends its process with exit code 1', async () => {
    const { ended } = await startProcess('poisoned-main.ts');
    expect(await ended).toBe(1);
  }, 60_000);
});
