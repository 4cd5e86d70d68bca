import { figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly } from '../measure';
import type { ExpiryRun } from '../tasks/expiry';

/** The day on which very many lots end; `--purchases` says how many. */
export const expiryDay: Measurement = {
  name: 'expiry',
  about: 'lots that all end on one day (--purchases of them, ten an account), booked on accounts that no memory holds',
  async measure(bench: Bench) {
    const lots = bench.purchases;
    const once = (): Promise<ExpiryRun> =>
      bench.lab.inFreshDatabase((place) => bench.lab.run<ExpiryRun>('expiry', { ...place, lots }));
    const { runs, note } = await repeatedly(bench, 'expiry', once, ({ foreign }) => foreign);
    return [
      figureOf(
        { name: `expiry of ${lots} lots due on one day`, unit: '/s', referenceName: 'granting them', note },
        runs.map(({ ms, accrualMs }) => ({ value: (lots * 1_000) / ms, reference: (lots * 1_000) / accrualMs })),
      ),
    ];
  },
};
