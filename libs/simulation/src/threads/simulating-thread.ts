import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/umd/node-adapter';
import { findPlanted, type PlantedFinding } from '../planted/find-planted';
import { PLANTED_BUGS } from '../planted/planted-bugs';
import { simulate, type SimulatedRun } from '../simulate';

/** What is asked of a thread that simulates: time and chance are a thread's own, so threads do not see each other. */
export class SimulatingThread {
  /** Runs seeds one after the other. */
  async simulate(first: number, seeds: number): Promise<SimulatedRun[]> {
    const runs: SimulatedRun[] = [];
    for (let seed = first; seed < first + seeds; seed++) runs.push(await simulate(seed));
    return runs;
  }

  /** Looks for the planted bug of that name, as {@link findPlanted}. Throws where there is none. */
  async findPlanted(name: string, seeds: number): Promise<PlantedFinding> {
    const bug = PLANTED_BUGS.find((one) => one.name === name);
    if (!bug) throw new Error(`no planted bug is called ${name}`);
    return findPlanted(bug, seeds);
  }
}

if (parentPort) expose(new SimulatingThread(), nodeEndpoint(parentPort));
