import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { RowsCopied } from '../tasks/copy-references';
import type { Timed } from '../tasks/place';

const ALL_EVENTS = [{ name: 'ledger.event' }];

interface Round {
  /** Events a second by size of batch, in the order asked for. */
  readonly rates: readonly number[];
  readonly copy: number;
  readonly foreign: number | undefined;
}

/** What the event store takes, beside COPY into the same table. */
export const eventStore: Measurement = {
  name: 'append',
  about: 'event-store append in batches of 1, 100 and 1,000 over one connection, of COPY into the same table',
  async measure(bench) {
    const batches = [
      { size: 1, events: Math.min(4_000, bench.purchases) },
      { size: 100, events: Math.min(50_000, bench.purchases) },
      { size: 1_000, events: Math.min(100_000, bench.purchases) },
    ];
    const { runs, note } = await repeatedly(
      bench,
      'append',
      () => round(bench, batches),
      ({ foreign }) => foreign,
    );
    return batches.map(({ size }, index) =>
      figureOf(
        {
          name: `append, ${size.toLocaleString('en-US')} a batch`,
          unit: '/s',
          referenceName: 'COPY, same table',
          ...(size === 1_000 && { bar: atLeast(0.6) }),
          note,
        },
        runs.map(({ rates, copy }) => ({ value: rates[index]!, reference: copy })),
      ),
    );
  },
};

async function round(
  { lab }: Bench,
  batches: readonly { readonly size: number; readonly events: number }[],
): Promise<Round> {
  return lab.inFreshDatabase(async (place) => {
    const took = await lab.run<Timed[]>('append', { ...place, batches });
    const copied = await lab.run<RowsCopied>('copy-rows', { ...place, tables: ALL_EVENTS, connections: 1 });
    return {
      rates: took.map(({ ms }, index) => (batches[index]!.events * 1000) / ms),
      copy: (copied.rows * 1000) / copied.ms,
      foreign: worst(...took.map(({ foreign }) => foreign), copied.foreign),
    };
  });
}
