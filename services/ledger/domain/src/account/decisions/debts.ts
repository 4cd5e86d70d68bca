import { formatInstant, type Instant, instant, least } from '@tallystick/vocabulary';
import { drawFrom } from '../../lots/draw';
import type { Slice } from '../../lots/lot';
import type { AccountEvent } from '../account.events';
import { type AccountState, type Debt, expiryOf, keyOf } from '../account.state';
import type { SliceRow } from './decision.events';
import type { PointsWithdrawn, Repaid } from './grant.events';
import { isCredit, REPAYMENT } from './lot-sources';
import { legsOf, openLots, rowsOf, splitSlices } from './spendable';

/** What is owed of an asset, as loans or as credit, in minor units of the asset. */
export function owedOf(state: AccountState, asset: string, kind: Debt['kind']): bigint {
  return debtsOf(state, asset, kind).reduce((sum, { owed }) => sum + owed, 0n);
}

/** Debts of an asset, the one that is due first first, then by name. */
export function debtsOf({ debts }: AccountState, asset: string, kind: Debt['kind']): Debt[] {
  if (!debts) return [];
  return [...debts.values()]
    .filter((debt) => debt.asset === asset && debt.kind === kind)
    .sort((a, b) => a.dueAt - b.dueAt || (a.debt < b.debt ? -1 : 1));
}

/** Which debts an amount pays, in the order given; what is beyond all of them pays nothing. */
export function paying(debts: readonly Debt[], amount: bigint): Repaid[] {
  const repaid: Repaid[] = [];
  let open = amount;
  for (const { debt, owed } of debts) {
    const part = least(open, owed);
    if (part > 0n) repaid.push([debt, String(part)]);
    open -= part;
  }
  return repaid;
}

/**
 * What a redemption adds to what is owed: the part that was drawn on credit, as far as nothing is left of what the holder had
 * repaid beyond it. Absent where it drew on none.
 */
export function owedBy(slices: readonly SliceRow[], asset: string, state: AccountState): bigint | undefined {
  const drawn = creditIn(slices);
  if (drawn === 0n) return undefined;
  const ahead = repaidAhead(state, asset);
  return drawn > ahead ? drawn - ahead : 0n;
}

/** Which debts a cancelled redemption pays: its own first, then the one that is due first. */
export function paidByCancelling(
  slices: readonly SliceRow[],
  hold: string,
  asset: string,
  state: AccountState,
): Repaid[] {
  const amount = state.debts ? creditIn(slices) : 0n;
  if (amount === 0n) return [];
  const own = `credit:${hold}`;
  const debts = debtsOf(state, asset, 'credit').sort((a, b) => Number(b.debt === own) - Number(a.debt === own));
  return paying(debts, amount);
}

/** Takes what is paid off debts; one that is paid is none. */
export function payDebts(state: AccountState, repaid: readonly Repaid[] = []): void {
  for (const [name, amount] of repaid) {
    const debt = state.debts?.get(name);
    if (!debt) continue;
    debt.owed -= BigInt(amount);
    if (debt.owed === 0n) state.debts!.delete(name);
  }
  if (state.debts?.size === 0) state.debts = undefined;
}

/**
 * What was spent on credit and what was repaid of it, in minor units of the asset: by all lots and across merges, or by the lots
 * alone of accruals that are looked for.
 */
export function creditOf(
  state: AccountState,
  asset: string,
  isLookedFor?: (key: string) => boolean,
): { readonly spent: bigint; readonly repaid: bigint } {
  let [spent, repaid] = [0n, isLookedFor ? 0n : (state.repaidAcross?.get(asset) ?? 0n)];
  for (const fact of state.facts) {
    if (isLookedFor?.(keyOf(fact)) === false) continue;
    for (const holding of fact.kind === 'accrual' ? fact.holdings : []) {
      if (holding.asset !== asset || holding.lot === undefined || !isCredit(holding.lot)) continue;
      spent += holding.used?.spent ?? 0n;
      if (fact.source === REPAYMENT) repaid += holding.granted;
    }
  }
  return { spent, repaid };
}

