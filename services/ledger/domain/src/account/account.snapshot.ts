import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import {
  type Accrual,
  type AccountState,
  emptyAccount,
  type Holding,
  insertFact,
  type Reversal,
  type Taking,
} from './account.state';

/**
 * A state as flat rows: texts that repeat are said once and named by number, amounts of one fact are numbers (each at
 * most 9·10¹⁵, exact below 2⁵³), sums are text. An account of 10,000 facts reads in a few milliseconds.
 */
interface AccountSnapshot {
  readonly owner: readonly string[];
  readonly words: readonly string[];
  /** `at, source, id, issuer, revision, (asset, lot?, unitCost, expiresAt, priority, granted, remaining)*` */
  readonly accruals: readonly (readonly (string | number | null)[])[];
  readonly reversals: readonly unknown[];
  readonly books: readonly (readonly [string, number, string, string, string])[];
}

const HEAD = 5;
const WIDTH = 7;

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 1,
  encode(state): AccountSnapshot {
    const words = new Words();
    const accruals = state.facts.filter((fact) => fact.kind === 'accrual').map((fact) => accrualRow(fact, words));
    const reversals = state.facts.filter((fact) => fact.kind === 'reversal').map(reversalRow);
    const books = [...state.books].map(
      ([asset, books]) =>
        [
          asset,
          books.score ? 1 : 0,
          String(books['issuer-obligation']),
          String(books.available),
          String(books.uncollectable),
        ] as const,
    );
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    return { owner, words: words.all, accruals, reversals, books };
  },
  decode(snapshot) {
    const { owner, words, accruals, reversals, books } = snapshot as AccountSnapshot;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    for (const row of accruals) insertFact(state, accrualFrom(row, words));
    for (const row of reversals) insertFact(state, reversalFrom(row as ReversalRow));
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

class Words {
  readonly all: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(word: string): number {
    let number = this.numbers.get(word);
    if (number === undefined) {
      number = this.all.push(word) - 1;
      this.numbers.set(word, number);
    }
    return number;
  }
}

function accrualRow(accrual: Accrual, words: Words): (string | number | null)[] {
  const { at, source, id, issuer, revision, holdings } = accrual;
  const row: (string | number | null)[] = [at, words.numberOf(source), id, words.numberOf(issuer), revision];
  for (const { asset, lot, unitCost, expiresAt, priority, granted, remaining } of holdings) {
    row.push(words.numberOf(asset), lot === undefined ? 0 : 1, words.numberOf(unitCost), expiresAt ?? null, priority);
    row.push(Number(granted), Number(remaining));
  }
  return row;
}

function accrualFrom(row: readonly (string | number | null)[], words: readonly string[]): Accrual {
  const source = words[row[1] as number]!;
  const id = row[2] as string;
  const holdings: Holding[] = [];
  for (let i = HEAD; i < row.length; i += WIDTH) holdings.push(holdingFrom(row, i, words, `${source}:${id}:`));
  const issuer = words[row[3] as number]!;
  return { kind: 'accrual', at: row[0] as Instant, source, id, issuer, revision: row[4] as number, holdings };
}

function holdingFrom(
  row: readonly (string | number | null)[],
  i: number,
  words: readonly string[],
  lots: string,
): Holding {
  const asset = words[row[i] as number]!;
  return {
    asset,
    lot: row[i + 1] === 1 ? lots + asset : undefined,
    unitCost: words[row[i + 2] as number]!,
    expiresAt: (row[i + 3] as Instant | null) ?? undefined,
    priority: row[i + 4] as number,
    granted: BigInt(row[i + 5] as number),
    remaining: BigInt(row[i + 6] as number),
  };
}

type SliceRow = readonly [string, string, string, number];
type TakingRow = readonly [string, number, number, readonly SliceRow[] | null];
type ReversalRow = readonly [
  Instant,
  string,
  string,
  string | null,
  Instant | null,
  string,
  string,
  string,
  number,
  readonly TakingRow[],
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

function reversalFrom([
  at,
  source,
  id,
  purchase,
  earnedAt,
  issuer,
  store,
  receipt,
  revision,
  rows,
]: ReversalRow): Reversal {
  const items = rows.map(([asset, asked, taken, slices]): Taking => {
    const parts = slices?.map(([lot, owner, unitCost, amount]) => ({
      lot,
      issuer: owner,
      unitCost,
      amount: BigInt(amount),
    }));
    return { asset, asked: BigInt(asked), taken: BigInt(taken), slices: parts };
  });
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
    items,
  };
}
