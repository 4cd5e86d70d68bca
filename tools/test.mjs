// What `npm test` runs: every project's suites and one lint of the whole workspace (a target of `tooling`: thirty starts
// of ESLint took longer than it) through Nx, then one table of what passed, failed and did not run.
// Arguments go to Nx, so `npm test -- --skip-nx-cache` runs everything again and `npm test -- -p ledger` one project.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const resultsFolder = join(root, '.cache/test-results');
const began = Date.now();

// What an earlier run left must not be counted; Nx restores the files of the runs that it answers from its cache.
rmSync(resultsFolder, { recursive: true, force: true });
const { status, sections } = await runNx(process.argv.slice(2));
const projects = summarize(sections);
for (const section of sections) if (section.failed) console.log(`\n${section.lines.join('\n').trim()}`);
printTable(projects);
const total = sum(projects);
if (status !== 0 && total.failed === 0) console.log(`Nx ended with exit code ${status}.`);
const seconds = Math.round((Date.now() - began) / 1000);
console.log(`\nin ${seconds} s\n`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.notRun} skipped`);
process.exitCode = status !== 0 || total.failed > 0 ? 1 : 0;

/** Runs the tasks and shows a line for each as it ends; its full text is kept for the failed ones. */
async function runNx(extra) {
  const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
  const args = ['run-many', '-t', 'test', 'lint', '--parallel=2', '--output-style=static', ...extra];
  const env = { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false', FORCE_COLOR: '0', NO_COLOR: '1' };
  const child = spawn(process.execPath, [nx, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));

  const sections = [];
  const outside = [];
  const failedTasks = new Set();
  let current;
  const read = (line) => {
    const start = /^> nx run ([\w-]+):(test|lint)\b(.*)$/.exec(line);
    const isEpilogue = /^\s*NX {3}/.test(line);
    if ((start || isEpilogue) && current) showEnd(current);
    if (start) sections.push((current = { project: start[1], target: start[2], note: start[3].trim(), lines: [] }));
    else if (isEpilogue) current = undefined;
    if (current) current.lines.push(line);
    else outside.push(line);
    const failed = /^- ([\w-]+:(?:test|lint))$/.exec(line);
    if (failed && !current && sections.length > 0) failedTasks.add(failed[1]);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
  const status = await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => settle(signal ? 1 : code));
  });
  for (const section of sections) section.failed = failedTasks.has(`${section.project}:${section.target}`);
  if (status !== 0 && failedTasks.size === 0) console.log(outside.join('\n'));
  return { status, sections };
}

function showEnd({ project, target, note, lines }) {
  const tests = lines.map((line) => /^Tests:\s+(.*)$/.exec(line)?.[1]).find(Boolean);
  const failed = lines.some((line) => line.includes('exited with non-zero status code')) ? 'FAILED' : '';
  const told = [failed, tests, note].filter(Boolean).join(' ');
  console.log(`  ${target} ${project}${told ? `: ${told}` : ''}`);
}

/** One row a project: the cases of its suites; and one of one case for the lint. */
function summarize(sections) {
  const rows = new Map();
  for (const section of sections) {
    const project = section.target === 'test' ? section.project : 'lint';
    const row = rows.get(project) ?? { project, passed: 0, failed: 0, notRun: [] };
    rows.set(project, row);
    if (section.target === 'test') addCases(row, section);
    else row[section.failed ? 'failed' : 'passed'] += 1;
  }
  return [...rows.values()].sort((a, b) => (a.project < b.project ? -1 : 1));
}

function addCases(row, section) {
  const path = join(resultsFolder, `${section.project}.json`);
  const found = existsSync(path);
  const result = found ? JSON.parse(readFileSync(path, 'utf8')) : { passed: 0, failed: 0, notRun: [] };
  row.passed += result.passed;
  row.failed += result.failed;
  row.notRun.push(...result.notRun);
  const isEmpty = section.lines.some((line) => line.includes('No tests found'));
  // A task that failed or left no result without a failing case (Jest itself broke) is a failure all the same.
  const isBroken = section.failed ? result.failed === 0 : !found && !isEmpty;
  if (!isBroken) return;
  row.failed += 1;
  section.failed = true;
}

function sum(projects) {
  const total = { passed: 0, failed: 0, notRun: 0 };
  for (const { passed, failed, notRun } of projects) {
    total.passed += passed;
    total.failed += failed;
    total.notRun += countOf(notRun);
  }
  return total;
}

function countOf(notRun) {
  return notRun.reduce((count, part) => count + part.count, 0);
}

function printTable(projects) {
  const width = Math.max(7, ...projects.map(({ project }) => project.length));
  const line = (name, ...cells) => `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  console.log(`\n${line('project', 'passed', 'failed', 'not run')}`);
  for (const { project, passed, failed, notRun } of projects) {
    console.log(line(project, passed, failed, countOf(notRun)));
  }
  const reasons = projects.flatMap(({ project, notRun }) => notRun.map((part) => ({ project, ...part })));
  if (reasons.length > 0) console.log('\nnot run:');
  for (const { project, count, what, reason } of reasons) console.log(`  ${count} of ${project}, ${what}: ${reason}`);
}
