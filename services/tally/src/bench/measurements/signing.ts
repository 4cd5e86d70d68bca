import { figureOf } from '../figures';
import { type Measurement, repeatedly, worst } from '../measure';
import type { SigningRun } from '../tasks/signing';

/** What a unit's signature costs on each record. */
export const signedBinding: Measurement = {
  name: 'signed',
  about: 'what the binding `signed` (Ed25519) costs at the entrance of a topic, beside `open`',
  async measure(bench) {
    const { lab } = bench;
    const purchases = Math.min(bench.purchases, 20_000);
    const once = (): Promise<SigningRun> =>
      lab.inFreshDatabase((place) => lab.run<SigningRun>('signing', { ...place, purchases }));
    const { runs, note } = await repeatedly(bench, 'signed', once, ({ open, signed }) =>
      worst(open.foreign, signed.foreign),
    );
    const micros = (ms: number): number => (ms * 1000) / purchases;
    return [
      figureOf(
        { name: 'entrance of a record, `signed`', unit: 'µs', referenceName: '`open`', note },
        runs.map(({ open, signed }) => ({ value: micros(signed.ms), reference: micros(open.ms) })),
      ),
    ];
  },
};
