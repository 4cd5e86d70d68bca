import { least } from '@tallystick/vocabulary';
import { type Drawn, drawIssuerFirst, reversed } from '../lots/draw';
import { inDrawOrder, type Lot } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  type Fact,
  holdingOf,
  keyOf,
  type Reversal,
  type Taking,
} from './account.state';
import { inFactOrder, placeOf } from './fact-order';
import type { Ask, AskedReversal, Picture } from './picture';

/** A reversal and what it gets once the picture counts. */
export interface Redrawn {
  readonly old?: Reversal;
  readonly wanted: AskedReversal;
  readonly items: readonly Taking[];
}

/**
 * Draws every reversal from the picture's first change on again, in fact order. What lies before is untouched: it
 * cannot have seen what changes. Quick where no reversal lies behind the change.
 */
export function redraw(state: AccountState, picture: Picture): Redrawn[] {
  const { from } = picture;
  if (!from) return [];
  const quiet = !state.lastReversal || inFactOrder(state.lastReversal, from) < 0;
  if (quiet && picture.reversals.length === 0) return [];
  const start = placeOf(state.facts, from);
  const walk = new Walk(state, start);
  const redrawn: Redrawn[] = [];
  for (const fact of suffix(state, picture, start)) {
    if (fact.kind === 'accrual') walk.pass(fact);
    else redrawn.push({ ...fact, items: fact.wanted.asks.map((ask) => walk.draw(fact.wanted, ask)) });
  }
  return redrawn;
}

type Step = Accrual | { readonly kind: 'reversal'; readonly old?: Reversal; readonly wanted: AskedReversal };

/** The facts from an index on, as the picture wants them. */
function suffix(state: AccountState, picture: Picture, start: number): Step[] {
  const replaced = new Set<Fact>();
  const steps: Step[] = [];
  if (picture.accrual?.old) replaced.add(picture.accrual.old);
  for (const { old } of picture.reversals) if (old) replaced.add(old);
  for (let i = start; i < state.facts.length; i++) {
    const fact = state.facts[i]!;
    if (!replaced.has(fact)) steps.push(fact.kind === 'accrual' ? fact : asStored(fact));
  }
  if (picture.accrual && placed(picture.accrual.wanted, picture)) steps.push(picture.accrual.wanted);
  for (const one of picture.reversals) if (placed(one.wanted, picture)) steps.push({ kind: 'reversal', ...one });
  return steps.sort((a, b) => inFactOrder(placeOfStep(a), placeOfStep(b)));
}

/** An unchanged fact before the first change is no step: it stays as it is. */
function placed(fact: Accrual | AskedReversal, { from }: Picture): boolean {
  return from !== undefined && inFactOrder(fact, from) >= 0;
}

function placeOfStep(step: Step): Accrual | AskedReversal {
  return step.kind === 'accrual' ? step : step.wanted;
}

function asStored(old: Reversal): Step {
  const asks = old.items.map(({ asset, asked, slices }) => ({ asset, score: slices === undefined, amount: asked }));
  return { kind: 'reversal', old, wanted: { ...old, asks } };
}

/** What lots and scores hold at a place that moves along the facts. */
class Walk {
  private readonly remaining = new Map<string, bigint>();
  private readonly scores = new Map<string, bigint>();
  private readonly lots = new Map<string, Lot[]>();
  private readonly passed = new Map<string, Accrual>();

  constructor(
    private readonly state: AccountState,
    private readonly start: number,
  ) {
    for (let i = start; i < state.facts.length; i++) this.undo(state.facts[i]!);
  }

  /** Forgets what a fact behind the place had done. */
  private undo(fact: Fact): void {
    if (fact.kind === 'accrual') {
      for (const { asset, lot, granted } of fact.holdings) if (lot === undefined) this.addScore(asset, -granted);
      return;
    }
    for (const { asset, taken, slices } of fact.items) {
      if (!slices) this.addScore(asset, taken);
      for (const { lot, amount } of slices ?? []) this.remaining.set(lot, this.left(lot, asset) + amount);
    }
  }

  pass(accrual: Accrual): void {
    this.passed.set(keyOf(accrual), accrual);
    for (const holding of accrual.holdings) {
      if (holding.lot === undefined) {
        this.addScore(holding.asset, holding.granted);
        continue;
      }
      this.remaining.set(holding.lot, holding.granted);
      const known = this.lots.get(holding.asset);
      if (known) insertLot(known, lotFrom(accrual, holding.asset)!);
    }
  }

  draw(reversal: AskedReversal, ask: Ask): Taking {
    if (ask.score) return this.drawScore(ask);
    const { taken, slices } =
      reversal.purchase === undefined ? this.drawUnlinked(reversal, ask) : this.drawLinked(reversal, ask);
    for (const { lot, amount } of slices) this.remaining.set(lot, this.left(lot, ask.asset) - amount);
    return { asset: ask.asset, asked: ask.amount, taken, slices };
  }

  private drawScore({ asset, amount }: Ask): Taking {
    const taken = least(amount, this.addScore(asset, 0n));
    this.addScore(asset, -taken);
    return { asset, asked: amount, taken };
  }

  private drawLinked({ purchase, issuer }: AskedReversal, { asset, amount }: Ask): Drawn {
    const own = this.ownLot(purchase!, asset);
    const first = drawIssuerFirst(amount, issuer, own ? [own] : [], (lot) => this.left(lot, asset));
    if (first.taken === amount) return first;
    const others = this.openLots(asset).filter(({ lot }) => lot !== own?.lot);
    const rest = drawIssuerFirst(amount - first.taken, issuer, others, (lot) => this.left(lot, asset));
    return { taken: first.taken + rest.taken, slices: [...first.slices, ...rest.slices] };
  }

  private drawUnlinked({ issuer }: AskedReversal, { asset, amount }: Ask): Drawn {
    return drawIssuerFirst(amount, issuer, reversed(this.openLots(asset)), (lot) => this.left(lot, asset));
  }

  /** Of the passed accruals first: the picture's version of a purchase counts, not the state's. */
  private ownLot(purchase: string, asset: string): Lot | undefined {
    const accrual = this.passed.get(purchase) ?? this.state.accruals.get(purchase);
    return accrual && lotFrom(accrual, asset);
  }

  private left(lot: string, asset: string): bigint {
    return this.remaining.get(lot) ?? holdingOf(this.state, asset, lot)?.remaining ?? 0n;
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

function lotFrom(accrual: Accrual, asset: string): Lot | undefined {
  const holding = accrual.holdings.find((one) => one.asset === asset);
  if (holding?.lot === undefined) return undefined;
  const { lot, unitCost, priority, expiresAt } = holding;
  return { lot, issuer: accrual.issuer, unitCost, priority, expiresAt, activatedAt: accrual.at };
}

function insertLot(lots: Lot[], lot: Lot): void {
  const index = lots.findLastIndex((one) => inDrawOrder(one, lot) < 0);
  lots.splice(index + 1, 0, lot);
}
