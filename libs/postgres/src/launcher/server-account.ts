import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The system account under which the server runs; empty where that is our own. */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root: then `postgres`, else `nobody`, both from the system's own list, since initdb needs
 * an entry there. No account is ever created.
 */
export function serverAccount(passwd = '/etc/passwd'): ServerAccount {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync(passwd, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined) {
    throw new Error('Embedded PostgreSQL does not run as root, and neither user postgres nor nobody exists here');
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** True where every existing folder on the path lets other accounts pass (a checkout below a 0700 home does not). */
export function isReachableByOthers(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
