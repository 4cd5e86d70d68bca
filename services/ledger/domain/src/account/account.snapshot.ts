import type { SnapshotCodec } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import { BOOKS } from './account.events';
import { type AccountState, booksOf, emptyAccount } from './account.state';
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
  readonly lastHeld: number;
  readonly frozen: boolean;
  readonly closed: boolean;
  /** Of a merged account `merge, into, holder`. */
  readonly merged: readonly string[];
  readonly absorbed: readonly CarriedLineage[];
  /** Of a pool; empty where it is none. */
  readonly pool: readonly PoolText[];
}

export const accountSnapshot: SnapshotCodec<AccountState> = {
  version: 4,
  encode(state): AccountSnapshot {
    const owner = state.owner ? [state.owner.program, state.owner.holder] : [];
    const { done, lastHeld = NONE, frozen, closed } = state;
    const merged = state.merged ? [state.merged.merge, state.merged.into, state.merged.holder] : [];
    const absorbed = lineagesText(state.absorbed);
    const marks = { lastHeld, frozen, closed, merged, absorbed, pool: poolText(state) };
    return { ...new Columns(state).all, owner, books: booksText(state), done: [...done], ...marks };
  },
  decode(snapshot) {
    const { owner, books, done, lastHeld, frozen, closed, merged, absorbed, pool, ...columns } =
      snapshot as AccountSnapshot;
    const state = emptyAccount();
    const [program, holder] = owner;
    if (program !== undefined && holder !== undefined) state.owner = { program, holder };
    new Facts(state, columns).read();
    for (const [asset, score, ...sums] of books) {
      const known = booksOf(state, asset, score === 1);
      BOOKS.forEach((book, index) => (known[book] = BigInt(sums[index]!)));
    }
    for (const [name, content] of done) state.done.set(name, content);
    if (lastHeld !== NONE) state.lastHeld = lastHeld as Instant;
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
