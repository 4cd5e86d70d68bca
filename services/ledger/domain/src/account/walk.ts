import { least } from '@tallystick/vocabulary';
import { drawFrom, drawIssuerFirst, reversed } from '../lots/draw';
import { inDrawOrder, type Lot } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  expiryOf,
  type Fact,
  type Holding,
  holdingOf,
  keyOf,
  lotOf,
  type Reversal,
  type TakenPart,
  type Taking,
  usedOf,
} from './account.state';
import type { Ask, AskedReversal } from './picture';
import type { Redrawn } from './redraw';

interface Step {
  readonly old?: Reversal;
  readonly wanted: AskedReversal;
}

/** A reversal on its way: what it still lacks may come from later accruals, where its policy allows a deficit. */
interface Open extends Step {
  readonly items: Taking[];
}

/** What lots and scores hold at a place that moves along the facts. */
export class Walk {
  private readonly remaining = new Map<string, bigint>();
  /** What reversals have out of the breakage of a lot, and what they wait for of its held part. */
  private claimed?: { readonly breakage: Map<string, bigint>; readonly held: Map<string, bigint> };
  private readonly scores = new Map<string, bigint>();
  private readonly lots = new Map<string, Lot[]>();
  private readonly passed = new Map<string, Accrual>();
  private readonly drawn: Open[] = [];

  constructor(
    private readonly state: AccountState,
    private readonly start: number,
  ) {
    for (let i = start; i < state.facts.length; i++) this.undo(state.facts[i]!);
  }

  /** Every reversal that was passed, with what it gets. */
  redrawn(): Redrawn[] {
    return this.drawn;
  }

  pass(accrual: Accrual): void {
    this.passed.set(keyOf(accrual), accrual);
    for (const holding of accrual.holdings) {
      if (holding.lot === undefined) {
        this.addScore(holding.asset, holding.granted);
        continue;
      }
      this.remaining.set(holding.lot, holding.granted - usedOf(holding));
      const lot = lotFrom(accrual, holding.asset)!;
      const known = this.lots.get(holding.asset);
      if (known) insertLot(known, lot);
      this.repay(lot, holding.asset);
    }
  }

  reverse({ old, wanted }: Step): void {
    this.drawn.push({ old, wanted, items: wanted.asks.map((ask) => this.draw(wanted, ask)) });
  }

  /** What reversals before the place have taken of breakage, and wait for, stays theirs. */
  private claims(): { readonly breakage: Map<string, bigint>; readonly held: Map<string, bigint> } {
    if (this.claimed) return this.claimed;
    const [breakage, held] = [new Map<string, bigint>(), new Map<string, bigint>()];
    for (let i = 0; i < this.start; i++) {
      const fact = this.state.facts[i]!;
      for (const { asset, onHold, slices } of fact.kind === 'reversal' ? fact.items : []) {
        if (onHold > 0n) add(held, lotOf((fact as Reversal).purchase!, asset), onHold);
        for (const { lot, amount, expired } of slices ?? []) if (expired) add(breakage, lot, amount);
      }
    }
    return (this.claimed = { breakage, held });
  }

  /** Forgets what a fact behind the place had done. */
  private undo(fact: Fact): void {
    if (fact.kind === 'accrual') {
      for (const { asset, lot, granted } of fact.holdings) if (lot === undefined) this.addScore(asset, -granted);
      return;
    }
    for (const { asset, taken, slices } of fact.items) {
      if (!slices) this.addScore(asset, taken);
      for (const { lot, amount, expired } of slices ?? []) {
        if (!expired) this.remaining.set(lot, this.left(lot, asset) + amount);
      }
    }
  }

  private draw(reversal: AskedReversal, ask: Ask): Taking {
    if (ask.score) return this.drawScore(ask);
    const { asset, amount: asked, clawback = 'within_balance' } = ask;
    const slices: TakenPart[] = [];
    const own = this.ownOf(reversal, asset);
    let open = asked;
    let onHold = 0n;
    if (own && (clawback !== 'only_pending' || own.lot.activatedAt > reversal.at)) {
      open -= this.take([own.lot], open, asset, slices);
      onHold = this.awaitHeld(own, open);
      open -= onHold;
      open -= this.takeExpired(own, open, slices);
    }
    if (open > 0n && takesOthers(clawback)) {
      const lots = this.drawable(asset, reversal);
      const order = reversal.purchase === undefined ? reversed(lots) : lots;
      open -= this.takeIssuerFirst(order, reversal.issuer, open, asset, slices);
    }
    const deficit = least(open, deficitLimit(clawback));
    return { asset, asked, taken: asked - open - onHold, deficit, onHold, clawback: ask.clawback, slices };
  }

  private drawScore({ asset, amount }: Ask): Taking {
    const taken = least(amount, this.addScore(asset, 0n));
    this.addScore(asset, -taken);
    return { asset, asked: amount, taken, deficit: 0n, onHold: 0n, clawback: undefined, slices: undefined };
  }

  /** A deficit is repaid first by later accruals (capabilities L7). */
  private repay(lot: Lot, asset: string): void {
    for (const { items } of this.drawn) {
      const at = items.findIndex((item) => item.asset === asset && item.deficit > 0n);
      if (at < 0) continue;
      const item = items[at]!;
      const slices = [...item.slices!];
      const amount = this.take([lot], item.deficit, asset, slices);
      if (amount > 0n) items[at] = { ...item, taken: item.taken + amount, deficit: item.deficit - amount, slices };
    }
  }

