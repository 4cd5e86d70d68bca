import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import { BOOKS } from './account.events';
import { type AccountState, booksOf, type Debt, emptyAccount } from './account.state';
import { cappedBy, type CappedText, cappedText } from './caps';
import { Columns, type FactColumns, NONE } from './snapshot-columns';
import { Facts } from './snapshot-facts';

/** A state as flat columns: an account of 10,000 facts reads in some ten milliseconds. */
interface AccountSnapshot extends FactColumns {
  readonly owner: readonly string[];
  /** Per asset `name, 1 for a score, Σ per book in the order of BOOKS`. */
  readonly books: readonly (readonly [string, number, ...string[]])[];
  readonly done: readonly (readonly [string, string])[];
  /** Absent while no asset has caps. */
  readonly capped?: readonly (readonly [string, CappedText])[];
  /** Absent while nothing is owed. */
  readonly debts?: readonly DebtRow[];
  readonly lastHeld: number;
  readonly frozen: boolean;
  readonly pausedAt: number;
  readonly closed: boolean;
}

type DebtRow = readonly [
  debt: string,
  kind: Debt['kind'],
  asset: string,
  unit: string,
  at: number,
  dueAt: number,
  owed: string,
];

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 4,
  encode(state): AccountSnapshot {
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    const { done, lastHeld = NONE, pausedAt = NONE, frozen, closed } = state;
    const said = { owner, books: booksText(state), done: [...done], lastHeld, pausedAt, frozen, closed };
    const capped = state.capped && {
      capped: [...state.capped].map(([key, one]) => [key, cappedText(one)] as const),
    };
    const debts = state.debts && { debts: [...state.debts.values()].map(debtRow) };
    return { ...new Columns(state).all, ...said, ...capped, ...debts };
  },
  decode(snapshot) {
    const all = snapshot as AccountSnapshot;
    const { owner, books, done, capped, debts, lastHeld, pausedAt, frozen, closed, ...columns } = all;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    new Facts(state, columns).read();
    for (const [asset, score, ...sums] of books) {
      const known = booksOf(state, asset, score === 1);
      BOOKS.forEach((book, index) => (known[book] = BigInt(sums[index]!)));
    }
    for (const [name, content] of done) state.done.set(name, content);
    if (capped) state.capped = new Map(capped.map(([key, one]) => [key, cappedBy(one)]));
    if (debts) state.debts = new Map(debts.map((row) => [row[0], debtFrom(row)]));
    if (lastHeld !== NONE) state.lastHeld = lastHeld as Instant;
    if (pausedAt !== NONE) state.pausedAt = pausedAt as Instant;
    state.frozen = frozen;
    state.closed = closed;
    return state;
  },
};

function debtRow({ debt, kind, asset, unit, at, dueAt, owed }: Debt): DebtRow {
  return [debt, kind, asset, unit, at, dueAt, String(owed)];
}

function debtFrom([debt, kind, asset, unit, at, dueAt, owed]: DebtRow): Debt {
  return { debt, kind, asset, unit, at: at as Instant, dueAt: dueAt as Instant, owed: BigInt(owed) };
}

function booksText({ books }: AccountState): AccountSnapshot['books'] {
  return [...books].map(([asset, sums]) => [asset, sums.score ? 1 : 0, ...BOOKS.map((book) => String(sums[book]))]);
}
