import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, repeatedly, worst } from '../measure';
import type { PathRun } from '../tasks/path';

interface Pair {
  readonly on: PathRun;
  readonly off: PathRun;
  readonly foreign: number | undefined;
}

const WITHOUT_SEALER = 'http,consumer,projector,relay,clock';

/** What evidence costs: the path with every log sealed to its head at the end, and without a sealer, in turn. */
export const sealing: Measurement = {
  name: 'sealing',
  about: 'topic → everything settled and sealed, of the same without sealing (trust: at most 10 %)',
  async measure(bench) {
    let isOnFirst = false;
    const once = (): Promise<Pair> => pair(bench, (isOnFirst = !isOnFirst));
    const { runs, note } = await repeatedly(bench, 'sealing', once, ({ foreign }) => foreign);
    const faults = runs.flatMap(({ on, off }) => [...on.faults, ...off.faults]);
    if (faults.length > 0) throw new Error(`a run lost or made up something: ${faults.join('; ')}`);
    const cpu = ({ nodeMicros, databaseMicros }: PathRun): number => nodeMicros + (databaseMicros ?? NaN);
    return [
      figureOf(
        { name: 'settled and sealed', unit: '/s', referenceName: 'settled without sealing', bar: atLeast(0.9), note },
        runs.map(({ on, off }) => ({ value: on.sealed, reference: off.sealed })),
      ),
      figureOf(
        { name: 'processor time of a purchase, sealed', unit: 'µs', referenceName: 'without sealing' },
        runs.map(({ on, off }) => ({ value: cpu(on), reference: cpu(off) })),
      ),
    ];
  },
};

async function pair({ lab, purchases }: Bench, isOnFirst: boolean): Promise<Pair> {
  const run = (roles?: string): Promise<PathRun> =>
    lab.inFreshDatabase((place) => lab.run<PathRun>('path', { ...place, purchases, roles }));
  const first = await run(isOnFirst ? undefined : WITHOUT_SEALER);
  const second = await run(isOnFirst ? WITHOUT_SEALER : undefined);
  const [on, off] = isOnFirst ? [first, second] : [second, first];
  return { on, off, foreign: worst(on.foreign, off.foreign) };
}