  private take(lots: Iterable<Lot>, open: bigint, asset: string, slices: TakenPart[]): bigint {
    return this.taken(
      drawFrom(lots, open, (lot) => this.left(lot, asset)),
      asset,
      slices,
    );
  }

  private takeIssuerFirst(
    lots: Iterable<Lot>,
    issuer: string,
    open: bigint,
    asset: string,
    slices: TakenPart[],
  ): bigint {
    return this.taken(
      drawIssuerFirst(open, issuer, lots, (lot) => this.left(lot, asset)),
      asset,
      slices,
    );
  }

  private taken(drawn: ReturnType<typeof drawFrom>, asset: string, slices: TakenPart[]): bigint {
    for (const slice of drawn.slices) {
      this.remaining.set(slice.lot, this.left(slice.lot, asset) - slice.amount);
      slices.push({ ...slice, expired: false });
    }
    return drawn.taken;
  }

  /** What is held of its own lot is decided when the hold ends. */
  private awaitHeld({ lot: { lot }, holding: { used } }: Own, open: bigint): bigint {
    if (!used || used.held === 0n || open === 0n) return 0n;
    const { held } = this.claims();
    const amount = least(open, used.held - (held.get(lot) ?? 0n));
    add(held, lot, amount);
    return amount;
  }

  /** Breakage of its own lot is reversed, and nothing else is taken for it. */
  private takeExpired({ lot, holding: { used } }: Own, open: bigint, slices: TakenPart[]): bigint {
    if (!used || used.expired === 0n || open === 0n) return 0n;
    const { breakage } = this.claims();
    const amount = least(open, used.expired - (breakage.get(lot.lot) ?? 0n));
    if (amount === 0n) return 0n;
    add(breakage, lot.lot, amount);
    slices.push({ lot: lot.lot, issuer: lot.issuer, unitCost: lot.unitCost, amount, expired: true });
    return amount;
  }

  /** Of the passed accruals first: the picture's version of a purchase counts, not the state's. */
  private ownOf({ purchase }: AskedReversal, asset: string): Own | undefined {
    if (purchase === undefined) return undefined;
    const accrual = this.passed.get(purchase) ?? this.state.accruals.get(purchase);
    const holding = accrual?.holdings.find((one) => one.asset === asset);
    const lot = accrual && lotFrom(accrual, asset);
    return holding && lot ? { holding, lot } : undefined;
  }

  private left(lot: string, asset: string): bigint {
    return this.remaining.get(lot) ?? holdingOf(this.state, asset, lot)?.remaining ?? 0n;
  }

  /** Lots beside its own that a reversal may take: active by its time, and not past their date. */
  private drawable(asset: string, { at, purchase }: AskedReversal): Lot[] {
    const own = purchase === undefined ? undefined : lotOf(purchase, asset);
    return this.openLots(asset).filter(
      ({ lot, activatedAt, expiresAt }) =>
        lot !== own && activatedAt <= at && (expiresAt === undefined || expiresAt > at),
    );
  }

  private openLots(asset: string): Lot[] {
    const known = this.lots.get(asset);
    if (known) return known;
    const open: Lot[] = [];
    for (let i = 0; i < this.start; i++) this.collect(open, this.state.facts[i]!, asset);
    for (const accrual of this.passed.values()) this.collect(open, accrual, asset);
    open.sort(inDrawOrder);
    this.lots.set(asset, open);
    return open;
  }

  private collect(open: Lot[], fact: Fact, asset: string): void {
    if (fact.kind !== 'accrual') return;
    const lot = lotFrom(fact, asset);
    if (lot && this.left(lot.lot, asset) > 0n) open.push(lot);
  }

  private addScore(asset: string, amount: bigint): bigint {
    const sum = (this.scores.get(asset) ?? this.state.books.get(asset)?.available ?? 0n) + amount;
    this.scores.set(asset, sum);
    return sum;
  }
}

interface Own {
  readonly holding: Holding;
  readonly lot: Lot;
}

function takesOthers(clawback: string): boolean {
  return clawback !== 'only_pending' && clawback !== 'same_lot';
}

const NO_LIMIT = 1n << 62n;

function deficitLimit(clawback: string): bigint {
  if (clawback === 'unlimited') return NO_LIMIT;
  return clawback.startsWith('floor:') ? BigInt(clawback.slice(6)) : 0n;
}

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

/** A lot of an accrual as drawing sees it; one that waits for an event comes last. */
export function lotFrom(accrual: Accrual, asset: string): Lot | undefined {
  const holding = accrual.holdings.find((one) => one.asset === asset);
  if (holding?.lot === undefined) return undefined;
  const { lot, unitCost, priority, activatedAt } = holding;
  return {
    lot,
    issuer: accrual.issuer,
    unitCost,
    priority,
    expiresAt: expiryOf(holding),
    activatedAt: activatedAt ?? LAST,
  };
}

const LAST = Number.MAX_SAFE_INTEGER as Lot['activatedAt'];

function insertLot(lots: Lot[], lot: Lot): void {
  const index = lots.findLastIndex((one) => inDrawOrder(one, lot) < 0);
  lots.splice(index + 1, 0, lot);
}
