import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { Timed } from '../tasks/place';

const MEASURED = 100_000;
const SMALL = { streams: 20_000, events: 200_000 };
const LARGE = { streams: 2_000_000, events: 2_000_000 };

/** Whether the store slows down as the tables grow. Long, so it runs only when it is named. */
export const tableGrowth: Measurement = {
  name: 'growth',
  about: 'appends to a log of 2 M accounts and 2 M events against one of 20 k and 0.2 M',
  onlyWhenNamed: true,
  async measure(bench) {
    const { runs, note } = await repeatedly(
      bench,
      'growth',
      async () => {
        const small = await append(bench, SMALL);
        const large = await append(bench, LARGE);
        return { small: small.ms, large: large.ms, foreign: worst(small.foreign, large.foreign) };
      },
      ({ foreign }) => foreign,
    );
    return [
      figureOf(
        {
          name: 'append, 2 M accounts and 2 M events',
          unit: '/s',
          referenceName: '20 k and 0.2 M',
          bar: atLeast(0.6),
          note,
        },
        runs.map(({ small, large }) => ({ value: (MEASURED * 1000) / large, reference: (MEASURED * 1000) / small })),
      ),
    ];
  },
};

function append({ lab }: Bench, size: { readonly streams: number; readonly events: number }): Promise<Timed> {
  return lab.inFreshDatabase((place) => lab.run<Timed>('growth', { ...place, ...size, measured: MEASURED }));
}
