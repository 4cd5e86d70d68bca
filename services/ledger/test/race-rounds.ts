import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Rounds per race: few in every test run, `RACE_ROUNDS=1000` for the full campaign (trust.md F12). */
export const ROUNDS = Number(process.env.RACE_ROUNDS ?? 5);
/** The seed of the first round; each further round has the next. */
const FIRST_SEED = Number(process.env.RACE_SEED ?? 1);
export const CLIENTS = 64;
const PROGRESS_EACH = 50;

/** One round of a race: names of its own, and an arrangement of who asks whom in which order that its seed decides. */
export class Round {
  private readonly generator = xoroshiro128plus(this.seed);

  constructor(private readonly seed: number) {}

  /** A name that no other round of the race has. */
  named(name: string): string {
    return `${name}-${this.seed}`;
  }

  /** The same in an order of this round. */
  shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    return all.map(() => left.splice(uniformInt(this.generator, 0, left.length - 1), 1)[0]!);
  }
}

/**
 * Runs the rounds of a race one after the other and tells on standard error how far a long campaign is. Refuses with the
 * first round that fails, its seed, and what repeats its arrangement; when the processes meet is theirs to decide.
 */
export async function inRounds(race: (round: Round) => Promise<void>): Promise<void> {
  const { currentTestName = '' } = expect.getState();
  for (let number = 1; number <= ROUNDS; number++) {
    const seed = FIRST_SEED + number - 1;
    try {
      await race(new Round(seed));
    } catch (cause) {
      const repeat = `RACE_SEED=${seed} RACE_ROUNDS=1`;
      throw new Error(`round ${number} of ${ROUNDS} fails; ${repeat} arranges it again`, { cause });
    }
    if (number % PROGRESS_EACH === 0) process.stderr.write(`${number} of ${ROUNDS}: ${currentTestName}\n`);
  }
}
