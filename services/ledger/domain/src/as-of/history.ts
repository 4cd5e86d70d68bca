import type { Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account/account.events';
import { PERIOD, Periods } from './periods';
import { Placing } from './placing';

/** An event of one account as it was stored. */
export interface StoredAccountEvent {
  readonly revision: number;
  /** Its place in the log, as the store names it. */
  readonly position: string;
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

/** The events of one account, from revision 0 on without gaps, each with the instant from which it counts. */
export class AccountHistory {
  /** States at the ends of periods, for those who fold. */
  readonly periods: Periods;
  private readonly placed: PlacedEvent[] = [];
  private readonly placing = new Placing();

  /** `period`: after how many events a state is kept; it changes no answer. */
  constructor(period = PERIOD) {
    this.periods = new Periods(period);
  }

  get events(): readonly PlacedEvent[] {
    return this.placed;
  }

  /** Takes the next event of the stream; throws where it is not the next. */
  take(stored: StoredAccountEvent): void {
    if (stored.revision !== this.placed.length) throw new Error(`revision ${stored.revision} is not the next`);
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
    return low;
  }
}
