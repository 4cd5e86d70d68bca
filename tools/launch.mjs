// Builds what has changed and runs a program of dist as a child of its own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'dist/.stamp');
const lockFolder = join(root, '.cache/build.lock');
const BUILD_LIMIT_MS = 300_000;
// npm and a terminal may deliver one Ctrl-C twice; a second one within this time is the same.
const SAME_SIGNAL_MS = 500;

/**
 * Builds every project unless dist is of the sources as they stand (by size and time of change), so an unchanged tree
 * costs some milliseconds. Two callers at once build once. Ends the process where the build fails.
 */
export async function ensureBuilt() {
  if (isFresh()) return;
  await holdingLock(() => {
    if (isFresh()) return;
    process.stderr.write('Building …\n');
    const wanted = sourceStamp();
    const nx = createRequire(import.meta.url).resolve('nx/bin/nx.js');
    const args = [nx, 'run-many', '-t', 'build', '--output-style=static'];
    const env = { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false' };
    const result = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (result.status !== 0) {
      process.stderr.write(`${result.stdout}${result.stderr}\nThe build failed.\n`);
      process.exitCode = 1;
      throw new BuildFailed('the build failed');
    }
    writeFileSync(stampFile, wanted);
  });
}

class BuildFailed extends Error {}

/**
 * Runs `dist/<program>` with the given arguments, hands it each signal once, and ends as it ended. The child stands in a
 * process group of its own, so that a Ctrl-C reaches it through this process only, and ends with this process.
 */
export async function runProgram(program, args) {
  const flags = ['--max-semi-space-size=64', '--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'];
  const preload = ['--require', join(root, 'tools/end-with-parent.cjs')];
  const child = spawn(process.execPath, [...flags, ...preload, join(root, 'dist', program), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { KAFKAJS_NO_PARTITIONER_WARNING: '1', ...process.env },
    detached: process.platform !== 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) forward(signal, child);
  const [code, signal] = await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('exit', (...ending) => settle(ending));
  });
  if (signal === null) process.exitCode = code;
  else {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
}

/** What a launcher does: build, run, and say a failure without a stack where it is none of ours. */
export async function launch(program, args) {
  try {
    await ensureBuilt();
    await runProgram(program, args);
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
  }
}

function forward(signal, child) {
  let last = -Infinity;
  process.on(signal, () => {
    const isRepeat = performance.now() - last < SAME_SIGNAL_MS;
    last = performance.now();
    if (!isRepeat) child.kill(signal);
  });
}

function isFresh() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourceStamp();
}

function sourceStamp() {
  const hash = createHash('sha256');
  const recipe = ['.swcrc', 'nx.json', 'package-lock.json', 'tsconfig.base.json', 'tools/build.mjs'];
  for (const path of recipe) note(join(root, path));
  for (const folder of ['libs', 'services']) visit(join(root, folder));
  return hash.digest('hex');

  function visit(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (!entry.name.endsWith('.spec.ts')) note(path);
    }
  }

  function note(path) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}

/** The lock is a folder with the holder's process id; one of a process that is gone is taken over. */
async function holdingLock(work) {
  mkdirSync(dirname(lockFolder), { recursive: true });
  const deadline = Date.now() + BUILD_LIMIT_MS;
  while (!tryLock()) {
    if (Date.now() > deadline) throw new Error(`another build holds ${lockFolder}`);
    await new Promise((next) => setTimeout(next, 100));
  }
  try {
    return work();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function tryLock() {
  const holder = join(lockFolder, 'pid');
  try {
    mkdirSync(lockFolder);
    writeFileSync(holder, String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const pid = existsSync(holder) ? Number(readFileSync(holder, 'utf8')) : 0;
  if (pid > 0 && !isAlive(pid)) rmSync(lockFolder, { recursive: true, force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
