import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, chownSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Binaries, findBinaries } from './binaries';
import { type DataFolder, endLeftoverServer, openDataFolder, takeOwnership } from './data-folder';
import { freePort } from './free-port';
import { waitForEnd } from './processes';
import { type ServerProfile, serverSettings } from './profile';
import { type ServerAccount, serverAccount } from './server-account';

export interface EmbeddedPostgresOptions {
  /** Kept between runs: the cluster, its password (0600), `owner.json`, `server.log`. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly profile: ServerProfile;
  /** Gets each line that the server logs; without it the lines go to `server.log`. */
  readonly onLine?: (line: string) => void;
}

/** A running PostgreSQL server of our own, on the loopback address only. */
export interface EmbeddedPostgres {
  /** With the password of the superuser `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Resolves with the reason when the server ends although nobody stopped it. */
  readonly died: Promise<Error>;
  /** Disconnects everybody and resolves when the server is down; calling it again does nothing more. */
  stop(): Promise<void>;
}

interface Launch {
  readonly folder: DataFolder;
  readonly binaries: Binaries;
  readonly account: ServerAccount;
  readonly options: EmbeddedPostgresOptions;
}

const ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
const READY_WITHIN_MS = 60_000;
const LOG_LIMIT = 16 * 1024 * 1024;

function runToEnd(command: string, args: readonly string[], account: ServerAccount): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...account,
      cwd: tmpdir(),
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${basename(command)} ended with ${code}: ${complaint}`));
    });
  });
}

async function createCluster({ folder, binaries, account, options }: Launch): Promise<void> {
  if (existsSync(join(folder.cluster, 'PG_VERSION'))) return;
  const passwordFile = join(tmpdir(), `tallystick-initdb-${process.pid}-${Date.now()}`);
  writeFileSync(passwordFile, `${folder.password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    if (account.uid !== undefined && account.gid !== undefined) chownSync(passwordFile, account.uid, account.gid);
    const identity = ['-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
    const shape = ['-E', 'UTF8', '--locale=C', ...(options.profile === 'test' ? ['--no-sync'] : [])];
    await runToEnd(binaries.initdb, ['-D', folder.cluster, ...identity, ...shape], account);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** What the server said last, for the error of a start that fails. */
class ServerLog {
  private recent = '';
  private readonly from: number;

  constructor(
    private readonly file: string,
    private readonly onLine: EmbeddedPostgresOptions['onLine'],
  ) {
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size > LOG_LIMIT) rmSync(file);
    this.from = size > LOG_LIMIT ? 0 : size;
  }

  /** A file and not a pipe by default: the server outlives a killed parent without losing its log. */
  open(): 'pipe' | number {
    return this.onLine === undefined ? openSync(this.file, 'a', 0o600) : 'pipe';
  }

  follow(child: ChildProcess): void {
    if (child.stderr === null || this.onLine === undefined) return;
    const onLine = this.onLine;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.recent = `${this.recent}${line}\n`.slice(-4000);
      onLine(line);
    });
  }

  tail(): string {
    if (this.onLine !== undefined) return this.recent;
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').slice(this.from).slice(-4000) : '';
  }
}

function spawnServer({ folder, binaries, account, options }: Launch, port: number, log: ServerLog): ChildProcess {
  const settings = Object.entries(serverSettings(options.profile)).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const output = log.open();
  // Its own process group: Ctrl-C reaches the services first, and they end the server last.
  const child = spawn(binaries.postgres, ['-D', folder.cluster, '-p', String(port), ...settings], {
    ...account,
    cwd: tmpdir(),
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', output],
    detached: process.platform !== 'win32',
  });
  if (output !== 'pipe') closeSync(output);
  log.follow(child);
  child.unref();
  return child;
}

/** The server writes its state into line 8 of its pid file; pg_ctl waits for the same word. */
function isReady(cluster: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

async function untilReady(child: ChildProcess, cluster: string, log: ServerLog): Promise<void> {
  const failure: { error?: Error } = {};
  child.once('error', (error) => (failure.error = error));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!isReady(cluster, child.pid)) {
    if (failure.error !== undefined) throw failure.error;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`PostgreSQL ended with ${child.exitCode ?? child.signalCode}: ${log.tail()}`);
    }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      throw new Error(`PostgreSQL is not ready after ${READY_WITHIN_MS / 1000} s: ${log.tail()}`);
    }
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

/** Faults that pass by themselves: backends of a killed server still ending, or a free port taken since it was found. */
function isPassing(error: unknown, portIsOurs: boolean): boolean {
  const text = String(error);
  return (
    /pre-existing shared memory block/.test(text) || (!portIsOurs && /could not bind|Address already in use/.test(text))
  );
}

async function launch(parts: Launch): Promise<{ child: ChildProcess; port: number }> {
  const chosen = parts.options.port;
  for (let attempt = 1; ; attempt++) {
    const port = chosen ?? (await freePort());
    const log = new ServerLog(parts.folder.logFile, parts.options.onLine);
    const child = spawnServer(parts, port, log);
    try {
      await untilReady(child, parts.folder.cluster, log);
      return { child, port };
    } catch (error) {
      if (attempt === 20 || !isPassing(error, chosen !== undefined)) throw error;
      await new Promise((resume) => setTimeout(resume, 250));
    }
  }
}

function handleOf(parts: Launch, child: ChildProcess, port: number, giveUp: () => void): EmbeddedPostgres {
  const pid = child.pid as number;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let stopping: Promise<void> | undefined;
  const endWithUs = (): void => {
    child.kill('SIGINT');
    giveUp();
  };
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    child.ref();
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      child.kill(signal);
      if (await Promise.race([ended.then(() => true), waitForEnd(pid, 15_000)])) break;
    }
    process.off('exit', endWithUs);
    giveUp();
  };
  const died = ended.then(() => {
    if (stopping !== undefined) return new Promise<Error>(() => undefined);
    return new Error(`PostgreSQL (process ${pid}) ended with ${child.exitCode ?? child.signalCode}`);
  });
  const url = `postgres://postgres:${parts.folder.password}@127.0.0.1:${port}/postgres`;
  return { url, port, pid, dataDir: parts.folder.root, died, stop: () => (stopping ??= stop()) };
}

/**
 * Starts PostgreSQL from the binaries that npm installed, as root or not, on a new or an old data folder; resolves when
 * it takes connections. A server left behind by a killed process of ours is ended first. Refuses: a folder that a living
 * process uses (named), a system without glibc, a taken port. The caller stops it; the end of this process does so too.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const binaries = findBinaries(account);
  const folder = openDataFolder(options.dataDir, account);
  const giveUp = takeOwnership(folder);
  const parts: Launch = { folder, binaries, account, options };
  try {
    await endLeftoverServer(folder);
    await createCluster(parts);
    const { child, port } = await launch(parts);
    return handleOf(parts, child, port, giveUp);
  } catch (error) {
    giveUp();
    throw error;
  }
}
