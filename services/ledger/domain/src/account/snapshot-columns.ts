import type { Slice } from '../lots/lot';
import type { Accrual, AccountState, Hold, Holding, Reversal, Taking } from './account.state';

/**
 * Facts and holds as flat columns: texts that repeat are said once and named by number, amounts of one fact are numbers
 * (each at most 9·10¹⁵, exact below 2⁵³). What few facts have is a row of its own that names its place.
 */
export interface FactColumns {
  readonly words: string[];
  /** Per fact, in fact order. */
  readonly ids: string[];
  /** Per fact `milliseconds after the one before, source, issuer, revision, holdings or -1 - items`. */
  readonly facts: number[];
  /** What many holdings have in common, per kind of them `asset, 1 with a lot, unitCost, priority`. */
  readonly terms: number[];
  /** Per holding `terms, expiresAt or -1, granted, taken`. */
  readonly holdings: number[];
  /** Of holdings that wait, or waited: `holding, 1 while pending, activatedAt or -1, activatesOn or -1`. */
  readonly waits: number[];
  /** Of holdings that decisions moved: `holding, held, spent, expired, moved, freedAt or -1`. */
  readonly used: number[];
  /** `holding, extendedTo, extendedAt or -1` */
  readonly extended: number[];
  /** Per reversal `purchase or -1, earnedAt or -1, store, receipt`. */
  readonly reversals: number[];
  /** Per item `asset, asked, taken, slices or -1 for a score`. */
  readonly items: number[];
  /** Of items with a policy, or that are owed more: `item, clawback or -1, deficit, on hold`. */
  readonly owed: number[];
  /** Per slice `fact of the lot or -1 - its name, issuer, unitCost, amount`. */
  readonly slices: number[];
  /** Slices that were taken out of breakage. */
  readonly expired: number[];
  /** Per hold `name, asset, amount, at, until, ttlSeconds, unit, store or -1, till or -1, state, captured, slices, member or -1`. */
  readonly holds: number[];
  /** As `slices`. */
  readonly held: number[];
}

export const FACT_WIDTH = 5;
export const TERMS_WIDTH = 4;
export const HOLDING_WIDTH = 4;
export const HOLD_WIDTH = 16;
export const SLICE_WIDTH = 4;
export const NONE = -1;
export const HOLD_STATES: readonly Hold['state'][] = ['open', 'captured', 'released', 'lapsed'];

/** Terms looked at before they are said once more. */
const NEAREST_TERMS = 8;

/** The facts and holds of a state in columns. */
export class Columns {
  readonly all: FactColumns = {
    words: [],
    ids: [],
    facts: [],
    terms: [],
    holdings: [],
    waits: [],
    used: [],
    extended: [],
    reversals: [],
    items: [],
    owed: [],
    slices: [],
    expired: [],
    holds: [],
    held: [],
  };
  /** How many terms there are. */
  private kinds = 0;
  private holdings = 0;
  private items = 0;
  private slices = 0;
  private readonly numbers = new Map<string, number>();
  /** By the name of its lot. */
  private readonly places = new Map<string, number>();

  constructor({ facts, holds }: AccountState) {
    let before = 0;
    for (let place = 0; place < facts.length; place++) {
      const fact = facts[place]!;
      const { at, source, id, issuer, revision } = fact;
      const size = fact.kind === 'accrual' ? fact.holdings.length : NONE - fact.items.length;
      this.all.ids.push(id);
      this.all.facts.push(at - before, this.numberOf(source), this.numberOf(issuer), revision, size);
      before = at;
      if (fact.kind === 'accrual') this.addHoldings(fact, place);
    }
    for (const fact of facts) if (fact.kind === 'reversal') this.addReversal(fact);
    for (const hold of holds.values()) this.addHold(hold);
  }

