import { atLeast, figureOf } from '../figures';
import { type Measurement, repeatedly } from '../measure';
import type { PathRun } from '../tasks/path';

/** Whether the rate holds as the data grow. */
export const longerRun: Measurement = {
  name: 'long',
  about: 'the slowest 100,000 purchases of a longer run, of its first 100,000',
  async measure(bench) {
    const { lab, longPurchases: purchases } = bench;
    const once = (): Promise<PathRun> =>
      lab.inFreshDatabase((place) => lab.run<PathRun>('path', { ...place, purchases }));
    const { runs, note } = await repeatedly({ ...bench, repeats: 1 }, 'long', once, ({ foreign }) => foreign);
    const faults = runs.flatMap((run) => run.faults);
    if (faults.length > 0) throw new Error(`the longer run lost or made up something: ${faults.join('; ')}`);
    if (runs.some(({ slices }) => slices.length < 2))
      throw new Error('the longer run needs at least 200,000 purchases');
    const slices = `per 100,000: ${runs[0]!.slices.map((rate) => Math.round(rate)).join(' ')}`;
    return [
      figureOf(
        { name: `${purchases} purchases settled`, unit: '/s', note: note ? `${slices}; ${note}` : slices },
        runs.map(({ settled }) => ({ value: settled })),
      ),
      figureOf(
        { name: 'slowest 100,000 of them', unit: '/s', referenceName: 'the first 100,000', bar: atLeast(0.75) },
        runs.map((run) => ({ value: Math.min(...run.slices), reference: run.slices[0]! })),
      ),
      figureOf(
        {
          name: 'resident set after the longer run',
          unit: 'MB',
          note: `${Math.round(runs[0]!.documentsMb)} MB of it documents`,
        },
        runs.map((run) => ({ value: run.rssMb })),
      ),
    ];
  },
};
