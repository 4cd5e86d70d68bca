import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, type Hold, holdingOf, keyOf, type Lineage, referenceOf } from '../account.state';
import { isHere, lineagesText } from '../lineage';
import { bytesOf, carriedIn, carriedOf, legsOfCarried, wholeOf } from './carried';
import { debtsOfLineage, paidByMerging } from './carried-debts';
import { freshHolds, freshNames, keyUnder, renamed, renamedLineage } from './carried-names';
import type { AbsorbAccount, MergeAccount, RestoreAccount, SplitAccount } from './decision.commands';
import { Draft } from './draft';
import type { Repaid } from './grant.events';
import { PAID } from './lot-sources';
import { isOf, partsOf, sumOfSlices } from './merge.evolve';
import type { AccountAbsorbed, Carried, CarriedLineage, CarriedNames, PaidSlice } from './merge.events';
import { wholeOfPart } from './said-of-values';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Bytes that one merge carries at most: with the lineage beside them, and the reversals that are drawn anew, they fit into
 * one append. It is some 1,500 purchases.
 */
export const MOST_CARRIED = 600 * 1024;

/** Why an account must not be asked to become a part of another one; absent where it may (capabilities M4). */
export function faultOfMerging(state: AccountState): Rejection<AccountRefusal> | undefined {
  if (state.pool) return reject('pool-not-merged');
  if (state.closed) return reject('account-closed');
  if (state.frozen) return reject('account-frozen');
  return faultOfSize(wholeOf(state), MOST_CARRIED);
}

/** Why an account must not be asked to take another one in; absent where it may (capabilities M4). */
export function faultOfTakingIn(
  { pool, closed, frozen }: AccountState,
  account: string,
): Rejection<AccountRefusal> | undefined {
  if (pool) return reject('pool-not-merged', { account });
  if (closed) return reject('account-closed', { account });
  return frozen ? reject('account-frozen', { account }) : undefined;
}

/** What is given back may have grown since. */
const MOST_GIVEN_BACK = 750 * 1024;

function faultOfSize(carried: Carried, most: number): Rejection<AccountRefusal> | undefined {
  const bytes = bytesOf(carried);
  return bytes > most ? reject('merge-too-large', { bytes: String(bytes), most: String(most) }) : undefined;
}

/** Refuses what comes to an account that is a part of another one, and what came for a part that has left again. */
export function faultOfMerge(of: string | undefined, state: AccountState): Rejection<AccountRefusal> | undefined {
  const { merged } = state;
  if (merged) return reject('member-merged', { merge: merged.merge, into: merged.into, member: merged.holder });
  return of !== undefined && !isHere(state, of) ? reject('merge-undone', { account: of }) : undefined;
}

/**
 * Gives every lot, score, reversal and hold to another account, whatever became of them: nothing stays. Refused where what
 * happened since the merge was decided forbids it ({@link faultOfMerging}); the merge is undone then before it began.
 */
export function mergeAccount({ merge, into, intoHolder, at }: MergeAccount, state: AccountState): Outcome {
  const fault = faultOfMerging(state);
  if (fault) return fault;
  const carried = wholeOf(state);
  const postings = legsOfCarried(carried, -1n);
  const data = { ...state.owner!, merge, into, intoHolder, effectiveAt: formatInstant(at), ...carried, postings };
  return [{ type: 'AccountMerged', version: 1, data }];
}

/**
 * Takes in what a merged account had, every part of it as it was. Refused by an account that was closed, or made a pool, since and
 * stays so: all goes back then. One that was frozen since takes in, as it takes in purchases. A name that is taken here gets the
 * first digits of the other account behind it, and has its own again when the merge is undone.
 */
export function absorbAccount(command: AbsorbAccount, state: AccountState): Outcome {
  const { merge, from, fromHolder, at } = command;
  if (state.closed) return reject('account-closed', { account: command.account });
  if (state.pool) return reject('pool-not-merged', { account: command.account });
  const carried = carriedIn(command.carried);
  const names = freshNames(carried, from.slice(0, 8), state);
  const taken = { ...renamed(carried, names), inner: carried.inner.map((one) => renamedLineage(one, names)) };
  const ids = new Map([...names.ids].map(([key, id]) => [keyUnder(key, id), idOf(key)]));
  const lineage: CarriedLineage = {
    account: from,
    merge,
    holder: fromHolder,
    accruals: taken.accruals.map(keyOf),
    returns: taken.reversals.flatMap(({ purchase, reversal }) => (purchase ? [] : [keyOf(reversal)])),
    holds: carried.holds.map(({ hold }) => [names.holds.get(hold) ?? hold, hold]),
    ids: [...ids],
    inner: taken.inner,
  };
  const said = { ...state.owner!, merge, from, fromHolder, effectiveAt: formatInstant(at) };
  const data = { ...said, ...taken, inner: [], lineage, postings: legsOfCarried(taken, 1n) };
  const absorbed = { type: 'AccountAbsorbed', version: 1, data } as const;
  const repaid = repaidBy(absorbed, state);
  return [repaid.length === 0 ? absorbed : { ...absorbed, data: { ...data, repaid } }];
}

/** Which debts of one of both what the other one had repaid beyond its own pays. */
function repaidBy(absorbed: AccountAbsorbed, state: AccountState): Repaid[] {
  if (!state.debts && !absorbed.data.debts) return [];
  const draft = new Draft(state);
  draft.add([absorbed]);
  return paidByMerging(draft.state);
}

/**
 * Gives back what is of a merged account: its purchases and returns, those that came since too, with what their lots still
 * hold, what became of them and what is owed for them. Refused while a hold is open, since it may draw of both, and of a frozen
 * account.
 */
