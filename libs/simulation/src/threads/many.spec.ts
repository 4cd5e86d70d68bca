import { findPlanted } from '../planted/find-planted';
import { PLANTED_BUGS } from '../planted/planted-bugs';
import { simulate, type SimulatedRun } from '../simulate';
import { findAllPlanted, simulateMany } from './many';

/** A thread reads the whole suite's sources first. */
const PATIENCE_MS = 240_000;

describe('seeds on threads', () => {
  it(
    'come each to what it comes to alone, and every one is told once',
    async () => {
      const runs: SimulatedRun[] = [];
      await simulateMany({ first: 3, seeds: 45, threads: 2 }, (run) => runs.push(run));
      runs.sort((a, b) => a.seed - b.seed);
      expect(runs.map(({ seed }) => seed)).toEqual(Array.from({ length: 45 }, (_, index) => index + 3));
      expect(runs[7]).toEqual(await simulate(10));
      expect(runs[44]).toEqual(await simulate(47));
    },
    PATIENCE_MS,
  );

  it('are refused where there is no thread: clean would be said of nothing', async () => {
    await expect(simulateMany({ first: 1, seeds: 1, threads: 0 }, () => undefined)).rejects.toThrow(RangeError);
  });

  it(
    'look for planted bugs as one thread does, and answer in the order of the bugs',
    async () => {
      const findings = await findAllPlanted({ seeds: 1, threads: 2 });
      expect(findings.map(({ name }) => name)).toEqual(PLANTED_BUGS.map(({ name }) => name));
      expect(findings[0]).toEqual(await findPlanted(PLANTED_BUGS[0]!, 1));
    },
    PATIENCE_MS,
  );
});
