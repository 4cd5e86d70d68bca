import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunFile, removeRunFile, type RunFile, suiteHolding, writeRunFile } from './run-file';

const run: RunFile = {
  address: 'http://127.0.0.1:1',
  pid: process.pid,
  token: 't',
  tenant: 'demo',
  program: 'main',
  databaseUrl: 'postgres://x',
  bus: { kind: 'postgres', url: 'postgres://x' },
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-file-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the run file', () => {
  it('tells where the suite of a folder runs, to this user alone', () => {
    writeRunFile(folder, run);
    expect(readRunFile(folder)).toEqual(run);
    expect(statSync(join(folder, 'run.json')).mode & 0o777).toBe(0o600);
  });

  it('is gone after the suite removed it', () => {
    writeRunFile(folder, run);
    removeRunFile(folder);
    expect(readRunFile(folder)).toBeUndefined();
  });

  it('does not count when its suite was killed', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeRunFile(folder, { ...run, pid });
    expect(readRunFile(folder)).toBeUndefined();
  });

  it('counts when its suite is a process of another user', () => {
    writeRunFile(folder, { ...run, pid: 1 });
    expect(readRunFile(folder)?.pid).toBe(1);
  });

  it('does not count when it cannot be read', () => {
    writeFileSync(join(folder, 'run.json'), '{');
    expect(readRunFile(folder)).toBeUndefined();
  });
});

describe('a suite that is about to start', () => {
  /** What it finds where a run file names process 1, and a server that answers so. */
  async function found(listener: RequestListener): Promise<{ holding?: RunFile; stale: RunFile[] }> {
    const server = createServer(listener);
    await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stale: RunFile[] = [];
    try {
      writeRunFile(folder, { ...run, address, pid: 1 });
      return { holding: await suiteHolding(folder, (one) => stale.push(one)), stale };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  it('is held off by one that says it lives', async () => {
    const asked: (string | undefined)[] = [];
    const { holding, stale } = await found((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{}');
    });
    expect([holding?.pid, stale, asked]).toEqual([1, [], ['GET /health/live']]);
  });

  it('is told of a process that is another program, and goes on', async () => {
    const { holding, stale } = await found((_, response) => response.writeHead(404).end());
    expect([holding, stale.map(({ pid }) => pid)]).toEqual([undefined, [1]]);
  });

  it('waits for no answer longer than a second', async () => {
    const { holding, stale } = await found(() => undefined);
    expect([holding, stale.length]).toEqual([undefined, 1]);
  });

  it('is told of a process that nobody listens for, and goes on', async () => {
    const stale: RunFile[] = [];
    writeRunFile(folder, { ...run, pid: 1 });
    expect(await suiteHolding(folder, (one) => stale.push(one))).toBeUndefined();
    expect(stale.length).toBe(1);
  });

  it('takes its own process id for one that was given anew', async () => {
    const stale: RunFile[] = [];
    writeRunFile(folder, run);
    expect(await suiteHolding(folder, (one) => stale.push(one))).toBeUndefined();
    expect(stale).toEqual([run]);
  });

  it('finds nothing where no suite ran', async () => {
    expect(await suiteHolding(folder, () => undefined)).toBeUndefined();
  });
});
