import type { Instant } from '@tallystick/vocabulary';
import type { AccountState } from '../account/account.state';
import type { PlacedEvent } from './history';

/** Events of a period at least: so many are folded, where they came in the order in which they count. */
export const PERIOD = 250;

/** A period is a sixteenth (2⁻⁴) of what lies before it where that is more, so that a large account has few of them. */
const PART_OF_LOG = 4;

/** A stored event by its names. */
export interface EventPlace {
  readonly revision: number;
  /** Its place in the log, as the store names it. */
  readonly position: string;
}

/** An account after a prefix of its log, all of which counts. */
export interface PeriodEnd {
  /** Events of the prefix. */
  readonly count: number;
  /** The latest instant from which one of them counts. */
  readonly latest: number;
  /** Nobody changes it: who folds on makes a fork. */
  readonly state: AccountState;
  /** The last of them that moved each asset. */
  readonly moved: ReadonlyMap<string, EventPlace>;
  /** How many of them count as events: the end of a hold that nobody placed does not. */
  readonly counted: number;
}

/**
 * States of one account at the ends of periods of its log. They are made by whoever folds that far, only ever read after
 * that, and change no answer: without them the same is folded from the beginning.
 */
export class Periods {
  private readonly ends: PeriodEnd[] = [];
  private readonly whole: PlacedEvent[] = [];

  /** `first`: a state from before the history's first event, where its beginning was not read. */
  constructor(
    private readonly length: number,
    first?: PeriodEnd,
  ) {
    if (first) this.ends.push(first);
  }

  /** Every state that is kept, the shortest prefix first. */
  get all(): readonly PeriodEnd[] {
    return this.ends;
  }

  /** The events of the longest prefix for which there is a state, as they count. */
  get prefix(): readonly PlacedEvent[] {
    return this.whole;
  }

  /** The last state that knows no more than `known` events, none of which counts after `at`. */
  newest(known: number, at: Instant): PeriodEnd | undefined {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { count, latest } = this.ends[middle]!;
      if (count <= known && latest <= at) low = middle + 1;
      else high = middle;
    }
    return this.ends[low - 1];
  }

  /** True where the next period ends after so many events. */
  endsAt(count: number): boolean {
    const last = this.ends.at(-1)?.count ?? 0;
    return count === last + Math.max(this.length, last >>> PART_OF_LOG);
  }

  /** Keeps the state at the end of the next period; `since`: the events that count beyond the one before. */
  keep(end: Omit<PeriodEnd, 'counted'>, since: readonly PlacedEvent[]): void {
    for (const event of since) this.whole.push(event);
    this.ends.push({ ...end, counted: this.whole.length });
  }
}
