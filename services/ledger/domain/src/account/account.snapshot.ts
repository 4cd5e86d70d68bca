import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  emptyAccount,
  type Holding,
  insertFact,
  keyOf,
  type Reversal,
  type Taking,
} from './account.state';

/**
 * A state as flat columns: texts that repeat are said once and named by number, amounts of one fact are numbers (each at
 * most 9·10¹⁵, exact below 2⁵³), sums are text. An account of 10,000 facts reads in a few milliseconds.
 */
interface AccountSnapshot {
  readonly owner: readonly string[];
  readonly words: readonly string[];
  /** Per accrual, in fact order. */
  readonly ids: readonly string[];
  /** Per accrual `at, source, issuer, revision, holdings`. */
  readonly accruals: readonly number[];
  /** Per holding `asset, 1 with a lot, unitCost, expiresAt or -1, priority, granted, taken`. */
  readonly holdings: readonly number[];
  readonly reversals: readonly ReversalRow[];
  readonly books: readonly (readonly [string, number, string, string, string])[];
}

const ACCRUAL_WIDTH = 5;
const HOLDING_WIDTH = 7;
const NEVER = -1;

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 1,
  encode(state): AccountSnapshot {
    const columns = new Columns();
    const reversals: ReversalRow[] = [];
    for (const fact of state.facts) {
      if (fact.kind === 'accrual') columns.add(fact);
      else reversals.push(reversalRow(fact));
    }
    const { words, ids, accruals, holdings } = columns;
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    return { owner, words, ids, accruals, holdings, reversals, books: booksOf(state) };
  },
  decode(snapshot) {
    const { owner, reversals, books, ...columns } = snapshot as AccountSnapshot;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    readAccruals(state, columns);
    for (const row of reversals) insertFact(state, reversalFrom(row));
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

/** Collects accruals in fact order. */
class Columns {
  readonly words: string[] = [];
  readonly ids: string[] = [];
  readonly accruals: number[] = [];
  readonly holdings: number[] = [];
  private readonly numbers = new Map<string, number>();

  add({ at, source, id, issuer, revision, holdings }: Accrual): void {
    this.ids.push(id);
    this.accruals.push(at, this.numberOf(source), this.numberOf(issuer), revision, holdings.length);
    for (const { asset, lot, unitCost, expiresAt = NEVER, priority, granted, remaining } of holdings) {
      this.holdings.push(this.numberOf(asset), lot === undefined ? 0 : 1, this.numberOf(unitCost), expiresAt, priority);
      this.holdings.push(Number(granted), Number(granted - remaining));
    }
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

/** The accruals lie in fact order, so each is the last one. */
function readAccruals(
  state: AccountState,
  { words, ids, accruals, holdings }: Pick<AccountSnapshot, 'words' | 'ids' | 'accruals' | 'holdings'>,
): void {
  let from = 0;
  for (let i = 0; i < ids.length; i++) {
    const at = i * ACCRUAL_WIDTH;
    const id = ids[i]!;
    const source = words[accruals[at + 1]!]!;
    const key = keyOf({ source, id });
    const held: Holding[] = [];
    for (const to = from + accruals[at + 4]! * HOLDING_WIDTH; from < to; from += HOLDING_WIDTH) {
      held.push(holdingFrom(holdings, from, words, key));
    }
    const accrual: Accrual = {
      kind: 'accrual',
      at: accruals[at] as Instant,
      source,
      id,
      issuer: words[accruals[at + 2]!]!,
      revision: accruals[at + 3]!,
      holdings: held,
      returns: undefined,
    };
    state.facts.push(accrual);
    state.accruals.set(key, accrual);
  }
}

function holdingFrom(row: readonly number[], i: number, words: readonly string[], key: string): Holding {
  const asset = words[row[i]!]!;
  const granted = BigInt(row[i + 5]!);
  const taken = row[i + 6]!;
  const expiresAt = row[i + 3]!;
  return {
    asset,
    lot: row[i + 1] === 1 ? `${key}:${asset}` : undefined,
    unitCost: words[row[i + 2]!]!,
    expiresAt: expiresAt === NEVER ? undefined : (expiresAt as Instant),
    priority: row[i + 4]!,
    granted,
    remaining: taken === 0 ? granted : granted - BigInt(taken),
  };
}

function booksOf({ books }: AccountState): AccountSnapshot['books'] {
  return [...books].map(([asset, { score, 'issuer-obligation': obligation, available, uncollectable }]) => [
    asset,
    score ? 1 : 0,
    String(obligation),
    String(available),
    String(uncollectable),
  ]);
}

type SliceRow = readonly [lot: string, issuer: string, unitCost: string, amount: number];
type TakingRow = readonly [asset: string, asked: number, taken: number, slices: readonly SliceRow[] | null];
type ReversalRow = readonly [
  at: Instant,
  source: string,
  id: string,
  purchase: string | null,
  earnedAt: Instant | null,
  issuer: string,
  store: string,
  receipt: string,
  revision: number,
  items: readonly TakingRow[],
];

function reversalRow(fact: Reversal): ReversalRow {
  const { at, source, id, purchase, earnedAt, issuer, store, receipt, revision, items } = fact;
  return [at, source, id, purchase ?? null, earnedAt ?? null, issuer, store, receipt, revision, items.map(takingRow)];
}

function takingRow({ asset, asked, taken, slices }: Taking): TakingRow {
  return [asset, Number(asked), Number(taken), slices?.map(sliceRow) ?? null];
}

function sliceRow({ lot, issuer, unitCost, amount }: Slice): SliceRow {
  return [lot, issuer, unitCost, Number(amount)];
}

function reversalFrom(row: ReversalRow): Reversal {
  const [at, source, id, purchase, earnedAt, issuer, store, receipt, revision, items] = row;
  return {
    kind: 'reversal',
    at,
    source,
    id,
    purchase: purchase ?? undefined,
    earnedAt: earnedAt ?? undefined,
    issuer,
    store,
    receipt,
    revision,
    items: items.map(takingFrom),
  };
}

function takingFrom([asset, asked, taken, slices]: TakingRow): Taking {
  const parts = slices?.map(([lot, issuer, unitCost, amount]) => ({ lot, issuer, unitCost, amount: BigInt(amount) }));
  return { asset, asked: BigInt(asked), taken: BigInt(taken), slices: parts };
}
