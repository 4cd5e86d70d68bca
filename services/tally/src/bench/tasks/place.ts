import { createPool, type Pool } from '@tallystick/postgres';
import { foreignCores, processorTime } from '../processor-time';

/** Where a task works: a database of its own, the folder of local keys, and the process whose tree is the bench. */
export interface Place {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly rootPid: number;
}

/** A figure of one run and what else took processor time meanwhile. */
export interface Timed {
  readonly ms: number;
  /** Cores; absent where the machine does not tell. */
  readonly foreign?: number;
}

/** Runs something with a pool that has as many connections as named and is ended afterwards. */
export async function withPool<Result>(
  url: string,
  max: number,
  work: (pool: Pool) => Promise<Result>,
  searchPath?: string,
): Promise<Result> {
  const pool = createPool(url, { max, applicationName: 'tally-bench', searchPath, byIndex: searchPath !== undefined });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Times something, and the processor time of others over it. */
export async function timed(rootPid: number, work: () => Promise<unknown>): Promise<Timed> {
  const before = processorTime(rootPid);
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  return { ms, foreign: foreignCores(before, processorTime(rootPid)) };
}
