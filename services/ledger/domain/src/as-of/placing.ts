import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountEvent, ReversalRecalculated } from '../account/account.events';
import { keyOf } from '../account/account.state';

/**
 * Says from when on each event of one account counts, taken in order: from its `effectiveAt`. A recalculated reversal keeps
 * the place of its return, but what it takes anew was not there before its cause; it counts from the later of both, so no day
 * before shows it. So does what is taken of lots that came by a merge.
 */
export class Placing {
  private readonly facts = new Map<string, Instant>();
  /** Purchases whose lots came by a merge, and when: what moves them counts from then on at the earliest. */
  private arrivals?: Map<string, Instant>;
  /** The last event that could be the cause of a recalculation. */
  private last?: { readonly at: Instant; readonly event: AccountEvent };

  /** Absent for the opening of the account, which moves nothing and counts always. */
  place(event: AccountEvent): Instant | undefined {
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
