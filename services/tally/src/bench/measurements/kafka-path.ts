import { startBroker, whyNoBroker } from '../broker';
import { atLeast, figureOf } from '../figures';
import { type Bench, type Measurement, NotRun, repeatedly } from '../measure';
import type { PathRun } from '../tasks/path';

/** The same way with Kafka between the services, the broker on the same cores. */
export const kafkaPath: Measurement = {
  name: 'kafka',
  about: 'purchase on the topic → visible balance → everything settled over Kafka on the same cores',
  async measure(bench) {
    const why = whyNoBroker();
    if (why !== undefined) throw new NotRun(why);
    const { runs, note } = await repeatedly(
      bench,
      'kafka',
      () => once(bench),
      ({ foreign }) => foreign,
    );
    const faults = runs.flatMap((run) => run.faults);
    if (faults.length > 0) throw new Error(`the path over Kafka lost or made up something: ${faults.join('; ')}`);
    return [
      figureOf(
        { name: 'topic → visible balance over Kafka', unit: '/s', note },
        runs.map(({ visible }) => ({ value: visible })),
      ),
      figureOf(
        { name: 'topic → everything settled over Kafka', unit: '/s', bar: atLeast(2_500, 'value'), note },
        runs.map(({ settled }) => ({ value: settled })),
      ),
    ];
  },
};

/** A broker of its own for each run: topics keep everything, and a run must not find another's. */
async function once({ lab, purchases: asked }: Bench): Promise<PathRun> {
  const purchases = Math.min(asked, 100_000);
  const broker = await startBroker();
  try {
    const { brokers } = broker;
    return await lab.inEmptyDatabase(async (place) => {
      await lab.run('prepare', { ...place, brokers });
      return lab.run<PathRun>('path', { ...place, purchases, brokers });
    });
  } finally {
    await broker.stop();
  }
}
