import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useLog, openLog } from '@tallystick/observability';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { tableOf } from '../src/commands/run-tamper-drill';
import { type DrillResult, runDrill } from '../src/drill/drill';
import { makeScratch, type Scratch } from '../src/drill/scratch';

const PYTHON = 'python3';

if (spawnSync(PYTHON, ['-c', 'import cryptography']).status === 0) {
  describe('the verifier, of a sealed log that a superuser has altered,', drillCases);
} else {
  describe('the verifier, of a sealed log that a superuser has altered', () => {
    it('is reported as not run where Python has no cryptography', () => {
      const report = 'NOT RUN: 3 cases of the tamper drill: python3 has no module cryptography';
      console.log(report);
      expect(report).toMatch(/^NOT RUN: [1-9] cases/);
    });
  });
}

function drillCases(): void {
  let folder: string;
  let database: TestDatabase;
  let scratch: Scratch;

  beforeAll(async () => {
    useLog(openLog({ level: 'silent' }));
    folder = mkdtempSync(join(tmpdir(), 'tallystick-drill-'));
    database = await startTestDatabase();
    scratch = await makeScratch(database.url, folder, { rounds: 2, purchases: 10 });
  }, 120_000);

  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const drill = (perKind: number, of: Scratch, kinds?: readonly string[]): Promise<readonly DrillResult[]> =>
    runDrill({ databaseUrl: database.url, folder, scratch: of, perKind, seed: 7, python: PYTHON, kinds });

  it('finds all of fourteen, two of each kind, and names the event or the stretch of one checkpoint', async () => {
    const results = await drill(2, scratch);
    expect(results.filter(({ found }) => !found)).toEqual([]);
    expect(results.filter(({ named }) => named !== 'event' && named !== 'stretch')).toEqual([]);
    const exact = results.filter(({ kind }) => !/tree|stolen|tail/.test(kind));
    expect(exact.map(({ named }) => named)).toEqual(exact.map(() => 'event'));
    expect(tableOf(results)).toContain('| all | 14 | 14 |');
  }, 120_000);

  it('cannot find a log that was sealed anew with its stolen key where no witness saw it before', async () => {
    const unseen: Scratch = { ...scratch, notes: [], witnessKey: undefined, altered: ['campaigns'] };
    const [result] = await drill(1, unseen, ['re-seal with the stolen key']);
    expect(result).toMatchObject({ found: false, named: 'nothing' });
  }, 60_000);

  it('misses the witness on the checkpoints that a thief has signed, even without what the witness kept', async () => {
    const seen: Scratch = { ...scratch, notes: [], altered: ['campaigns'] };
    const [result] = await drill(1, seen, ['re-seal with the stolen key']);
    expect(result).toMatchObject({ found: true, first: { log: 'campaigns', kind: 'cosignature' } });
  }, 60_000);
}
