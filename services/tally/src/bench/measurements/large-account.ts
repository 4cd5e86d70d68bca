import { atMost, figureOf } from '../figures';
import { type Measurement, repeatedly } from '../measure';
import { median } from '../statistics';
import type { LargeAccountRun } from '../tasks/accrual';

/** Whether an account slows down as it grows. */
export const oldAccount: Measurement = {
  name: 'account',
  about: 'an account of 10,000 events and 1,000 open lots against accounts of 10 events, and its cold load',
  async measure(bench) {
    const { lab } = bench;
    const once = (): Promise<LargeAccountRun> =>
      lab.inFreshDatabase((place) => lab.run<LargeAccountRun>('large-account', { ...place }));
    const { runs, note } = await repeatedly(bench, 'account', once, ({ foreign }) => foreign);
    return [
      figureOf(
        {
          name: 'warm accrual on a large account',
          unit: 'ms',
          referenceName: 'on a small one',
          bar: atMost(1.2, 'ratio'),
          note,
        },
        runs.map(({ largeMs, smallMs }) => ({ value: largeMs, reference: smallMs })),
      ),
      figureOf(
        { name: 'cold load of a large account', unit: 'ms', bar: atMost(20) },
        runs.map(({ coldMs }) => ({ value: median(coldMs) })),
      ),
    ];
  },
};
