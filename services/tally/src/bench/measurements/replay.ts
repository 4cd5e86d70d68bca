import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { PathRun } from '../tasks/path';
import type { ReplayRun } from '../tasks/replay';

/** How fast an auditor reads everything again. */
export const auditReplay: Measurement = {
  name: 'replay',
  about: 'replay (read, verify the chain, fold) and rebuild of every projection, of COPY OUT of the ledger',
  async measure(bench) {
    const { runs, note } = await inOneDatabase(bench);
    const rate = (part: 'copyOut' | 'copyOutAndParse' | 'replay', run: ReplayRun): number =>
      (run.events * 1000) / run[part].ms;
    const whole = { unit: '/s', referenceName: 'COPY OUT of the rows' } as const;
    const parsed = { unit: '/s', referenceName: 'COPY OUT + JSON.parse' } as const;
    const replays = (reference: 'copyOut' | 'copyOutAndParse') =>
      runs.map((run) => ({ value: rate('replay', run), reference: rate(reference, run) }));
    const rebuilds = runs[0]!.rebuilds.map(({ name }, at) =>
      figureOf(
        { name: `rebuild of ${name}`, ...whole },
        runs.map((run) => ({
          value: (run.rebuilds[at]!.applied * 1000) / run.rebuilds[at]!.ms,
          reference: rate('copyOut', run),
        })),
      ),
    );
    return [
      figureOf({ name: 'replay', ...whole, bar: atLeast(0.3), note }, replays('copyOut')),
      figureOf({ name: 'replay', ...parsed }, replays('copyOutAndParse')),
      ...rebuilds,
    ];
  },
};

/** All repeats read the same log, since reading leaves it as it is. */
async function inOneDatabase(bench: Bench) {
  const { lab, purchases } = bench;
  return lab.inFreshDatabase(async (place) => {
    await lab.run<PathRun>('path', { ...place, purchases });
    return repeatedly(
      bench,
      'replay',
      () => lab.run<ReplayRun>('replay', { ...place }),
      (run) => worst(run.copyOut.foreign, run.copyOutAndParse.foreign, run.replay.foreign),
    );
  });
}
