import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunFile, removeRunFile, type RunFile, writeRunFile } from './run-file';

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

  it('does not count when it cannot be read', () => {
    writeFileSync(join(folder, 'run.json'), '{');
    expect(readRunFile(folder)).toBeUndefined();
  });
});