  private addHoldings(fact: Accrual, place: number): void {
    for (const holding of fact.holdings) {
      const { lot, expiresAt = NONE, granted, remaining } = holding;
      const taken = granted === remaining ? 0 : Number(granted - remaining);
      this.all.holdings.push(this.termsOf(holding), expiresAt, Number(granted), taken);
      if (lot !== undefined) this.places.set(lot, place);
      this.addBecome(holding, fact);
      this.holdings++;
    }
  }

  private addBecome(
    { pending, activatedAt, activatesOn, used, extendedTo, extendedAt }: Holding,
    { at }: Accrual,
  ): void {
    const { waits, used: moved, extended } = this.all;
    if (pending || activatedAt !== at || activatesOn !== undefined) {
      const on = activatesOn === undefined ? NONE : this.numberOf(activatesOn);
      waits.push(this.holdings, pending ? 1 : 0, activatedAt ?? NONE, on);
    }
    if (used) {
      const amounts = [used.held, used.spent, used.expired, used.moved].map(Number);
      moved.push(this.holdings, ...amounts, used.freedAt ?? NONE);
    }
    if (extendedTo !== undefined) extended.push(this.holdings, extendedTo, extendedAt ?? NONE);
  }

  private termsOf({ asset, lot, unitCost, priority }: Holding): number {
    const { terms } = this.all;
    const [ofAsset, hasLot, cost] = [this.numberOf(asset), lot === undefined ? 0 : 1, this.numberOf(unitCost)];
    const count = this.kinds;
    for (let number = count - 1; number >= 0 && number >= count - NEAREST_TERMS; number--) {
      const at = number * TERMS_WIDTH;
      const isAlike = terms[at] === ofAsset && terms[at + 1] === hasLot && terms[at + 2] === cost;
      if (isAlike && terms[at + 3] === priority) return number;
    }
    terms.push(ofAsset, hasLot, cost, priority);
    return this.kinds++;
  }

  private addReversal({ purchase, earnedAt, store, receipt, items }: Reversal): void {
    const of = purchase === undefined ? NONE : this.numberOf(purchase);
    this.all.reversals.push(of, earnedAt ?? NONE, this.numberOf(store), this.numberOf(receipt));
    for (const item of items) this.addItem(item);
  }

  private addItem({ asset, asked, taken, deficit, onHold, clawback, slices }: Taking): void {
    this.all.items.push(this.numberOf(asset), Number(asked), Number(taken), slices?.length ?? NONE);
    if (clawback !== undefined || deficit > 0n || onHold > 0n) {
      const policy = clawback === undefined ? NONE : this.numberOf(clawback);
      this.all.owed.push(this.items, policy, Number(deficit), Number(onHold));
    }
    this.items++;
    for (const slice of slices ?? []) {
      this.addSlice(this.all.slices, slice);
      if (slice.expired) this.all.expired.push(this.slices);
      this.slices++;
    }
  }

  private addSlice(slices: number[], { lot, issuer, unitCost, amount }: Slice): void {
    const place = this.places.get(lot) ?? NONE - this.numberOf(lot);
    slices.push(place, this.numberOf(issuer), this.numberOf(unitCost), Number(amount));
  }

  private addHold(hold: Hold): void {
    const { asset, amount, at, until, ttlSeconds, unit, store, till, state, captured, slices, member, share } = hold;
    const wordOf = (word: string | undefined): number => (word === undefined ? NONE : this.numberOf(word));
    this.all.holds.push(this.numberOf(hold.hold), this.numberOf(asset), Number(amount), at, until, ttlSeconds);
    this.all.holds.push(this.numberOf(unit), wordOf(store), wordOf(till));
    this.all.holds.push(HOLD_STATES.indexOf(state), Number(captured), slices.length, wordOf(member));
    this.all.holds.push(share ? Number(share.amount) : NONE, share?.place ?? NONE, wordOf(share?.rate));
    for (const slice of slices) this.addSlice(this.all.held, slice);
  }

  private numberOf(word: string): number {
    let number = this.numbers.get(word);
    if (number === undefined) {
      number = this.all.words.push(word) - 1;
      this.numbers.set(word, number);
    }
    return number;
  }
}
