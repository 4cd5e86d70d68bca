import type { AccountEvent, AccrualAmended, Granted, PointsAccrued } from '../account/account.events';
import { type AccountState, keyOf } from '../account/account.state';
import type {
  LotsExpired,
  PointsDebited,
  PointsExchanged,
  PointsSent,
  SliceRow,
} from '../account/decisions/decision.events';
import type { PointsWithdrawn } from '../account/decisions/grant.events';
import type {
  AccountAbsorbed,
  AccountMerged,
  AccountRestored,
  AccountSplit,
  CarriedLot,
  ReversalsPaid,
} from '../account/decisions/merge.events';
import type { PlacedEvent } from '../as-of/history';

/** An event that counts: stored, or what time has done and no job has booked. */
export interface Counted<Event extends AccountEvent = AccountEvent> {
  readonly event: Event;
  readonly stored?: PlacedEvent;
}

/** An event that moved a part of a lot, the part, and its place among the event's slices. */
export interface Moved<Event extends AccountEvent> extends Counted<Event> {
  readonly amount: bigint;
  readonly index: number;
}

/** What a grant of a purchase was last said to be. */
export interface Granting extends Counted<PointsAccrued | AccrualAmended> {
  readonly grant: Granted;
}

/** An event by which lots of another account are here, or lots of this one are here again. */
export type Carrying = AccountAbsorbed | AccountRestored;

/** What events say of one lot, in the order of the log. */
export interface LotTrace {
  /** The event that made it, where no purchase granted it. */
  made?: Counted & { readonly index: number };
  /** The merge, or its undoing, that last brought it here, and what had become of it by then. */
  carried?: Counted<Carrying> & { readonly lot: CarriedLot };
  /** What each hold drew of it, ended ones too, with the event that placed it. */
  readonly holds: Map<string, { drawn: bigint; readonly placed: Counted }>;
  expired: Moved<LotsExpired | PointsWithdrawn>[];
  left: Moved<PointsDebited | PointsSent | PointsExchanged | PointsWithdrawn | ReversalsPaid>[];
}

/** Reads, in one pass, what the events that count say of lots and purchases. */
export class Traces {
  /** Whose account it is; empty where its opening does not count. */
  tenant = '';
  private readonly lots = new Map<string, LotTrace>();
  private readonly purchases = new Map<string, Counted<PointsAccrued | AccrualAmended>>();
  private readonly returns = new Map<string, Counted>();
  private readonly scores = new Map<string, Counted<Carrying>>();

  constructor(counted: readonly PlacedEvent[], due: readonly AccountEvent[]) {
    for (const stored of counted) this.take({ event: stored.event, stored });
    for (const event of due) this.take({ event });
  }

  /** What the events say of a lot; empty where they say nothing. */
  of(lot: string): LotTrace {
    let trace = this.lots.get(lot);
    if (!trace) this.lots.set(lot, (trace = { holds: new Map(), expired: [], left: [] }));
    return trace;
  }

  /** What a purchase was last said to grant of an asset. */
  granting(purchase: string, asset: string): Granting | undefined {
    const last = this.purchases.get(purchase);
    const grant = last?.event.data.grants.find((one) => one.asset === asset);
    return last && grant && { ...last, grant };
  }

  /** The merge, or its undoing, that last brought what a purchase earned of a score. */
  carriedScore(purchase: string, asset: string): Counted<Carrying> | undefined {
    return this.scores.get(`${purchase}:${asset}`);
  }

  /** The event that last told a reversal, by {@link reversalKey}. */
  reversal(key: string): Counted | undefined {
    return this.returns.get(key);
  }

  private take(counted: Counted): void {
    const { event, stored } = counted;
    switch (event.type) {
      case 'AccountOpened':
        this.tenant = event.data.tenant;
        return;
      case 'PointsAccrued':
      case 'AccrualAmended':
        this.purchases.set(keyOf(event.data.purchase), { event, stored });
        return;
      case 'PointsReversed':
      case 'ReversalRecalculated': {
        const { reversal, purchase } = event.data;
        this.returns.set(purchase ? `${keyOf(reversal)} ${keyOf(purchase)}` : keyOf(reversal), counted);
        return;
      }
      case 'PointsCredited':
        this.of(event.data.lot).made = { ...counted, index: 0 };
        return;
      case 'PointsReceived':
      case 'PointsImported':
      case 'PointsGranted':
        return this.makes(counted, event.data.slices);
      case 'HoldPlaced':
        return this.holds(counted, event.data.hold, event.data.slices);
      case 'HoldCaptured':
        return this.holds(counted, event.data.hold, event.data.beyond ?? []);
      case 'LotsExpired':
        return this.expires(event, stored, [...(event.data.pending ?? []), ...event.data.slices]);
      case 'LotsReactivated':
        return eachSlice(event.data.slices, (lot, amount) => this.livesAgain(lot, amount));
      case 'PointsExchanged':
        this.makes(counted, event.data.received);
        return this.leaves(event, stored, event.data.slices);
      case 'PointsDebited':
      case 'PointsSent':
        return this.leaves(event, stored, event.data.slices);
      case 'PointsWithdrawn':
        this.expires(event, stored, event.data.fallen ?? []);
        return this.leaves(event, stored, event.data.slices);
      case 'ReversalsPaid':
        return this.paid(event, stored);
      case 'AccountMerged':
      case 'AccountSplit':
        return this.goes(event);
      case 'AccountAbsorbed':
      case 'AccountRestored':
        return this.comes(event, stored);
    }
  }

