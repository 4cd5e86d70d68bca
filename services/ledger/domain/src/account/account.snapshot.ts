import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import { BOOKS } from './account.events';
import { type AccountState, booksOf, type Debt, emptyAccount } from './account.state';
import { cappedBy, type CappedText, cappedText } from './caps';
import type { CarriedLineage } from './decisions/merge.events';
import type { PoolLimits, PoolMember } from './decisions/pool.events';
import { lineagesFrom, lineagesText } from './lineage';
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
  /** Absent while no merge has made it. */
  readonly repaidAcross?: readonly (readonly [asset: string, amount: string])[];
  /** Per late settlement `lease, amount, unit, milliseconds at which it was settled, store where there is one`. */
  readonly late: readonly (readonly string[])[];
  readonly lastHeld: number;
  readonly frozen: boolean;
  readonly pausedAt: number;
  readonly closed: boolean;
  /** Of a merged account `merge, into, holder`. */
  readonly merged: readonly string[];
  readonly absorbed: readonly CarriedLineage[];
  /** Of a pool; empty where it is none. */
  readonly pool: readonly PoolText[];
}

type DebtRow = readonly [
  debt: string,
  kind: Debt['kind'],
  asset: string,
  unit: string,
  at: number,
  dueAt: number,
  amount: string,
  owed: string,
];

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 7,
  encode(state): AccountSnapshot {
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    const { done, lastHeld = NONE, pausedAt = NONE, frozen, closed } = state;
    const merged = state.merged ? [state.merged.merge, state.merged.into, state.merged.holder] : [];
    const absorbed = lineagesText(state.absorbed);
    const marks = { lastHeld, pausedAt, frozen, closed, merged, absorbed, pool: poolText(state) };
    const capped = state.capped && {
      capped: [...state.capped].map(([key, one]) => [key, cappedText(one)] as const),
    };
    const debts = state.debts && { debts: [...state.debts.values()].map(debtRow) };
    const across = state.repaidAcross && {
      repaidAcross: [...state.repaidAcross].map(([asset, amount]) => [asset, String(amount)] as const),
    };
    const said = { owner, books: booksText(state), late: lateText(state), done: [...done], ...marks };
    return { ...new Columns(state).all, ...said, ...capped, ...debts, ...across };
  },
  decode(snapshot) {
    const all = snapshot as AccountSnapshot;
    const { owner, books, late, done, capped, debts, lastHeld, pausedAt, frozen, closed, ...others } = all;
    const { repaidAcross, merged, absorbed, pool, ...columns } = others;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    new Facts(state, columns).read();
    for (const [asset, score, ...sums] of books) {
      const known = booksOf(state, asset, score === 1);
      BOOKS.forEach((book, index) => (known[book] = BigInt(sums[index]!)));
    }
    for (const [lease, amount, unit, at, store] of late) {
      state.late.set(lease!, { at: Number(at) as Instant, amount: BigInt(amount!), unit: unit!, store });
    }
    for (const [name, content] of done) state.done.set(name, content);
    if (capped) state.capped = new Map(capped.map(([key, one]) => [key, cappedBy(one)]));
    if (debts) state.debts = new Map(debts.map((row) => [row[0], debtFrom(row)]));
    if (repaidAcross) state.repaidAcross = new Map(repaidAcross.map(([asset, amount]) => [asset, BigInt(amount)]));
    if (lastHeld !== NONE) state.lastHeld = lastHeld as Instant;
    if (pausedAt !== NONE) state.pausedAt = pausedAt as Instant;
    state.frozen = frozen;
    state.closed = closed;
    const [merge, into, survivor] = merged;
    if (merge !== undefined && into !== undefined && survivor !== undefined) {
      state.merged = { merge, into, holder: survivor };
    }
    if (absorbed.length > 0) state.absorbed = lineagesFrom(absorbed);
    for (const { owner: by, opened, members, brought } of pool) {
      const limits = members.map(({ member, perDay, perMonth }): [string, PoolLimits] => [
        member,
        { perDay, perMonth },
      ]);
      state.pool = { owner: by, opened, members: new Map(limits), brought: new Map(brought) };
    }
    return state;
  },
};

function debtRow({ debt, kind, asset, unit, at, dueAt, amount, owed }: Debt): DebtRow {
  return [debt, kind, asset, unit, at, dueAt, String(amount), String(owed)];
}

function debtFrom([debt, kind, asset, unit, at, dueAt, amount, owed]: DebtRow): Debt {
  const dates = { at: at as Instant, dueAt: dueAt as Instant };
  return { debt, kind, asset, unit, ...dates, amount: BigInt(amount), owed: BigInt(owed) };
}

interface PoolText {
  readonly owner: string;
  readonly opened: string;
  readonly members: readonly PoolMember[];
  readonly brought: readonly (readonly [string, string])[];
}

function poolText({ pool }: AccountState): PoolText[] {
  if (!pool) return [];
  const members = [...pool.members].map(([member, { perDay, perMonth }]) => ({
    member,
    ...(perDay !== undefined && { perDay }),
    ...(perMonth !== undefined && { perMonth }),
  }));
  return [{ owner: pool.owner, opened: pool.opened, members, brought: [...pool.brought] }];
}

function booksText({ books }: AccountState): AccountSnapshot['books'] {
  return [...books].map(([asset, sums]) => [asset, sums.score ? 1 : 0, ...BOOKS.map((book) => String(sums[book]))]);
}

function lateText({ late }: AccountState): AccountSnapshot['late'] {
  return [...late].map(([lease, { at, amount, unit, store }]) => [
    lease,
    String(amount),
    unit,
    String(at),
    ...(store === undefined ? [] : [store]),
  ]);
}
