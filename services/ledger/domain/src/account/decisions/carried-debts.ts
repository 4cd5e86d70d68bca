import { formatInstant, instant, least, splitByLargestRemainder } from '@tallystick/vocabulary';
import { type AccountState, type Debt, keyOf, type Lineage } from '../account.state';
import { creditOf, debtsOf, owedOf, payDebts, paying } from './debts';
import type { Repaid } from './grant.events';
import { isCredit, LOAN } from './lot-sources';
import type { Carried, CarriedDebt, CarriedLate } from './merge.events';

/** What goes with lots and holds and is neither. */
export type CarriedDebts = Pick<Carried, 'debts' | 'late' | 'repaidAcross'>;

/** All that an account owes, and the late settlements that wait in it. */
export function wholeOfDebts({ debts, late, repaidAcross }: AccountState): CarriedDebts {
  return textOf([...(debts?.values() ?? [])], late, repaidAcross ?? new Map());
}

function textOf(debts: readonly Debt[], late: AccountState['late'], across: ReadonlyMap<string, bigint>): CarriedDebts {
  const waiting = [...late].map(([lease, { at, amount, unit, store }]): CarriedLate => {
    const said = { lease, effectiveAt: formatInstant(at), amount: String(amount), unit };
    return store === undefined ? said : { ...said, store };
  });
  const repaid = [...across].map(([asset, amount]) => [asset, String(amount)] as const);
  return {
    ...(debts.length > 0 && { debts: debts.map(debtText) }),
    ...(waiting.length > 0 && { late: waiting }),
    ...(repaid.length > 0 && { repaidAcross: repaid }),
  };
}

function debtText({ debt, kind, asset, unit, at, dueAt, amount, owed }: Debt): CarriedDebt {
  const dates = { effectiveAt: formatInstant(at), dueAt: formatInstant(dueAt) };
  return { debt, kind, asset, unit, ...dates, amount: String(amount), owed: String(owed) };
}

/** Puts what is owed into the account that it comes to. */
export function placeDebts(state: AccountState, { debts = [], late = [], repaidAcross = [] }: CarriedDebts): void {
  for (const { effectiveAt, dueAt, amount, owed, ...same } of debts) {
    const dates = { at: instant(effectiveAt), dueAt: instant(dueAt) };
    const debt = { ...same, ...dates, amount: BigInt(amount), owed: BigInt(owed) };
    (state.debts ??= new Map()).set(debt.debt, debt);
  }
  for (const { lease, effectiveAt, amount, unit, store } of late) {
    state.late.set(lease, { at: instant(effectiveAt), amount: BigInt(amount), unit, store });
  }
  for (const [asset, amount] of repaidAcross) addAcross(state, asset, BigInt(amount));
}

/** Takes what is owed out of the account that it leaves; of a debt that is of both, the part that is said. */
export function removeDebts(state: AccountState, { debts = [], late = [], repaidAcross = [] }: CarriedDebts): void {
  for (const { debt, amount } of debts) {
    const known = state.debts?.get(debt);
    if (known) known.amount -= BigInt(amount);
  }
  payDebts(
    state,
    debts.map(({ debt, owed }): Repaid => [debt, owed]),
  );
  for (const { lease } of late) state.late.delete(lease);
  for (const [asset, amount] of repaidAcross) addAcross(state, asset, -BigInt(amount));
}

function addAcross(state: AccountState, asset: string, amount: bigint): void {
  const across = (state.repaidAcross ??= new Map());
  const sum = (across.get(asset) ?? 0n) + amount;
  if (sum === 0n) across.delete(asset);
  else across.set(asset, sum);
  if (across.size === 0) state.repaidAcross = undefined;
}

/** Which debts what one of two accounts had repaid beyond what it owed pays, once they are one, the one due first first. */
export function paidByMerging(state: AccountState): Repaid[] {
  const assets = new Set([...(state.debts?.values() ?? [])].map(({ asset }) => asset));
  return [...assets].flatMap((asset) => {
    const { spent, repaid } = creditOf(state, asset);
    const left = spent > repaid ? spent - repaid : 0n;
    return paying(debtsOf(state, asset, 'credit'), owedOf(state, asset, 'credit') - left);
  });
}