  private leaves<Event extends LotTrace['left'][number]['event']>(
    event: Event,
    stored: PlacedEvent | undefined,
    slices: readonly SliceRow[],
  ): void {
    eachSlice(slices, (lot, amount, index) => this.of(lot).left.push({ event, stored, amount, index }));
  }

  private expires(
    event: LotsExpired | PointsWithdrawn,
    stored: PlacedEvent | undefined,
    slices: readonly SliceRow[],
  ): void {
    eachSlice(slices, (lot, amount, index) => {
      // As of an instant before a reversal gave back what has expired since, time has taken too much.
      if (amount < 0n) this.livesAgain(lot, -amount);
      else this.of(lot).expired.push({ event, stored, amount, index });
    });
  }

  /** What lives again is missing from what expired last. */
  private livesAgain(lot: string, amount: bigint): void {
    const trace = this.of(lot);
    let open = amount;
    while (open > 0n && trace.expired.length > 0) {
      const last = trace.expired.pop()!;
      if (last.amount > open) trace.expired.push({ ...last, amount: last.amount - open });
      open -= last.amount;
    }
  }

  private paid(event: ReversalsPaid, stored: PlacedEvent | undefined): void {
    event.data.paid.forEach(({ lot, as, asset, amount }, index) => {
      this.of(lot).left.push({ event, stored, amount: BigInt(amount), index });
      this.of(`${keyOf(as)}:${asset}`).made = { event, stored, index };
    });
  }

  /** What became of lots goes with them; where they came from is known still when they come again. */
  private goes(event: AccountMerged | AccountSplit): void {
    for (const { lot } of carriedLots(event)) {
      const trace = this.lots.get(lot);
      if (trace) this.lots.set(lot, { made: trace.made, holds: new Map(), expired: [], left: [] });
    }
  }

  private comes(event: Carrying, stored: PlacedEvent | undefined): void {
    for (const { lot, carried } of carriedLots(event)) {
      const { made } = this.of(lot);
      this.lots.set(lot, { made, carried: { event, stored, lot: carried }, holds: new Map(), expired: [], left: [] });
    }
    const by = { event, stored };
    for (const accrual of event.data.accruals) {
      for (const { asset, lot } of accrual.lots)
        if (lot === undefined) this.scores.set(`${keyOf(accrual)}:${asset}`, by);
    }
    for (const { hold, slices } of event.data.holds) this.holds(by, hold, slices);
  }

  private makes(counted: Counted, slices: readonly SliceRow[]): void {
    slices.forEach(([lot], index) => (this.of(lot).made = { ...counted, index }));
  }

  private holds(placed: Counted, hold: string, slices: readonly SliceRow[]): void {
    eachSlice(slices, (lot, amount) => {
      const { holds } = this.of(lot);
      const known = holds.get(hold);
      if (known) known.drawn += amount;
      else holds.set(hold, { drawn: amount, placed });
    });
  }
}

/** The lots that go from one account to another, scores aside. */
export function carriedLots({ data: { accruals } }: AccountMerged | AccountSplit | Carrying) {
  return accruals.flatMap(({ lots }) =>
    lots.flatMap((carried) => (carried.lot === undefined ? [] : [{ lot: carried.lot, carried }])),
  );
}

function eachSlice(slices: readonly SliceRow[], take: (lot: string, amount: bigint, index: number) => void): void {
  slices.forEach(([lot, , , amount], index) => take(lot, BigInt(amount), index));
}

/** What reversals have taken of a lot, by their key. */
export function takenOf({ reversals }: AccountState): Map<string, Map<string, { amount: bigint; expired: bigint }>> {
  const taken = new Map<string, Map<string, { amount: bigint; expired: bigint }>>();
  for (const [key, { items }] of reversals) {
    for (const { lot, amount, expired } of items.flatMap(({ slices }) => slices ?? [])) {
      const ofLot = taken.get(lot) ?? new Map<string, { amount: bigint; expired: bigint }>();
      taken.set(lot, ofLot);
      const sum = ofLot.get(key) ?? { amount: 0n, expired: 0n };
      ofLot.set(key, { amount: sum.amount + amount, expired: sum.expired + (expired ? amount : 0n) });
    }
  }
  return taken;
}

/** What holds have of a lot now: held while they are open, redeemed and not cancelled once captured. */
export function heldOf({ holds }: AccountState): Map<string, Map<string, bigint>> {
  const held = new Map<string, Map<string, bigint>>();
  for (const { hold, slices } of holds.values()) {
    for (const { lot, amount } of slices) {
      const ofLot = held.get(lot) ?? new Map<string, bigint>();
      held.set(lot, ofLot.set(hold, (ofLot.get(hold) ?? 0n) + amount));
    }
  }
  return held;
}
