import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import { createPool } from '@tallystick/postgres';
import { workspaceRoot } from '../commands/workspace';
import { exportBalances, exportLog } from './export';

/** A fault that the independent verifier found. */
export interface Finding {
  readonly log: string;
  readonly kind: string;
  readonly seq: number | null;
  readonly stream: string | null;
  readonly revision: number | null;
  /** Last event of the stretch that the finding is about; null where it is about `seq` alone. */
  readonly through: number | null;
  readonly what: string;
}

interface Verdict {
  readonly first: Finding | null;
  readonly findings: readonly Finding[];
}

const run = promisify(execFile);

/** Writes the logs of these services and the balances into an emptied folder, straight from a database on which nobody works. */
export async function exportDatabase(folder: string, databaseUrl: string, services: readonly string[]): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const service of services) {
    const pool = createPool(databaseUrl, { max: 2, applicationName: 'tally-export', searchPath: service });
    try {
      const log = await openPostgresLogReader({ pool, schema: service });
      await exportLog(folder, { service, log, pool }).finally(() => log.close());
      if (service === 'ledger') await exportBalances(folder, pool);
    } finally {
      await pool.end();
    }
  }
}

/**
 * What deploy/verifier/audit.py finds in an export, its first finding before the others; `options` as on its command line.
 * Throws where the verifier cannot run.
 */
export async function audited(
  python: string,
  folder: string,
  options: readonly string[] = [],
): Promise<readonly Finding[]> {
  const said = await verdictOf(python, [
    join(workspaceRoot(), 'deploy/verifier/audit.py'),
    folder,
    '--json',
    ...options,
  ]);
  return said.first ? [said.first, ...said.findings] : [];
}

async function verdictOf(python: string, args: readonly string[]): Promise<Verdict> {
  try {
    const { stdout } = await run(python, [...args], { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as Verdict;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    if (code === 1 && stdout) return JSON.parse(stdout) as Verdict;
    throw new Error(`the verifier could not run: ${stderr ?? String(error)}`, { cause: error });
  }
}
