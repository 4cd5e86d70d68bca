import { instant } from '@tallystick/vocabulary';
import {
  type AccountState,
  booksOf,
  type Fact,
  type Hold,
  holdingOf,
  insertFact,
  keyOf,
  type Lineage,
  lotOf,
  replaceFact,
  reversalKey,
} from '../account.state';
import { lineagesFrom } from '../lineage';
import { place } from './carried';
import { removeDebts } from './carried-debts';
import { payDebts } from './debts';
import { post } from './decision.evolve';
import type { Carried, MergeEvent, PaidSlice } from './merge.events';
import { saidOf } from './said';

/** Folds what a merge, or its undoing, did into the state it is given, in place. */
export function evolveMerge(state: AccountState, event: MergeEvent): AccountState {
  if ('accruals' in event.data) namesKinds(state, event.data);
  post(state, event.data.postings);
  const said = saidOf(event);
  if (said) state.done.set(said.name, said.content);
  switch (event.type) {
    case 'AccountMerged': {
      const { merge, into, intoHolder } = event.data;
      empty(state);
      state.merged = { merge, into, holder: intoHolder };
      return state;
    }
    case 'AccountAbsorbed':
      place(state, event.data);
      payDebts(state, event.data.repaid);
      state.absorbed = new Map([...(state.absorbed ?? []), ...lineagesFrom([event.data.lineage])]);
      return state;
    case 'ReversalsPaid':
      for (const paid of event.data.paid) pay(state, event.data.from, paid);
      return state;
    case 'AccountSplit':
      split(state, event.data.from);
      removeDebts(state, event.data);
      return state;
    case 'AccountRestored':
      place(state, event.data);
      state.absorbed = event.data.inner.length > 0 ? lineagesFrom(event.data.inner) : undefined;
      state.merged = undefined;
      return state;
  }
}

/** An asset that is seen first is a score where what comes of it has no lots. */
function namesKinds(state: AccountState, { accruals, reversals }: Carried): void {
  for (const { asset, lot } of accruals.flatMap(({ lots }) => lots)) booksOf(state, asset, lot === undefined);
  for (const { asset, slices } of reversals.flatMap(({ items }) => items)) booksOf(state, asset, slices === undefined);
}

function empty(state: AccountState): void {
  state.facts.length = 0;
  for (const all of [state.accruals, state.reversals, state.holds, state.open, state.owed, state.repayable, state.late])
    all.clear();
  state.debts = undefined;
  state.repaidAcross = undefined;
  state.lastReversal = undefined;
  state.lastHeld = undefined;
  state.absorbed = undefined;
  state.capped = undefined;
}

function pay(state: AccountState, from: string, paid: PaidSlice): void {
  const { asset, lot, as, issuer, unitCost, effectiveAt, priority, activatedAt, expiresAt } = paid;
  const amount = BigInt(paid.amount);
  const holding = holdingOf(state, asset, lot);
  const key = reversalKey(paid.reversal, paid.purchase && keyOf(paid.purchase));
  const reversal = state.reversals.get(key);
  if (!holding || !reversal) return;
  holding.used ??= { held: 0n, spent: 0n, expired: 0n, moved: 0n, freedAt: undefined };
  holding.used.moved += amount;
  const name = lotOf(keyOf(as), asset);
  const terms = {
    asset,
    lot: name,
    unitCost,
    expiresAt: expiresAt === undefined ? undefined : instant(expiresAt),
    priority: Number(priority ?? 0),
    activatedAt: instant(activatedAt),
    activatesOn: undefined,
    pending: false,
    granted: amount,
    remaining: 0n,
    used: undefined,
    extendedTo: undefined,
    extendedAt: undefined,
  };
  const said = { source: as.source, id: as.id, issuer, revision: 0, returns: undefined };
  insertFact(state, { kind: 'accrual', at: instant(effectiveAt), ...said, holdings: [terms] });
  const items = reversal.items.map((item) => ({
    ...item,
    slices: item.slices?.map((part) => (part.lot === lot && !part.expired ? { ...part, lot: name } : part)),
  }));
  replaceFact(state, reversal, { ...reversal, items });
  const lineage = state.absorbed?.get(from);
  if (lineage && isOf(lineage, reversal)) lineage.accruals.add(keyOf(as));
}

/** True for a fact of a merged account. */
export function isOf({ accruals, returns }: Lineage, fact: Fact): boolean {
  if (fact.kind === 'accrual') return accruals.has(keyOf(fact));
  return fact.purchase === undefined ? returns.has(keyOf(fact)) : accruals.has(fact.purchase);
}

/** What of a hold is of lots of a merged account, and what is not. */
export function partsOf({ slices, asset }: Hold, { accruals }: Lineage) {
  const isLeaving = (lot: string) => accruals.has(lot.slice(0, lot.length - asset.length - 1));
  const leaving = slices.filter(({ lot }) => isLeaving(lot));
  const staying = slices.filter(({ lot }) => !isLeaving(lot));
  return { leaving, staying };
}

/** The amount of slices. */
export function sumOfSlices(slices: Hold['slices']): bigint {
  return slices.reduce((sum, { amount }) => sum + amount, 0n);
}

function split(state: AccountState, from: string): void {
  const lineage = state.absorbed?.get(from);
  if (!lineage) return;
  for (const name of [...state.holds.keys()]) {
    const hold = state.holds.get(name)!;
    const { leaving, staying } = partsOf(hold, lineage);
    const isOwn = !lineage.holds.has(hold.hold);
    if (!isOwn && staying.length === 0) state.holds.delete(hold.hold);
    if (leaving.length === 0 && isOwn) continue;
    hold.slices = staying;
    hold.captured = isOwn ? hold.captured - sumOfSlices(leaving) : sumOfSlices(staying);
  }
  const kept = state.facts.filter((fact) => !isOf(lineage, fact));
  for (const fact of state.facts) {
    if (!isOf(lineage, fact)) continue;
    if (fact.kind === 'accrual') {
      state.accruals.delete(keyOf(fact));
      state.capped?.delete(keyOf(fact));
    } else {
      state.reversals.delete(reversalKey(fact, fact.purchase));
      state.owed.delete(fact);
      state.repayable.delete(fact);
    }
  }
  state.facts.splice(0, state.facts.length, ...kept);
  state.lastReversal = state.facts.findLast((one) => one.kind === 'reversal');
  state.lastHeld = [...state.holds.values()].reduce<Hold['at'] | undefined>(
    (last, { at }) => (last === undefined || last < at ? at : last),
    undefined,
  );
  state.absorbed!.delete(from);
  if (state.absorbed!.size === 0) state.absorbed = undefined;
}
