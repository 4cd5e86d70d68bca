import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { releaseProxy, type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/umd/node-adapter';
import type { PlantedFinding } from '../planted/find-planted';
import { PLANTED_BUGS } from '../planted/planted-bugs';
import type { SimulatedRun } from '../simulate';
import type { SimulatingThread } from './simulating-thread';

/** Seeds that a thread is given at once: few enough that none has the others wait at the end. */
const SEEDS_AT_ONCE = 20;

export interface ManySeeds {
  readonly first: number;
  readonly seeds: number;
  /** Default: as many as the machine runs at once. */
  readonly threads?: number;
}

/**
 * Runs seeds on several threads, each seed on one of them, so that it comes to what it comes to alone. `told` hears of every
 * run once, in no order. Throws where a thread ends by itself.
 */
export function simulateMany({ first, seeds, threads }: ManySeeds, told: (run: SimulatedRun) => void): Promise<void> {
  const end = first + seeds;
  const starts = Array.from({ length: Math.ceil(seeds / SEEDS_AT_ONCE) }, (_, index) => first + index * SEEDS_AT_ONCE);
  return onThreads(starts, threads, async (thread, start) => {
    const runs = await thread.simulate(start, Math.min(SEEDS_AT_ONCE, end - start));
    for (const run of runs) told(run);
  });
}

/** Looks for every planted bug, several at once; `told` is called with each finding. Answers them in the order of the bugs. */
export async function findAllPlanted(
  { seeds, threads }: Pick<ManySeeds, 'seeds' | 'threads'>,
  told?: (finding: PlantedFinding) => void,
): Promise<PlantedFinding[]> {
  const findings = new Map<string, PlantedFinding>();
  const names = PLANTED_BUGS.map(({ name }) => name);
  await onThreads(names, threads, async (thread, name) => {
    const finding = await thread.findPlanted(name, seeds);
    findings.set(name, finding);
    told?.(finding);
  });
  return names.map((name) => findings.get(name)!);
}

/**
 * Has every item worked on by the next thread that is free; the threads end with the last item, or with the first fault.
 * Throws a `RangeError` for no threads: nothing would be worked on, and nothing found.
 */
async function onThreads<Item>(
  items: readonly Item[],
  threads = availableParallelism(),
  work: (thread: Remote<SimulatingThread>, item: Item) => Promise<void>,
): Promise<void> {
  if (!(threads >= 1)) throw new RangeError(`${threads} threads work on nothing`);
  const open = items.values();
  const started = Array.from({ length: Math.min(threads, items.length) }, () => startThread());
  try {
    await Promise.all(
      started.map(async ({ thread, died }) => {
        for (const item of open) await Promise.race([work(thread, item), died]);
      }),
    );
  } finally {
    await Promise.all(started.map(({ end }) => end()));
  }
}

function startThread() {
  const extension = extname(__filename);
  const worker = new Worker(`${__dirname}/simulating-thread${extension}`, {
    ...(extension === '.ts' && { execArgv: ['-r', require.resolve('@swc-node/register')] }),
  });
  const thread = wrap<SimulatingThread>(nodeEndpoint(worker));
  const died = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a simulating thread has ended with ${code}`)));
  });
  // Heard only while the thread works on something.
  died.catch(() => undefined);
  const end = async (): Promise<void> => {
    thread[releaseProxy]();
    await worker.terminate();
  };
  return { thread, died, end };
}
