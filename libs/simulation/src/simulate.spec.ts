import { simulate } from './simulate';

/** Seeds of this suite; `tally simulate` runs as many as it is asked for. */
const SEEDS = Number(process.env.TALLY_SIMULATED_SEEDS ?? 300);

describe('the suite in a simulated world', () => {
  it(
    `keeps every promise on ${SEEDS} seeds`,
    async () => {
      const broken: object[] = [];
      let crashes = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const run = await simulate(seed);
        crashes += run.crashes;
        if (run.violations.length > 0) broken.push({ seed, violations: run.violations });
      }
      expect(broken).toEqual([]);
      expect(crashes).toBeGreaterThan(SEEDS / 2);
    },
    // Shared cores: some seconds where nobody else works.
    240_000,
  );

  it('does the same again for the same seed', async () => {
    const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again).toEqual(one);
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
