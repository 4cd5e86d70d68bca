import { figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly } from '../measure';
import type { RedemptionRun } from '../tasks/redemption';

/** What a till waits for: a hold and its capture, on a common account and on one of ten thousand lots. */
export const redemptions: Measurement = {
  name: 'redemption',
  about:
    'hold and capture on warm accounts, batch 1,000, beside accruals on the same accounts; and one over 10,000 lots',
  async measure(bench: Bench) {
    const count = Math.min(bench.purchases, 50_000);
    const once = (): Promise<RedemptionRun> =>
      bench.lab.inFreshDatabase((place) =>
        bench.lab.run<RedemptionRun>('redemption', { ...place, redemptions: count }),
      );
    const { runs, note } = await repeatedly(bench, 'redemption', once, ({ foreign }) => foreign);
    return [
      figureOf(
        { name: 'hold and capture, 1,000 commands a batch', unit: '/s', referenceName: 'accruals', note },
        runs.map(({ ms, accrualMs }) => ({ value: (count * 1_000) / ms, reference: (count * 1_000) / accrualMs })),
      ),
      figureOf(
        { name: 'hold and capture of 10,000 lots', unit: 'ms' },
        runs.map(({ manyLotsMs }) => ({ value: manyLotsMs })),
      ),
    ];
  },
};
