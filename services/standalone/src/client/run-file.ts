import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a publisher reaches the bus of a running suite. */
export type BusAddress =
  { readonly kind: 'postgres'; readonly url: string } | { readonly kind: 'kafka'; readonly brokers: readonly string[] };

/** Where a running suite is, for programs of the same user on the same machine. */
export interface RunFile {
  readonly address: string;
  readonly pid: number;
  /** An operator's token, good for 15 minutes; the local issuer in the data folder makes fresh ones. */
  readonly token: string;
  readonly tenant: string;
  readonly program: string;
  /** The database that the services' schemas are in. */
  readonly databaseUrl: string;
  readonly bus: BusAddress;
  /** Connection string of the EventStoreDB that holds the services' logs, where they are not in the database. */
  readonly eventStoreUrl?: string;
  /** Folder of the local issuer's key where it is not the data folder (`TALLY_DATA`). */
  readonly keys?: string;
}

const NAME = 'run.json';
const ANSWER_WITHIN_MS = 1_000;

/** The running suite of a data folder; `undefined` where none runs. A file that a killed suite left behind does not count. */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    const run = JSON.parse(readFileSync(join(dataDir, NAME), 'utf8')) as RunFile;
    return runs(run.pid) ? run : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The suite that holds a data folder, for whoever is about to start another one there. A process that does not answer
 * `GET /health/live` within a second is none, for process ids are given anew, in a container even our own: `onStale`
 * is told of it.
 */
export async function suiteHolding(dataDir: string, onStale: (run: RunFile) => void): Promise<RunFile | undefined> {
  const run = readRunFile(dataDir);
  if (!run) return undefined;
  if (run.pid !== process.pid && (await answers(run.address))) return run;
  onStale(run);
  return undefined;
}

/** A process of another user, which we may not signal, runs all the same. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/health/live`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Readable by this user alone; it holds a token. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  const draft = join(dataDir, `${NAME}.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(run, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, join(dataDir, NAME));
}

export function removeRunFile(dataDir: string): void {
  if (readRunFile(dataDir)?.pid === process.pid) rmSync(join(dataDir, NAME), { force: true });
}