function repaidAhead(state: AccountState, asset: string): bigint {
  const { spent, repaid } = creditOf(state, asset);
  return repaid > spent ? repaid - spent : 0n;
}

function creditIn(slices: readonly SliceRow[]): bigint {
  return slices.reduce((sum, [lot, , , amount]) => (isCredit(lot) ? sum + BigInt(amount) : sum), 0n);
}

/**
 * Loans are repaid first by what is earned later (capabilities L22): by lots that the events grant or make available, as far as
 * they are there on the state after them, the loan that is due first first. It counts from when both the loan and the earning
 * had happened. Like a decision it binds where it was recorded: no later fact draws it again (decision record 0033).
 */
export function repaymentsBy(events: readonly AccountEvent[], state: AccountState): PointsWithdrawn[] {
  return [...earnedIn(events)].flatMap(([asset, earned]) => {
    const debts = debtsOf(state, asset, 'loan');
    const at = debts.reduce((last, debt) => (debt.at > last ? debt.at : last), earned.at);
    const lots = openLots(state, asset, (holding) => {
      const expiry = expiryOf(holding);
      return earned.lots.has(holding.lot!) && !holding.pending && (expiry === undefined || expiry > at);
    });
    const left = (lot: string, remaining: bigint) => least(remaining, earned.lots.get(lot)!);
    const there = new Map(lots.map(({ lot, holding }) => [lot.lot, left(lot.lot, holding.remaining)]));
    const owed = debts.reduce((sum, debt) => sum + debt.owed, 0n);
    const { slices } = drawFrom(
      lots.map(({ lot }) => lot),
      owed,
      (lot) => there.get(lot)!,
    );
    return repayments(state, slices, debts, at);
  });
}

/** Repays loans with slices, an event for each: whoever lent it is paid in points of their issuers. */
export function repayments(
  state: AccountState,
  slices: readonly Slice[],
  debts: readonly Debt[],
  at: Instant,
  said: Pick<PointsWithdrawn['data'], 'withdrawal' | 'whole'> = {},
): PointsWithdrawn[] {
  const events: PointsWithdrawn[] = [];
  let open = slices;
  for (const { debt, asset, unit, owed } of debts) {
    const { first, rest } = splitSlices(open, owed);
    if (first.length === 0) break;
    const rows = rowsOf(first);
    const amount = String(first.reduce((sum, slice) => sum + slice.amount, 0n));
    const data = {
      ...state.owner!,
      asset,
      ...said,
      by: 'loan-repayment' as const,
      unit,
      amount,
      effectiveAt: formatInstant(at),
      slices: rows,
      repaid: [[debt, amount] as const],
      postings: legsOf(asset, [[rows, 'available', 'moved']]),
    };
    events.push({ type: 'PointsWithdrawn', version: 1, data });
    open = rest;
  }
  return events;
}

/** What events earned of an asset, by lot, and when the last of it happened. */
interface Earned {
  at: Instant;
  readonly lots: Map<string, bigint>;
}

function earnedIn(events: readonly AccountEvent[]): Map<string, Earned> {
  const all = new Map<string, Earned>();
  const add = (asset: string, lot: string | undefined, amount: bigint, effectiveAt: string) => {
    if (lot === undefined || amount <= 0n) return;
    const at = instant(effectiveAt);
    const earned = all.get(asset) ?? { at, lots: new Map<string, bigint>() };
    all.set(asset, earned);
    if (at > earned.at) earned.at = at;
    earned.lots.set(lot, (earned.lots.get(lot) ?? 0n) + amount);
  };
  for (const { type, data } of events) {
    if (type === 'PointsAccrued') {
      for (const { asset, lot, amount } of data.grants) add(asset, lot, BigInt(amount), data.effectiveAt);
    } else if (type === 'AccrualAmended') {
      for (const { asset, lot, from, to } of data.changes) add(asset, lot, BigInt(to) - BigInt(from), data.effectiveAt);
    } else if (type === 'PointsActivated') {
      for (const [lot, , , amount] of data.slices) add(data.asset, lot, BigInt(amount), data.effectiveAt);
    }
  }
  return all;
}
