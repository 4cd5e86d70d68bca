import { atMost, figureOf } from '../figures';
import { type Measurement, repeatedly } from '../measure';
import type { LatencyRun } from '../tasks/latency';
import type { PathRun } from '../tasks/path';

const SECONDS = 12;

/** How long a buyer waits for the balance at half of what the machine can do. */
export const halfLoad: Measurement = {
  name: 'latency',
  about: 'publish → visible balance at half of the measured rate, Poisson arrivals',
  async measure(bench) {
    const { lab, purchases, say } = bench;
    const full = bench.found.settledRate ?? (await measuredRate());
    const rate = Math.max(1, Math.round(full / 2));
    say(`latency: ${rate} purchases a second`);
    const once = (): Promise<LatencyRun> =>
      lab.inFreshDatabase((place) => lab.run<LatencyRun>('latency', { ...place, rate, seconds: SECONDS }));
    const { runs, note } = await repeatedly(bench, 'latency', once, ({ foreign }) => foreign);
    const at = `at ${rate}/s${note ? `; ${note}` : ''}`;
    return [
      figureOf(
        { name: 'publish → visible balance, p50', unit: 'ms', note: at },
        runs.map(({ p50 }) => ({ value: p50 })),
      ),
      figureOf(
        { name: 'publish → visible balance, p99', unit: 'ms', bar: atMost(150), note: at },
        runs.map(({ p99 }) => ({ value: p99 })),
      ),
    ];

    async function measuredRate(): Promise<number> {
      const run = await lab.inFreshDatabase((place) => lab.run<PathRun>('path', { ...place, purchases }));
      return run.settled;
    }
  },
};
