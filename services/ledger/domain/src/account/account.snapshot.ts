import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  emptyAccount,
  type Fact,
  type Holding,
  keyOf,
  lotOf,
  type Reversal,
  reversalKey,
  type Taking,
} from './account.state';

/**
 * A state as flat columns: texts that repeat are said once and named by number, amounts of one fact are numbers (each at
 * most 9·10¹⁵, exact below 2⁵³), sums are text. An account of 10,000 facts reads in some ten milliseconds.
 */
interface AccountSnapshot {
  readonly owner: readonly string[];
  readonly words: readonly string[];
  /** Per fact, in fact order. */
  readonly ids: readonly string[];
  /** Per fact `milliseconds after the one before, source, issuer, revision, holdings or -1 - items`. */
  readonly facts: readonly number[];
  /** What many holdings have in common, per kind of them `asset, 1 with a lot, unitCost, priority`. */
  readonly terms: readonly number[];
  /** Per holding `terms, expiresAt or -1, granted, taken`. */
  readonly holdings: readonly number[];
  /** Per reversal `purchase or -1, earnedAt or -1, store, receipt`. */
  readonly reversals: readonly number[];
  /** Per item `asset, asked, taken, slices or -1 for a score`. */
  readonly items: readonly number[];
  /** Per slice `fact of the lot or -1 - its name, issuer, unitCost, amount`. */
  readonly slices: readonly number[];
  readonly books: readonly (readonly [string, number, string, string, string])[];
}

const FACT_WIDTH = 5;
const TERMS_WIDTH = 4;
const HOLDING_WIDTH = 4;

/** Terms looked at before they are said once more. */
const NEAREST_TERMS = 8;
const NONE = -1;

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 2,
  encode(state): AccountSnapshot {
    const { words, ids, facts, terms, holdings, reversals, items, slices } = new Columns(state);
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    return { owner, words, ids, facts, terms, holdings, reversals, items, slices, books: booksOf(state) };
  },
  decode(snapshot) {
    const { owner, books, ...columns } = snapshot as AccountSnapshot;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    new Facts(state, columns).read();
    for (const [asset, score, obligation, available, uncollectable] of books) {
      state.books.set(asset, {
        score: score === 1,
        'issuer-obligation': BigInt(obligation),
        available: BigInt(available),
        uncollectable: BigInt(uncollectable),
      });
    }
    return state;
  },
};

/** The facts of a state in columns. */
class Columns {
  readonly words: string[] = [];
  readonly ids: string[] = [];
  readonly facts: number[] = [];
  readonly terms: number[] = [];
  readonly holdings: number[] = [];
  readonly reversals: number[] = [];
  readonly items: number[] = [];
  readonly slices: number[] = [];
  /** How many terms there are. */
  private kinds = 0;
  private readonly numbers = new Map<string, number>();
  /** By the name of its lot. */
  private readonly places = new Map<string, number>();

  constructor({ facts }: AccountState) {
    let before = 0;
    for (let place = 0; place < facts.length; place++) {
      const fact = facts[place]!;
      const { at, source, id, issuer, revision } = fact;
      const size = fact.kind === 'accrual' ? fact.holdings.length : NONE - fact.items.length;
      this.ids.push(id);
      this.facts.push(at - before, this.numberOf(source), this.numberOf(issuer), revision, size);
      before = at;
      if (fact.kind === 'accrual') this.addHoldings(fact, place);
    }
    for (const fact of facts) if (fact.kind === 'reversal') this.addReversal(fact);
  }

  private addHoldings(fact: Accrual, place: number): void {
    for (const holding of fact.holdings) {
      const { lot, expiresAt = NONE, granted, remaining } = holding;
      const taken = granted === remaining ? 0 : Number(granted - remaining);
      this.holdings.push(this.termsOf(holding), expiresAt, Number(granted), taken);
      if (lot !== undefined) this.places.set(lot, place);
    }
  }

  private termsOf({ asset, lot, unitCost, priority }: Holding): number {
    const { terms } = this;
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
    this.reversals.push(of, earnedAt ?? NONE, this.numberOf(store), this.numberOf(receipt));
    for (const { asset, asked, taken, slices } of items) {
      this.items.push(this.numberOf(asset), Number(asked), Number(taken), slices?.length ?? NONE);
      for (const slice of slices ?? []) this.addSlice(slice);
    }
  }

  private addSlice({ lot, issuer, unitCost, amount }: Slice): void {
    const place = this.places.get(lot) ?? NONE - this.numberOf(lot);
    this.slices.push(place, this.numberOf(issuer), this.numberOf(unitCost), Number(amount));
  }

  private numberOf(word: string): number {
    let number = this.numbers.get(word);
    if (number === undefined) {
      number = this.words.push(word) - 1;
      this.numbers.set(word, number);
    }
    return number;
  }
}

type FactColumns = Omit<AccountSnapshot, 'owner' | 'books'>;

