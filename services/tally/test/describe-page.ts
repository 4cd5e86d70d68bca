import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSuite, type Suite } from '@tallystick/standalone';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { runShell, tallyFromSource, WORKSPACE } from './tally-from-source';

interface Step {
  readonly title: string;
  readonly commands: string;
  /** What stands below the commands; absent where the page shows no output. */
  readonly shown?: string;
}

/** The fenced `sh` blocks of the page, each with the `text` block that follows it. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const section of page.split(/^##+ /m)) {
    const [commands] = /```sh\n([\s\S]*?)```/.exec(section)?.slice(1) ?? [];
    const [shown] = /```text\n([\s\S]*?)```/.exec(section)?.slice(1) ?? [];
    if (commands !== undefined) steps.push({ title: section.split('\n', 1)[0]!, commands, shown });
  }
  return steps;
}

/** A pattern of the shown output: `…` stands for anything within a line, runs of blanks are equal. */
function patternOf(line: string): RegExp {
  const parts = line
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Runs every command of a page against a suite of its own and holds the page to what it says they print. */
export function describePage(file: string): void {
  describe(file, () => {
    const steps = stepsOf(readFileSync(join(WORKSPACE, file), 'utf8'));
    let folder: string;
    let database: TestDatabase;
    let suite: Suite;
    let outputs: string[][];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'walk-'));
      database = await startTestDatabase();
      const environment = { ...process.env, DATABASE_URL: database.url, TALLY_LOG_LEVEL: 'error' };
      suite = await startSuite({ dataDir: join(folder, '.tallystick'), port: 0, environment });
      symlinkSync(join(WORKSPACE, 'docs'), join(folder, 'docs'));
      outputs = await run(steps, folder);
    }, 600_000);

    afterAll(async () => {
      await suite.stop();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(steps.map(({ title }, index) => [title, index] as const))('prints what it says: %s', (_, index) => {
      const { shown } = steps[index]!;
      if (shown === undefined) return;
      const printed = outputs[index]!;
      const expected = linesOf(shown);
      expected.forEach((line, at) => expect(printed[at] ?? '(nothing)').toMatch(patternOf(line)));
      expect(printed).toHaveLength(expected.length);
    });
  });
}

/** Runs all steps in one shell, so that variables live on; `npx tally` is the command line of this workspace. */
async function run(steps: readonly Step[], folder: string): Promise<string[][]> {
  const script = [
    'set -e',
    ...steps.map(({ commands }, index) => `${commands}\necho; echo "=== end of step ${index}"`),
  ].join('\n');
  const { stdout, stderr, status } = await runShell(script, tallyFromSource(folder), folder);
  if (status !== 0) throw new Error(`the page's commands ended with ${status}: ${stderr}\n${stdout}`);
  return stdout.split(/^=== end of step [0-9]+$/m).map(linesOf);
}
