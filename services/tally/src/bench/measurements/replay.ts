import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { PathRun } from '../tasks/path';
import type { ReplayRun } from '../tasks/replay';

/** How fast an auditor reads everything again. */
export const auditReplay: Measurement = {
  name: 'replay',
  about: 'replay (read, verify the chain, fold) and rebuild of the account book, of COPY OUT',
  async measure(bench) {
    const { runs, note } = await inOneDatabase(bench);
    const rate = (part: 'copyOut' | 'copyOutAndParse' | 'replay' | 'rebuild', run: ReplayRun): number =>
      (run.events * 1000) / run[part].ms;
    const whole = { unit: '/s', referenceName: 'COPY OUT of the rows' } as const;
    const parsed = { unit: '/s', referenceName: 'COPY OUT + JSON.parse' } as const;
    const pairs = (part: 'replay' | 'rebuild', reference: 'copyOut' | 'copyOutAndParse') =>
      runs.map((run) => ({ value: rate(part, run), reference: rate(reference, run) }));
    return [
      figureOf({ name: 'replay', ...whole, bar: atLeast(0.3), note }, pairs('replay', 'copyOut')),
      figureOf({ name: 'replay', ...parsed }, pairs('replay', 'copyOutAndParse')),
      figureOf({ name: 'rebuild of the account book', ...whole }, pairs('rebuild', 'copyOut')),
      figureOf({ name: 'rebuild of the account book', ...parsed }, pairs('rebuild', 'copyOutAndParse')),
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
      (run) => worst(run.copyOut.foreign, run.copyOutAndParse.foreign, run.replay.foreign, run.rebuild.foreign),
    );
  });
}
