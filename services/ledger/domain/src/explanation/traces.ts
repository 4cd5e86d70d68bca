import type { AccountEvent, AccrualAmended, Granted, PointsAccrued } from '../account/account.events';
import { type AccountState, keyOf } from '../account/account.state';
import type {
  LotsExpired,
  PointsDebited,
  PointsExchanged,
  PointsSent,
  SliceRow,
} from '../account/decisions/decision.events';
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

/** What events say of one lot, in the order of the log. */
export interface LotTrace {
  /** The event that made it, where no purchase granted it. */
  made?: Counted & { readonly index: number };
  /** What each hold drew of it, ended ones too, with the event that placed it. */
  readonly holds: Map<string, { drawn: bigint; readonly placed: Counted }>;
  readonly expired: Moved<LotsExpired>[];
  readonly left: Moved<PointsDebited | PointsSent | PointsExchanged>[];
}

/** Reads, in one pass, what the events that count say of lots and purchases. */
export class Traces {
  private readonly lots = new Map<string, LotTrace>();
  private readonly purchases = new Map<string, Counted<PointsAccrued | AccrualAmended>>();
  private readonly returns = new Map<string, Counted>();

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

  /** The event that last told a reversal, by {@link reversalKey}. */
  reversal(key: string): Counted | undefined {
    return this.returns.get(key);
  }

  private take(counted: Counted): void {
    const { event, stored } = counted;
    switch (event.type) {
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
        return this.makes(counted, event.data.slices);
      case 'HoldPlaced':
        return this.holds(counted, event.data.hold, event.data.slices);
      case 'HoldCaptured':
        return this.holds(counted, event.data.hold, event.data.beyond ?? []);
      case 'LotsExpired':
        return eachSlice([...(event.data.pending ?? []), ...event.data.slices], (lot, amount, index) =>
          this.of(lot).expired.push({ event, stored, amount, index }),
        );
      case 'PointsExchanged':
        this.makes(counted, event.data.received);
        return eachSlice(event.data.slices, (lot, amount, index) =>
          this.of(lot).left.push({ event, stored, amount, index }),
        );
      case 'PointsDebited':
      case 'PointsSent':
        return eachSlice(event.data.slices, (lot, amount, index) =>
          this.of(lot).left.push({ event, stored, amount, index }),
        );
    }
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
