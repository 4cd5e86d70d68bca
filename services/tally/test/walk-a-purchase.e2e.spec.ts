import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startSuite, type Suite } from '@tallystick/standalone';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';

const WORKSPACE = resolve(__dirname, '../../..');
const PAGE = readFileSync(join(WORKSPACE, 'docs/walk-a-purchase.md'), 'utf8');

interface Step {
  readonly title: string;
  readonly commands: string;
  /** What stands below the commands; absent where the page shows no output. */
  readonly shown?: string;
}

/** The fenced `sh` blocks of the page, each with the `text` block that follows it. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const section of page.split(/^## /m)) {
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

describe('docs/walk-a-purchase.md', () => {
  const steps = stepsOf(PAGE);
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
  }, 300_000);

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

/** Runs all steps in one shell, so that variables live on; `npx tally` is the command line of this workspace. */
async function run(steps: readonly Step[], folder: string): Promise<string[][]> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = join(WORKSPACE, 'services/tally/src/main.ts');
  const hook = require.resolve('@swc-node/register', { paths: [WORKSPACE] });
  const command = `SWC_NODE_PROJECT="${WORKSPACE}/tsconfig.base.json" exec "${process.execPath}" -r "${hook}" "${main}" "$@"`;
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = tally ] || exit 127\nshift\n${command}\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  const script = [
    'set -e',
    ...steps.map(({ commands }, index) => `${commands}\necho; echo "=== end of step ${index}"`),
  ].join('\n');
  const { stdout, stderr, status } = await inBackground(
    script,
    { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    folder,
  );
  if (status !== 0) throw new Error(`the page's commands ended with ${status}: ${stderr}\n${stdout}`);
  return stdout.split(/^=== end of step [0-9]+$/m).map(linesOf);
}

async function inBackground(script: string, env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  const status = await new Promise<number | null>((done) => child.once('close', done));
  return { stdout, stderr, status };
}
