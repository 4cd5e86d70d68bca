import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountEvent, ReversalRecalculated } from '../account/account.events';
import { type AccountState, keyOf } from '../account/account.state';

/** What a placing knows beyond what the state after the same events says, as JSON holds it. */
export interface PlacingText {
  /** Facts that the state places otherwise, or not at all; -1: it places what was never placed. */
  readonly facts: readonly (readonly [key: string, at: number])[];
  readonly arrivals: readonly (readonly [key: string, at: number])[];
  readonly last?: readonly [at: number, isActivation: boolean];
}

const NEVER_PLACED = -1;

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
  private last?: { readonly at: Instant; readonly isActivation: boolean };

  /** Goes on where {@link textBeside} was taken, with the state that it was taken beside. */
  static resumed(state: AccountState, { facts, arrivals, last }: PlacingText): Placing {
    const placing = new Placing();
    for (const [key, at] of placesIn(state)) placing.facts.set(key, at);
    for (const [key, at] of facts) {
      if (at === NEVER_PLACED) placing.facts.delete(key);
      else placing.facts.set(key, at as Instant);
    }
    if (arrivals.length > 0) placing.arrivals = new Map(arrivals.map(([key, at]) => [key, at as Instant]));
    if (last) placing.last = { at: last[0] as Instant, isActivation: last[1] };
    return placing;
  }

  /** What has to be kept beside the state after the same events, so that placing can go on from there. */
  textBeside(state: AccountState): PlacingText {
    const { last } = this;
    const places = placesIn(state);
    const facts: [string, number][] = [];
    for (const [key, at] of this.facts) if (places.get(key) !== at) facts.push([key, at]);
    for (const key of places.keys()) if (!this.facts.has(key)) facts.push([key, NEVER_PLACED]);
    return { facts, arrivals: [...(this.arrivals ?? [])], ...(last && { last: [last.at, last.isActivation] }) };
  }

  /** Absent for the opening of the account, which moves nothing and counts always. */
  place(event: AccountEvent): Instant | undefined {
    if (event.type === 'AccountOpened') return undefined;
    const own = instant(event.data.effectiveAt);
    if (event.type === 'ReversalRecalculated') return later(this.arrived(event, own), this.causeOf(event));
    this.last = { at: own, isActivation: event.type === 'PointsActivated' };
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
    const isDecision = cause.source.startsWith('~') || this.last?.isActivation;
    return isDecision ? this.last?.at : this.facts.get(keyOf(cause));
  }
}

function later(own: Instant, cause: Instant | undefined): Instant {
  return cause !== undefined && cause > own ? cause : own;
}

/** Where the facts of a state lie by themselves. */
function placesIn({ facts }: AccountState): Map<string, Instant> {
  const places = new Map<string, Instant>();
  for (const fact of facts) if (!fact.source.startsWith('~')) places.set(keyOf(fact), fact.at);
  return places;
}
