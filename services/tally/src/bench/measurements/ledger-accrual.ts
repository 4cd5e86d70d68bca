import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { AccrualRun } from '../tasks/accrual';
import type { RowsCopied } from '../tasks/copy-references';

interface Round {
  readonly rate: number;
  readonly copy: number;
  readonly foreign: number | undefined;
}

/** What the ledger's own rules cost on top of the store. */
export const ledgerAccrual: Measurement = {
  name: 'accrual',
  about: 'ledger accrual with the real domain on warm accounts, batch 1,000, of COPY of the same event rows',
  async measure(bench) {
    const { runs, note } = await repeatedly(
      bench,
      'accrual',
      () => round(bench),
      ({ foreign }) => foreign,
    );
    return [
      figureOf(
        {
          name: 'ledger accrual, warm, 1,000 a batch',
          unit: '/s',
          referenceName: 'COPY, same rows',
          bar: atLeast(0.4),
          note,
        },
        runs.map(({ rate, copy }) => ({ value: rate, reference: copy })),
      ),
    ];
  },
};

async function round({ lab, purchases: asked }: Bench): Promise<Round> {
  const purchases = Math.min(asked, 100_000);
  return lab.inFreshDatabase(async (place) => {
    const run = await lab.run<AccrualRun>('accrual', { ...place, purchases });
    const tables = [{ name: 'ledger.event', rows: `select * from ledger.event where position > ${run.after}` }];
    const copied = await lab.run<RowsCopied>('copy-rows', { ...place, tables, connections: 1 });
    return {
      rate: (purchases * 1000) / run.ms,
      copy: (copied.rows * 1000) / copied.ms,
      foreign: worst(run.foreign, copied.foreign),
    };
  });
}
