import { simulate } from './simulate';

/** Seeds of this suite; `tally simulate` runs as many as it is asked for. */
const SEEDS = Number(process.env.SIMULATED_SEEDS ?? 300);

describe('the suite in a simulated world', () => {
  it(
    `keeps every promise on ${SEEDS} seeds`,
    async () => {
      const broken: object[] = [];
      const met = { crashes: 0, work: 0, decisions: 0, repeats: 0, reorders: 0 };
      for (let seed = 1; seed <= SEEDS; seed++) {
        const run = await simulate(seed);
        met.crashes += run.crashes;
        for (const what of ['work', 'decisions', 'repeats', 'reorders'] as const) met[what] += run.coverage[what];
        if (run.violations.length > 0) broken.push({ seed, violations: run.violations });
      }
      expect(broken).toEqual([]);
      // A quicker seed is worth nothing where it meets nothing.
      expect(met.crashes).toBeGreaterThan(SEEDS);
      expect(met.work).toBeGreaterThan(5 * SEEDS);
      expect(met.decisions).toBeGreaterThan(SEEDS);
      expect(met.repeats).toBeGreaterThan(1.5 * SEEDS);
      expect(met.reorders).toBeGreaterThan(SEEDS / 2);
    },
    // Shared cores: some seconds where nobody else works.
    480_000,
  );

  it('does the same again for the same seed, short or long, whatever ran before', async () => {
    const [one, other, long] = [await simulate(10), await simulate(8), await simulate(25)];
    expect([await simulate(25), await simulate(10)]).toEqual([long, one]);
    expect(other.digest).not.toBe(one.digest);
    expect(one.events).toBeGreaterThan(10);
  });

  it('gives time and chance back', async () => {
    const { random } = Math;
    const before = Date.now();
    await simulate(7);
    expect(Date.now() - before).toBeLessThan(60_000);
    expect(Math.random).toBe(random);
  });
});
