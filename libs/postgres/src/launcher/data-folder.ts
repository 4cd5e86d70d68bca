import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { keptSecret } from '../kept-secret';
import { lastingTemporaryFolder } from './binaries';
import { commandLineOf, isAlive, startMarkOf, waitForEnd } from './processes';
import { isReachableByOthers, type ServerAccount } from './server-account';

/** What lies in the folder that a caller names: the cluster (maybe elsewhere), its password, its owner, its log. */
export interface DataFolder {
  readonly root: string;
  /** PGDATA. Elsewhere where the server's account cannot reach `root`. */
  readonly cluster: string;
  readonly logFile: string;
  readonly password: string;
}

const heldHere = new Set<string>();

/** Random text that is made once and then kept, readable for us alone. */
function keptText(file: string, bytes: number): string {
  return keptSecret(file, () => randomBytes(bytes).toString('base64url'));
}

function clusterFolder(root: string, account: ServerAccount): string {
  if (account.uid === undefined || isReachableByOthers(dirname(root))) return join(root, 'cluster');
  // Named by what the folder keeps and not by its path: a folder that was removed and made anew begins anew.
  return join(lastingTemporaryFolder(), `tallystick-data-${keptText(join(root, 'cluster-name'), 12)}`);
}

function passwordOf(root: string, cluster: string): string {
  const file = join(root, 'password');
  if (!existsSync(file) && existsSync(join(cluster, 'PG_VERSION'))) {
    throw new Error(`${file} is missing, and without it nobody gets at the data in ${cluster}; restore or remove both`);
  }
  return keptText(file, 24);
}

/** Makes the folders and the password (once, 0600). The cluster itself is made by initdb. */
export function openDataFolder(dataDir: string, account: ServerAccount): DataFolder {
  const root = resolve(dataDir);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const cluster = clusterFolder(root, account);
  // The server's account must pass through the folder to its cluster; what else lies in it stays ours alone.
  if (account.uid !== undefined && dirname(cluster) === root) chmodSync(root, 0o711);
  if (!existsSync(cluster)) mkdirSync(cluster, { mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(cluster, account.uid, account.gid);
  return { root, cluster, logFile: join(root, 'server.log'), password: passwordOf(root, cluster) };
}

interface Owner {
  readonly pid: number;
  readonly startMark?: string;
}

function livingOwner(file: string, root: string): number | undefined {
  try {
    const { pid, startMark } = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    if (pid === process.pid) return heldHere.has(root) ? pid : undefined;
    if (!isAlive(pid) || startMark !== startMarkOf(pid)) return undefined;
    return /node|jest/i.test(commandLineOf(pid) ?? 'node') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the folder for this process, or refuses by naming the living process that has it. Returns how to give it up. */
export function takeOwnership({ root }: DataFolder): () => void {
  const file = join(root, 'owner.json');
  const owner: Owner = { pid: process.pid, startMark: startMarkOf(process.pid) };
  // Linked, so that it appears whole: one that is read half written would pass for nobody's.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    claim(draft, file, root);
  } finally {
    rmSync(draft, { force: true });
  }
  heldHere.add(root);
  return () => {
    if (heldHere.delete(root)) rmSync(file, { force: true });
  };
}

function claim(draft: string, file: string, root: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      linkSync(draft, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 5) throw error;
      const holder = livingOwner(file, root);
      if (holder !== undefined) {
        throw new Error(`The data folder ${root} is in use by process ${holder} (${commandLineOf(holder) ?? 'node'})`);
      }
      rmSync(file, { force: true });
    }
  }
}

/** Ends a server that a killed process of ours left behind on this cluster; touches no other process. */
export async function endLeftoverServer({ cluster }: DataFolder): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!isAlive(pid)) return;
  if (!commandLineOf(pid)?.includes(cluster)) {
    // The number went to a stranger; PostgreSQL would take that one for its predecessor and refuse to start.
    rmSync(file, { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await waitForEnd(pid, 10_000)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) still holds ${cluster} and does not end`);
}
