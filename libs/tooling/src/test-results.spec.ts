import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './workspace';

interface Results {
  readonly project: string;
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly { readonly count: number; readonly what: string; readonly reason: string }[];
}

describe('the results of a project', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-results-'));
    mkdirSync(join(folder, 'tools'));
    cpSync(join(ROOT, 'tools/jest-results.cjs'), join(folder, 'tools/jest-results.cjs'));
    writeFileSync(join(folder, 'project.json'), '{"name":"probe"}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('count what passed and what failed', () => {
    const results = run({ 'a.spec.js': "it('holds', () => {}); it('breaks', () => { throw new Error('x'); });" });
    expect(results).toMatchObject({ project: 'probe', passed: 1, failed: 1, notRun: [] });
  });

  it('count what a suite says it cannot run, with its reason', () => {
    const line = 'NOT RUN: 59 cases of the store contract on a real node: EVENTSTOREDB_URL is not set';
    const results = run({ 'a.spec.js': `it('says why', () => console.log('${line}'));` });
    const reason = 'EVENTSTOREDB_URL is not set';
    expect(results.notRun).toEqual([{ count: 59, what: 'the store contract on a real node', reason }]);
  });

  it('count what was skipped in silence', () => {
    const { passed, notRun } = run({ 'a.spec.js': "it('runs', () => {}); it.skip('does not', () => {});" });
    expect([passed, notRun.map(({ count, reason }) => ({ count, reason }))]).toEqual([
      1,
      [{ count: 1, reason: 'skipped without a reason' }],
    ]);
  });

  it('count a suite that breaks before its first case as a failure', () => {
    expect(run({ 'a.spec.js': "throw new Error('no such module');" })).toMatchObject({ passed: 0, failed: 1 });
  });

  it('are not written by a run of chosen suites', () => {
    writeFileSync(join(folder, 'a.spec.js'), "it('holds', () => {});");
    execFileSync(process.execPath, [...jest(), 'a.spec'], { cwd: folder, stdio: 'ignore' });
    expect(() => readResults()).toThrow('ENOENT');
  });

  function run(suites: Readonly<Record<string, string>>): Results {
    for (const [name, text] of Object.entries(suites)) writeFileSync(join(folder, name), text);
    spawnSync(process.execPath, jest(), { cwd: folder, stdio: 'ignore' });
    return readResults();
  }

  function readResults(): Results {
    return JSON.parse(readFileSync(join(folder, '.cache/test-results/probe.json'), 'utf8')) as Results;
  }

  function jest(): readonly string[] {
    const config = {
      rootDir: folder,
      testMatch: ['**/*.spec.js'],
      transform: {},
      reporters: ['./tools/jest-results.cjs'],
    };
    const bin = join(ROOT, 'node_modules/jest/bin/jest.js');
    return [bin, '--config', JSON.stringify(config), '--runInBand', '--verbose=false'];
  }
});