/**
 * What a merged account owes by its lineage: its loans, and of each redemption on credit what was drawn of its own. What one side
 * has repaid for the other stays repaid: `repaidAcross` says how much its own lots do not tell of it.
 */
export function debtsOfLineage(state: AccountState, lineage: Lineage): CarriedDebts {
  const isOwn = (key: string) => lineage.accruals.has(key);
  const debts = [...(state.debts?.values() ?? [])].flatMap((debt) => partOfDebt(debt, isOwn, state));
  const late = new Map([...state.late].filter(([lease]) => lineage.holds.has(lease)));
  const across = new Map<string, bigint>();
  for (const asset of state.books.keys()) {
    const amount = acrossOf(state, asset, debts, isOwn);
    if (amount !== 0n) across.set(asset, amount);
  }
  return textOf(debts, late, across);
}

function partOfDebt(debt: Debt, isOwn: (key: string) => boolean, state: AccountState): Debt[] {
  const [owed, amount] = [debt.owed, debt.amount].map((one) => ownShare(debt, one, isOwn, state)) as [bigint, bigint];
  return owed > 0n ? [{ ...debt, owed, amount }] : [];
}

/** What of an amount of a debt is owed for lots that are looked for: a loan is owed for its lot, credit for what was drawn. */
export function ownShare(
  { debt, kind, asset }: Pick<Debt, 'debt' | 'kind' | 'asset'>,
  amount: bigint,
  isOwn: (key: string) => boolean,
  { holds }: Pick<AccountState, 'holds'>,
): bigint {
  const name = debt.slice(debt.indexOf(':') + 1);
  if (kind === 'loan') return isOwn(keyOf({ source: LOAN, id: `${name}.0` })) ? amount : 0n;
  let [own, others] = [0n, 0n];
  for (const slice of holds.get(name)?.slices ?? []) {
    if (!isCredit(slice.lot)) continue;
    if (isOwn(slice.lot.slice(0, slice.lot.length - asset.length - 1))) own += slice.amount;
    else others += slice.amount;
  }
  return own === 0n ? 0n : splitByLargestRemainder(amount, [own, others])[0]!;
}

/** So that owed = spent on own credit − repaid by own lots − repaid across, never below zero, on either side (0042). */
function acrossOf(state: AccountState, asset: string, debts: readonly Debt[], isOwn: (key: string) => boolean): bigint {
  const all = creditOf(state, asset);
  const own = creditOf(state, asset, isOwn);
  const ahead = own.repaid - own.spent;
  const allAhead = all.repaid - all.spent;
  const owed = debts.reduce(
    (sum, debt) => (debt.asset === asset && debt.kind === 'credit' ? sum + debt.owed : sum),
    0n,
  );
  const keptAhead = ahead > 0n && allAhead > 0n ? least(ahead, allAhead) : 0n;
  return keptAhead - ahead - owed;
}

/**
 * What is repaid of credit by the account whose debts it pays, this one (absent) or one that was merged into it: what belongs to
 * which is told by the lots that were drawn.
 */
export function byOwner(
  repaid: readonly Repaid[],
  asset: string,
  state: AccountState,
): Map<string | undefined, bigint> {
  const sums = new Map<string | undefined, bigint>();
  const add = (account: string | undefined, amount: bigint) => {
    if (amount > 0n) sums.set(account, (sums.get(account) ?? 0n) + amount);
  };
  for (const [debt, text] of repaid) {
    let left = BigInt(text);
    for (const [account, { accruals }] of state.absorbed ?? []) {
      const share = ownShare({ debt, kind: 'credit', asset }, BigInt(text), (key) => accruals.has(key), state);
      const part = least(share, left);
      add(account, part);
      left -= part;
    }
    add(undefined, left);
  }
  return sums;
}