/** Makes facts of columns, from the first to the last. */
class Facts {
  private holding = 0;
  private reversal = 0;
  private item = 0;
  private slice = 0;

  constructor(
    private readonly state: AccountState,
    private readonly columns: FactColumns,
  ) {}

  read(): void {
    const { words, ids, facts } = this.columns;
    let at = 0;
    for (let place = 0; place < ids.length; place++) {
      const row = place * FACT_WIDTH;
      at += facts[row]!;
      const said = {
        at: at as Instant,
        source: words[facts[row + 1]!]!,
        id: ids[place]!,
        issuer: words[facts[row + 2]!]!,
        revision: facts[row + 3]!,
      };
      const size = facts[row + 4]!;
      this.state.facts.push(size < 0 ? this.reversalOf(said, NONE - size) : this.accrualOf(said, size));
    }
  }

  private accrualOf({ at, source, id, issuer, revision }: Said, size: number): Fact {
    const key = keyOf({ source, id });
    const holdings: Holding[] = [];
    for (let i = 0; i < size; i++) holdings.push(this.nextHolding(key));
    const accrual: Accrual = { kind: 'accrual', at, source, id, issuer, revision, holdings, returns: undefined };
    this.state.accruals.set(key, accrual);
    return accrual;
  }

  private nextHolding(key: string): Holding {
    const { words, terms, holdings } = this.columns;
    const row = this.holding;
    this.holding += HOLDING_WIDTH;
    const at = holdings[row]! * TERMS_WIDTH;
    const asset = words[terms[at]!]!;
    const expiresAt = holdings[row + 1]!;
    const [granted, taken] = [holdings[row + 2]!, holdings[row + 3]!];
    return {
      asset,
      lot: terms[at + 1] === 1 ? lotOf(key, asset) : undefined,
      unitCost: words[terms[at + 2]!]!,
      expiresAt: expiresAt === NONE ? undefined : (expiresAt as Instant),
      priority: terms[at + 3]!,
      granted: amountOf(granted),
      remaining: amountOf(granted - taken),
    };
  }

  private reversalOf({ at, source, id, issuer, revision }: Said, size: number): Fact {
    const { words, reversals } = this.columns;
    const row = this.reversal;
    this.reversal += 4;
    const purchase = reversals[row] === NONE ? undefined : words[reversals[row]!]!;
    const earnedAt = reversals[row + 1] === NONE ? undefined : (reversals[row + 1] as Instant);
    const [store, receipt] = [words[reversals[row + 2]!]!, words[reversals[row + 3]!]!];
    const items: Taking[] = [];
    for (let i = 0; i < size; i++) items.push(this.nextItem());
    const said = { at, source, id, purchase, earnedAt, issuer, store, receipt, revision, items };
    const reversal: Reversal = { kind: 'reversal', ...said };
    const key = reversalKey(reversal, purchase);
    this.state.reversals.set(key, reversal);
    this.state.lastReversal = reversal;
    const accrual = purchase === undefined ? undefined : this.state.accruals.get(purchase);
    if (accrual) (accrual.returns ??= new Set()).add(key);
    return reversal;
  }

  private nextItem(): Taking {
    const { words, items } = this.columns;
    const row = this.item;
    this.item += 4;
    const asset = words[items[row]!]!;
    const [asked, taken] = [amountOf(items[row + 1]!), amountOf(items[row + 2]!)];
    const count = items[row + 3]!;
    if (count === NONE) return { asset, asked, taken, slices: undefined };
    const slices: Slice[] = [];
    for (let i = 0; i < count; i++) slices.push(this.nextSlice(asset));
    return { asset, asked, taken, slices };
  }

  private nextSlice(asset: string): Slice {
    const { words, slices } = this.columns;
    const row = this.slice;
    this.slice += 4;
    return {
      lot: this.lotAt(slices[row]!, asset),
      issuer: words[slices[row + 1]!]!,
      unitCost: words[slices[row + 2]!]!,
      amount: amountOf(slices[row + 3]!),
    };
  }

  private lotAt(place: number, asset: string): string {
    const { words, ids, facts } = this.columns;
    if (place < 0) return words[NONE - place]!;
    return lotOf(keyOf({ source: words[facts[place * FACT_WIDTH + 1]!]!, id: ids[place]! }), asset);
  }
}

/** Small amounts come again and again, and making a bigint is the dearest part of reading one. */
const amounts: bigint[] = [];
const SMALL = 4_096;

function amountOf(number: number): bigint {
  return number >= 0 && number < SMALL ? (amounts[number] ??= BigInt(number)) : BigInt(number);
}

type Said = Pick<Fact, 'at' | 'source' | 'id' | 'issuer' | 'revision'>;

function booksOf({ books }: AccountState): AccountSnapshot['books'] {
  return [...books].map(([asset, { score, 'issuer-obligation': obligation, available, uncollectable }]) => [
    asset,
    score ? 1 : 0,
    String(obligation),
    String(available),
    String(uncollectable),
  ]);
}
