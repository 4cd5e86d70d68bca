import type { Random } from '../world/random';

/** Every so many seeds one is long: it has every kind of work, and the most of it. */
const SEEDS_A_LONG_ONE = 20;

/** How much of what happens in one seed. */
export interface Plan {
  readonly isLong: boolean;
  /** Purchases of members whose accounts facts alone move: at least, at most. */
  readonly purchases: readonly [number, number];
  /** How many such members there are. */
  readonly members: number;
  /** Rounds of the storm for each death of a process, on average. */
  readonly roundsADeath: number;
  /** Kinds of work beside purchases and their returns: true where they are part of it. */
  readonly hasStrays: boolean;
  readonly hasDesk: boolean;
  readonly hasSpending: boolean;
}

/**
 * What a seed is to be, made of the seed and its draws. Short seeds have a few facts and each kind of work on one half of
 * them: many small mixtures meet more than few large ones. A long seed has all of it.
 */
export function planOf(seed: number, random: Random): Plan {
  if (seed % SEEDS_A_LONG_ONE === 0) {
    const all = { hasStrays: true, hasDesk: true, hasSpending: true };
    return { isLong: true, purchases: [3, 7], members: 3, roundsADeath: 150, ...all };
  }
  const [hasStrays, hasDesk, hasSpending] = [random.oneIn(2), random.oneIn(2), random.oneIn(2)];
  return { isLong: false, purchases: [1, 2], members: 2, roundsADeath: 30, hasStrays, hasDesk, hasSpending };
}
