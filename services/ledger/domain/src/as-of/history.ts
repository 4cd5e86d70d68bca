import type { Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account/account.events';
import { type EventPlace, PERIOD, type PeriodEnd, Periods } from './periods';
import { Placing, type PlacingText } from './placing';

/** An event of one account as it was stored. */
export interface StoredAccountEvent extends EventPlace {
  readonly recordedAt: Instant;
  /** Link of the stream's hash chain, hexadecimal. */
  readonly hash: string;
  readonly event: AccountEvent;
}

/** A stored event and from when on it counts. */
export interface PlacedEvent extends StoredAccountEvent {
  /** Absent for the opening of the account, which moves nothing and counts always. */
  readonly countsFrom?: Instant;
}

/** The end of a period with all that is needed to go on from there without the events before it. */
export interface HistoryStart {
  readonly end: PeriodEnd;
  /** The last event of the prefix. */
  readonly last: Pick<StoredAccountEvent, 'recordedAt' | 'hash'>;
  readonly placing: PlacingText;
}

/**
 * The events of one account without gaps, each with the instant from which it counts: from revision 0 on, or from the end of
 * a period on, whose state is known without them. Of the latter only states can be asked (balances, lots), not lines.
 */
export class AccountHistory {
  /** States at the ends of periods, for those who fold. */
  readonly periods: Periods;
  private readonly placed: PlacedEvent[] = [];
  private readonly placing: Placing;

  /** `period`: after how many events a state is kept; it changes no answer. */
  constructor(
    period = PERIOD,
    private readonly start?: HistoryStart,
  ) {
    this.periods = new Periods(period, start?.end);
    this.placing = start ? Placing.resumed(start.end.state, start.placing) : new Placing();
  }

  /** The events that were read; where the history is whole, all of them. */
  get events(): readonly PlacedEvent[] {
    return this.placed;
  }

  /** How many events lie before the first that was read. */
  get first(): number {
    return this.start?.end.count ?? 0;
  }

  /** How many events were read, and are in memory. */
  get read(): number {
    return this.placed.length;
  }

  /** How many events the account has, read or not. */
  get length(): number {
    return this.first + this.placed.length;
  }

  /** True where what is known by an instant, as of another, can be answered: always, where the history is whole. */
  covers(at: Instant, knownAt?: Instant): boolean {
    if (!this.start) return true;
    return this.start.end.latest <= at && (knownAt === undefined || this.start.last.recordedAt <= knownAt);
  }

  /** Takes the next event of the stream; throws where it is not the next. */
  take(stored: StoredAccountEvent): void {
    if (stored.revision !== this.length) throw new Error(`revision ${stored.revision} is not the next`);
    const countsFrom = this.placing.place(stored.event);
    this.placed.push({ ...stored, countsFrom });
  }

  /** How many events were recorded by an instant: the prefix that was known then (design §6). */
  knownBy(knownAt: Instant): number {
    let [low, high] = [0, this.placed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.placed[middle]!.recordedAt <= knownAt) low = middle + 1;
      else high = middle;
    }
    return this.first + low;
  }

  /** The last event that was known by an instant (absent: of all), and the hash that proves all before it. */
  seenBy(knownAt?: Instant): { readonly revision: number; readonly hash: string } | undefined {
    const known = knownAt === undefined ? this.length : this.knownBy(knownAt);
    const hash = known === this.first ? this.start?.last.hash : this.placed[known - 1 - this.first]?.hash;
    return hash === undefined ? undefined : { revision: known - 1, hash };
  }

  /**
   * Ends of periods as far as they were folded beyond the event count `after`, each at least `apart` events and an eighth
   * longer than the one before: who keeps them need not read what lies before them again.
   */
  *startsAfter(after: number, apart: number): Iterable<HistoryStart> {
    const placing = this.start ? Placing.resumed(this.start.end.state, this.start.placing) : new Placing();
    let [kept, next] = [after, 0];
    for (const end of this.periods.all) {
      if (end.count <= this.first || end.count < kept + Math.max(apart, kept >>> 3)) continue;
      while (this.first + next < end.count) placing.place(this.placed[next++]!.event);
      const { recordedAt, hash } = this.placed[next - 1]!;
      yield { end, last: { recordedAt, hash }, placing: placing.textBeside(end.state) };
      kept = end.count;
    }
  }
}
