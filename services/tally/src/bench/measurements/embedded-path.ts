import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import { median } from '../statistics';
import type { RowsCopied } from '../tasks/copy-references';
import type { PathRun } from '../tasks/path';
import type { Timed } from '../tasks/place';

interface Round {
  readonly documents: number;
  readonly rows: number;
  readonly rowsPerPurchase: number;
  readonly path: PathRun;
  readonly foreign: number | undefined;
}

/** The main figures: from the topic to all settled, with both ceilings beside every run. */
export const embeddedPath: Measurement = {
  name: 'path',
  about: 'purchase on the topic → visible balance → everything settled, embedded bus, beside its COPY ceilings',
  async measure(bench) {
    const { runs, note } = await repeatedly(
      bench,
      'path',
      () => round(bench),
      ({ foreign }) => foreign,
    );
    const faults = runs.flatMap(({ path }) => path.faults);
    if (faults.length > 0) throw new Error(`the path lost or made up something: ${faults.join('; ')}`);
    bench.found.settledRate = median(runs.map(({ path }) => path.settled));
    const of = 'COPY of the documents';
    const against = (value: (round: Round) => number) =>
      runs.map((one) => ({ value: value(one), reference: one.documents }));
    const plain = (value: (round: Round) => number) => runs.map((one) => ({ value: value(one) }));
    return [
      figureOf(
        { name: 'COPY of the documents, 1 connection', unit: '/s', note },
        plain(({ documents }) => documents),
      ),
      figureOf(
        { name: 'COPY of all rows left behind, 2 connections', unit: '/s' },
        plain(({ rows }) => rows),
      ),
      figureOf(
        { name: 'topic → visible balance', unit: '/s', referenceName: of, note },
        against(({ path }) => path.visible),
      ),
      figureOf(
        { name: 'topic → everything settled', unit: '/s', referenceName: of, bar: atLeast(0.055), note },
        against(({ path }) => path.settled),
      ),
      figureOf(
        { name: 'topic → everything settled', unit: '/s', referenceName: 'COPY of all rows' },
        runs.map(({ path, rows }) => ({ value: path.settled, reference: rows })),
      ),
      figureOf(
        { name: 'transactions per 1,000 purchases', unit: '×', note: batches(runs) },
        plain(({ path }) => path.transactions),
      ),
      figureOf(
        { name: 'Node a purchase', unit: 'µs' },
        plain(({ path }) => path.nodeMicros),
      ),
      figureOf(
        { name: 'PostgreSQL a purchase', unit: 'µs' },
        plain(({ path }) => path.databaseMicros ?? NaN),
      ),
      figureOf(
        {
          name: 'resident set of the suite',
          unit: 'MB',
          note: `${Math.round(runs[0]!.path.documentsMb)} MB of it documents`,
        },
        plain(({ path }) => path.rssMb),
      ),
    ];
  },
};

function batches(runs: readonly Round[]): string {
  const recorded = median(runs.map(({ path }) => path.recordedAtOnce));
  const accrued = median(runs.map(({ path }) => path.accruedAtOnce));
  return `${recorded.toFixed(0)} purchases recorded in a commit, ${accrued.toFixed(0)} accrued`;
}

async function round({ lab, purchases }: Bench): Promise<Round> {
  const documents = await lab.inFreshDatabase((place) => lab.run<Timed>('copy-documents', { ...place, purchases }));
  return lab.inFreshDatabase(async (place) => {
    const path = await lab.run<PathRun>('path', { ...place, purchases });
    const rows = await lab.run<RowsCopied>('copy-rows', { ...place, connections: 2 });
    return {
      documents: (purchases * 1000) / documents.ms,
      rows: (purchases * 1000) / rows.ms,
      rowsPerPurchase: rows.rows / purchases,
      path,
      foreign: worst(documents.foreign, path.foreign, rows.foreign),
    };
  });
}
