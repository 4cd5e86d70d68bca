import { atMost, figureOf } from '../figures';
import { type Measurement, repeatedly } from '../measure';
import { median } from '../statistics';
import type { AsOfAgainRun, AsOfRun, QuestionCost } from '../tasks/as-of';

/** How long an answer about the past of a large account takes (capabilities §5, number 2). */
export const asOfAnswers: Measurement = {
  name: 'as-of',
  about: 'the balance of an account of 10,000 events at past instants by past knowledge, its history in memory or not',
  async measure(bench) {
    const { lab } = bench;
    const once = (): Promise<AsOfRun & Pick<AsOfAgainRun, 'cold'>> =>
      lab.inFreshDatabase(async (place) => {
        const run = await lab.run<AsOfRun>('as-of', { ...place });
        const { cold } = await lab.run<AsOfAgainRun>('as-of-again', { ...place });
        return { ...run, cold };
      });
    const { runs, note } = await repeatedly(bench, 'as-of', once, ({ foreign }) => foreign);
    const middle = (costs: readonly QuestionCost[], of: keyof QuestionCost) => median(costs.map((cost) => cost[of]));
    return [
      figureOf(
        { name: 'balance at a past instant', unit: 'ms', bar: atMost(20), note },
        runs.map(({ warm }) => ({ value: middle(warm, 'ms') })),
      ),
      figureOf(
        { name: '  processor time of it', unit: 'ms' },
        runs.map(({ warm }) => ({ value: middle(warm, 'cpuMs') })),
      ),
      figureOf(
        { name: 'the same by a process that has not read the account', unit: 'ms' },
        runs.map(({ cold }) => ({ value: middle(cold, 'ms') })),
      ),
      figureOf(
        { name: '  processor time of it', unit: 'ms' },
        runs.map(({ cold }) => ({ value: middle(cold, 'cpuMs') })),
      ),
      figureOf(
        { name: 'the question that nobody has asked before', unit: 'ms' },
        runs.map(({ first }) => ({ value: first.ms })),
      ),
    ];
  },
};
