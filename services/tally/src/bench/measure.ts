import type { Figure } from './figures';
import type { Lab } from './lab';

/** What the caller of the bench asked for. */
export interface BenchOptions {
  readonly repeats: number;
  readonly purchases: number;
  /** Purchases of the longer run. */
  readonly longPurchases: number;
  /** How often a run that others disturbed is repeated. */
  readonly retries: number;
}

/** What a measurement works with. */
export interface Bench extends BenchOptions {
  readonly lab: Lab;
  /** What earlier measurements found out, for later ones. */
  readonly found: { settledRate?: number };
  /** Tells people how far it is. */
  say(line: string): void;
  /** Keeps a run as it was measured, for `--json`. */
  keep(name: string, run: object): void;
}

/** One group of figures that are measured together; `name` is what `--only` takes. */
export interface Measurement {
  readonly name: string;
  readonly about: string;
  /** Left out unless it is asked for by name. */
  readonly onlyWhenNamed?: boolean;
  measure(bench: Bench): Promise<readonly Figure[]>;
}

/** A measurement that this machine cannot do, with the reason. */
export class NotRun extends Error {}

/** More than so many cores of others make a run not count. */
const MOST_FOREIGN = 0.15;

/**
 * Runs something as often as the bench repeats. A run that others disturbed is done again, a bounded number of times; then
 * the least disturbed one counts and the figures say so.
 */
export async function repeatedly<Run extends object>(
  bench: Bench,
  name: string,
  once: () => Promise<Run>,
  foreignOf: (run: Run) => number | undefined,
): Promise<{ readonly runs: readonly Run[]; readonly note?: string }> {
  const runs: Run[] = [];
  let disturbed = 0;
  for (let repeat = 1; repeat <= bench.repeats; repeat++) {
    let best: Run | undefined;
    for (let attempt = 0; attempt <= bench.retries; attempt++) {
      const run = await once();
      const foreign = foreignOf(run) ?? 0;
      const counts = foreign <= MOST_FOREIGN;
      bench.keep(name, { repeat, attempt, ...run });
      bench.say(`${name} ${repeat}/${bench.repeats}: foreign CPU ${foreign.toFixed(2)}${counts ? '' : ', disturbed'}`);
      if (best === undefined || foreign < (foreignOf(best) ?? 0)) best = run;
      if (counts) break;
    }
    if ((foreignOf(best!) ?? 0) > MOST_FOREIGN) disturbed += 1;
    runs.push(best!);
  }
  return { runs, ...(disturbed > 0 && { note: `${disturbed} of ${bench.repeats} runs disturbed by others` }) };
}

/** The largest of several foreign loads. */
export function worst(...foreign: readonly (number | undefined)[]): number | undefined {
  const known = foreign.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
