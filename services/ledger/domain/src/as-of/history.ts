import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountEvent, ReversalRecalculated } from '../account/account.events';
import { keyOf } from '../account/account.state';

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

/**
 * The events of one account, from revision 0 on without gaps, each with the instant from which it counts: its
 * `effectiveAt`. A recalculated reversal keeps the place of its return, but what it takes anew was not there before its
 * cause; it counts from the later of both, so no day before shows it. So does what is taken of lots that came by a merge.
 */
export class AccountHistory {
  private readonly placed: PlacedEvent[] = [];
  private readonly facts = new Map<string, Instant>();
  /** Purchases whose lots came by a merge, and when: what moves them counts from then on at the earliest. */
  private arrivals?: Map<string, Instant>;
  /** The last event that could be the cause of a recalculation. */
  private last?: { readonly at: Instant; readonly event: AccountEvent };

  get events(): readonly PlacedEvent[] {
    return this.placed;
  }

  /** Takes the next event of the stream; throws where it is not the next. */
  take(stored: StoredAccountEvent): void {
    if (stored.revision !== this.placed.length) throw new Error(`revision ${stored.revision} is not the next`);
    const countsFrom = this.place(stored.event);
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

  private place(event: AccountEvent): Instant | undefined {
    if (event.type === 'AccountOpened') return undefined;
    const own = instant(event.data.effectiveAt);
    if (event.type === 'ReversalRecalculated') return later(this.arrived(event, own), this.causeOf(event));
    this.last = { at: own, event };
    if (event.type === 'PointsAccrued' || event.type === 'AccrualAmended') {
      this.facts.set(keyOf(event.data.purchase), own);
    }
    if (event.type === 'PointsReversed') this.facts.set(keyOf(event.data.reversal), own);
    if (event.type === 'AccountAbsorbed' || event.type === 'AccountRestored') {
      this.arrivals ??= new Map();
      for (const accrual of event.data.accruals) this.arrivals.set(keyOf(accrual), own);
    }
    return this.arrived(event, own);
  }

  private arrived(event: AccountEvent, own: Instant): Instant {
    const { arrivals } = this;
    if (!arrivals || (event.type !== 'PointsReversed' && event.type !== 'ReversalRecalculated')) return own;
    const lots = event.data.items.flatMap(({ asset, slices = [] }) =>
      slices.map(({ lot }) => arrivals.get(lot.slice(0, lot.length - asset.length - 1))),
    );
    const { purchase } = event.data;
    return [purchase && arrivals.get(keyOf(purchase)), ...lots].reduce<Instant>(later, own);
  }

  /** A decision's recalculations follow it in the log; a fact is named by them, and so is a purchase that is activated. */
  private causeOf({ data: { cause } }: ReversalRecalculated): Instant | undefined {
    const isDecision = cause.source.startsWith('~') || this.last?.event.type === 'PointsActivated';
    return isDecision ? this.last?.at : this.facts.get(keyOf(cause));
  }
}

function later(own: Instant, cause: Instant | undefined): Instant {
  return cause !== undefined && cause > own ? cause : own;
}
