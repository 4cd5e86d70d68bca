import { atMost, figureOf } from '../figures';
import { type Measurement, repeatedly } from '../measure';
import { median } from '../statistics';
import type { AsOfRun } from '../tasks/as-of';

/** How long an answer about the past of a large account takes (capabilities §5, number 2). */
export const asOfAnswers: Measurement = {
  name: 'as-of',
  about: 'the balance of an account of 10,000 events at past instants by past knowledge, its history in memory or not',
  async measure(bench) {
    const { lab } = bench;
    const once = (): Promise<AsOfRun> => lab.inFreshDatabase((place) => lab.run<AsOfRun>('as-of', { ...place }));
    const { runs, note } = await repeatedly(bench, 'as-of', once, ({ foreign }) => foreign);
    return [
      figureOf(
        { name: 'balance at a past instant', unit: 'ms', bar: atMost(20), note },
        runs.map(({ warmMs }) => ({ value: median(warmMs) })),
      ),
      figureOf(
        { name: 'the same, read for the first time', unit: 'ms' },
        runs.map(({ coldMs }) => ({ value: median(coldMs) })),
      ),
    ];
  },
};
