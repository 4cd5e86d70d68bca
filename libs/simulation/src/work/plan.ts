import type { Random } from '../world/random';

/** Every so many seeds one is long: it has every kind of work, and the most of it. */
const SEEDS_A_LONG_ONE = 25;

/** How much of what happens in one seed. */
export interface Plan {
  readonly isLong: boolean;
  /** Purchases of members whose accounts facts alone move: at least, at most. */
  readonly purchases: readonly [number, number];
  /** How many such members there are. */
  readonly members: number;
  /** Stores that are declared while purchases already name them; the others are known from the beginning. */
  readonly lateStores: number;
  /** Rounds of the storm for each death of a process, on average. */
  readonly roundsADeath: number;
  /** Kinds of work beside purchases and their returns: true where they are part of it. */
  readonly hasStrays: boolean;
  readonly hasDesk: boolean;
  readonly hasSpending: boolean;
  /** What spenders earn and do, at most: purchases, scenes of spending, ticks of the clock. */
  readonly spending: readonly [purchases: number, scenes: number, ticks: number];
}

/**
 * What a seed is to be, made of the seed and its draws. Short seeds have one or two facts, or some scenes of spending beside one
 * at most, and the other kinds of work on a part of them: many small mixtures meet more than few large ones. A long seed has
 * all of it.
 */
export function planOf(seed: number, random: Random): Plan {
  if (seed % SEEDS_A_LONG_ONE === 0) {
    const all = { hasStrays: true, hasDesk: true, hasSpending: true, spending: [2, 4, 3] } as const;
    return { isLong: true, purchases: [3, 7], members: 3, lateStores: 3, roundsADeath: 150, ...all };
  }
  const hasSpending = random.oneIn(3);
  const [hasStrays, hasDesk] = [random.oneIn(3), random.oneIn(3)];
  return {
    isLong: false,
    purchases: hasSpending ? [0, 1] : [1, 2],
    members: 2,
    lateStores: random.between(0, 1),
    roundsADeath: 35,
    hasStrays,
    hasDesk,
    hasSpending,
    spending: [1, 2, 2],
  };
}