export function splitAccount({ merge, from, at }: SplitAccount, state: AccountState): Outcome {
  const lineage = state.absorbed?.get(from);
  if (lineage?.merge !== merge) return reject('merge-unknown', { merge });
  if (state.frozen) return reject('account-frozen');
  if (state.open.size > 0) return reject('holds-open', { holds: String(state.open.size) });
  const draft = new Draft(state);
  const said = { ...state.owner!, merge, from, effectiveAt: formatInstant(at) };
  const paid = paidAcross(state, lineage, merge);
  if (paid.length > 0) draft.add([{ type: 'ReversalsPaid', version: 1, data: { ...said, paid, postings: [] } }]);
  const { carried, names } = partOf(draft.state, from);
  const fault = faultOfScores(carried, draft.state) ?? faultOfSize(carried, MOST_GIVEN_BACK);
  if (fault) return fault;
  const data = { ...said, fromHolder: lineage.holder, ...carried, names, postings: legsOfCarried(carried, -1n) };
  draft.add([{ type: 'AccountSplit', version: 1, data }]);
  return draft.events;
}

/** Stands for itself again with what the other account has given back. */
export function restoreAccount(command: RestoreAccount, state: AccountState): Outcome {
  const { merge, from, names, at } = command;
  const carried = carriedIn(command.carried);
  if (state.merged?.merge !== merge) return reject('merge-unknown', { merge });
  const there = { ids: new Map(names.ids), holds: new Map(names.holds) };
  const own = { ...renamed(carried, there), inner: carried.inner.map((one) => renamedLineage(one, there)) };
  const said = { ...state.owner!, merge, from, effectiveAt: formatInstant(at) };
  return [{ type: 'AccountRestored', version: 1, data: { ...said, ...own, postings: legsOfCarried(own, 1n) } }];
}

/** Every slice that a reversal of one side has of a lot of the other. */
function paidAcross(state: AccountState, lineage: Lineage, merge: string): PaidSlice[] {
  const paid: PaidSlice[] = [];
  for (const fact of state.facts) {
    if (fact.kind !== 'reversal') continue;
    for (const { asset, slices = [] } of fact.items) {
      for (const { lot, issuer, unitCost, amount } of slices) {
        const accrual = state.accruals.get(lot.slice(0, lot.length - asset.length - 1));
        const holding = holdingOf(state, asset, lot);
        if (!accrual || !holding || isOf(lineage, accrual) === isOf(lineage, fact)) continue;
        const { priority, activatedAt } = holding;
        const expiry = expiryOf(holding);
        paid.push({
          asset,
          reversal: { source: fact.source, id: fact.id },
          ...(fact.purchase === undefined ? {} : { purchase: referenceOf(fact.purchase) }),
          lot,
          as: { source: PAID, id: `${merge}.${paid.length}` },
          issuer,
          unitCost,
          amount: String(amount),
          effectiveAt: formatInstant(accrual.at),
          ...(priority === 0 ? {} : { priority: String(priority) }),
          activatedAt: formatInstant(activatedAt ?? accrual.at),
          ...(expiry === undefined ? {} : { expiresAt: formatInstant(expiry) }),
        });
      }
    }
  }
  return paid;
}

/** All that is of a merged account, and the names that it had there. */
function partOf(state: AccountState, from: string): { carried: Carried; names: CarriedNames } {
  const lineage = state.absorbed!.get(from)!;
  const parts: Hold[] = [];
  const shared: Hold[] = [];
  const parted = new Set<string>();
  for (const hold of state.holds.values()) {
    const { leaving, staying } = partsOf(hold, lineage);
    const isOwn = !lineage.holds.has(hold.hold);
    if (isOwn && leaving.length === 0) continue;
    const captured = isOwn ? sumOfSlices(leaving) : hold.captured - sumOfSlices(staying);
    parts.push({ ...hold, slices: leaving, captured });
    if (isOwn || staying.length > 0) parted.add(hold.hold);
    if (isOwn) shared.push(hold);
  }
  const there = namesThere(shared, lineage);
  const { holds, ...facts } = carriedOf(state, (fact) => isOf(lineage, fact), parts);
  const marked = holds.map((hold) => (parted.has(hold.hold) ? { ...hold, parted: true as const } : hold));
  const owed = debtsOfLineage(state, lineage);
  const carried = { ...facts, holds: marked, inner: lineagesText(lineage.inner), ...owed };
  return { carried, names: { ids: [...lineage.ids], holds: [...there] } };
}

/** The names that holds have in the account that they go back to: one that was taken there in the meantime is marked. */
function namesThere(shared: readonly Hold[], { holds, merge }: Lineage): Map<string, string> {
  const there = new Map<string, string>(holds);
  const taken = new Set([...there.values()].map(wholeOfPart));
  const fresh = freshHolds(shared, merge.slice(0, 8), (name) => taken.has(name));
  for (const { hold } of shared) there.set(hold, fresh.get(hold) ?? hold);
  return there;
}

/** A score has no lots to tell by which grants a return was paid: neither side may come out below zero. */
function faultOfScores(carried: Carried, state: AccountState): Rejection<AccountRefusal> | undefined {
  const sums = new Map<string, bigint>();
  const add = (asset: string, amount: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const { lots } of carried.accruals) {
    for (const { asset, lot, granted } of lots) if (lot === undefined) add(asset, BigInt(granted));
  }
  for (const { items } of carried.reversals) {
    for (const { asset, slices, taken } of items) if (!slices) add(asset, -BigInt(taken));
  }
  for (const [asset, sum] of sums) {
    if (sum < 0n || sum > (state.books.get(asset)?.available ?? 0n)) return reject('merge-entangled', { asset });
  }
  return undefined;
}

function idOf(key: string): string {
  return referenceOf(key).id;
}
