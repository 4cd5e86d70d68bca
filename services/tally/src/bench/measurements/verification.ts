import { figureOf } from '../figures';
import { type Measurement, repeatedly, worst } from '../measure';
import type { PathRun } from '../tasks/path';
import type { VerificationRun } from '../tasks/verification';

/** How fast somebody who does not trust us checks everything (needs Python with the package cryptography). */
export const verification: Measurement = {
  name: 'verification',
  about: 'export of all logs and their check by the independent verifier, in events a second',
  async measure(bench) {
    const { lab, purchases } = bench;
    const { runs, note } = await lab.inFreshDatabase(async (place) => {
      await lab.run<PathRun>('path', { ...place, purchases });
      const once = (): Promise<VerificationRun> => lab.run<VerificationRun>('verification', { ...place });
      return repeatedly(bench, 'verification', once, ({ exported, verified }) =>
        worst(exported.foreign, verified.foreign),
      );
    });
    const rates = (part: 'exported' | 'verified') =>
      runs.map(({ events, ...run }) => ({ value: (events * 1000) / run[part].ms }));
    return [
      figureOf({ name: 'export for an auditor', unit: '/s', note }, rates('exported')),
      figureOf({ name: 'independent verification', unit: '/s', note }, rates('verified')),
    ];
  },
};
