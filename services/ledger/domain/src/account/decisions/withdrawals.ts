import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant, round, times } from '@tallystick/vocabulary';
import type { AccountEvent, Reference } from '../account.events';
import { eventsOfGivingBack } from '../account.facts';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, holdingOf, type Holding } from '../account.state';
import { lotFrom } from '../walk';
import { repayments } from './debts';
import type { SliceRow } from './decision.events';
import { Draft } from './draft';
import type { NoteOverdue, ReactivateLots, RefundPrincipal, RepayLoan } from './grant.commands';
import type { LotsReactivated } from './grant.events';
import { faultOfBalanceCap } from './balance-caps';
import { arrivedLot, BONUS, isPrincipal, PRINCIPAL } from './lot-sources';
import { drawn, faultOfFunds, faultOfSpending } from './holds';
import { MOST_EVENTS, partOf } from './in-parts';
import { overdueName } from './said';
import { legsOf, type OpenLot, rowOf, rowsOf, spendableLots, sumOf } from './spendable';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Pays principal back in cash that is neither spent nor held, in draw order. What is left of what was given on top of it falls
 * in proportion, rounded up, so that parts refunded one by one leave no more of it than all at once (capabilities CD2).
 */
export function refundPrincipal(command: RefundPrincipal, state: AccountState): Outcome {
  const { refund, asset, unit, store, at } = command;
  const lots = spendableLots(state, asset, at).filter(({ lot }) => isPrincipal(lot.lot));
  const amount = command.amount ?? sumOf(lots);
  const fault = faultOfSpending(state, asset, amount, lots);
  if (fault) return fault;
  if (amount === 0n) return reject('insufficient-points', { asset, available: '0' });
  const slices = rowsOf(drawn(lots, amount));
  const fallen = slices.flatMap((slice) => fallenWith(slice, asset, state));
  const data = {
    ...state.owner!,
    asset,
    withdrawal: refund,
    by: 'refund' as const,
    unit,
    ...(store === undefined ? {} : { store }),
    ...(command.amount === undefined ? { whole: true as const } : {}),
    amount: String(amount),
    effectiveAt: formatInstant(at),
    slices,
    ...(fallen.length > 0 ? { fallen } : {}),
    postings: legsOf(asset, [
      [slices, 'available', 'moved'],
      [fallen, 'available', 'breakage'],
    ]),
  };
  return [{ type: 'PointsWithdrawn', version: 1, data }];
}

/** The part of a top-up's gift that falls with a slice of its principal. */
function fallenWith([lot, issuer, unitCost, amount]: SliceRow, asset: string, state: AccountState): SliceRow[] {
  const topUp = lot.slice(PRINCIPAL.length + 1, lot.length - `.0:${asset}`.length);
  const name = arrivedLot(BONUS, topUp, 1, asset);
  const left = holdingOf(state, asset, name)?.remaining ?? 0n;
  const principal = holdingOf(state, asset, lot)!.remaining;
  const falls = round(times(left, { numerator: BigInt(amount), denominator: principal }), 'ceil');
  return falls > 0n ? [[name, issuer, unitCost, String(falls)]] : [];
}

/** Repays a loan with points that are there; never more than is owed of it (capabilities L22). */
export function repayLoan(command: RepayLoan, state: AccountState): Outcome {
  const { repayment: withdrawal, loan, at } = command;
  const debt = state.debts?.get(`loan:${loan}`);
  if (!debt) return reject('repayment-exceeds-debt', { loan, owed: '0' });
  const amount = command.amount ?? debt.owed;
  if (amount > debt.owed) return reject('repayment-exceeds-debt', { loan, owed: String(debt.owed) });
  const lots = spendableLots(state, debt.asset, at);
  const fault = faultOfFunds(state, debt.asset, amount, lots);
  if (fault) return fault;
  const whole = command.amount === undefined ? { whole: true as const } : {};
  return repayments(state, drawn(lots, amount), [debt], at, { withdrawal, ...whole });
}

/**
 * Lets lots live again whose date has passed within the window: the same lots, with issuer and cost as they were, their
 * breakage undone; the amount is what no reversal has taken out of it (capabilities L22, S18).
 */
export function reactivateLots(command: ReactivateLots, state: AccountState): Outcome {
  const { asset, lots: asked, until, at, balanceCap } = command;
  const expired = expiredLots(state, command);
  const rows = expired.map(rowOf);
  const missing = asked?.find((lot) => !rows.some(([name]) => name === lot));
  if (missing !== undefined || rows.length === 0 || until <= at) {
    return reject('nothing-to-reactivate', missing === undefined ? { asset } : { asset, lot: missing });
  }
  const beyond = faultOfBalanceCap(state, asset, sumOf(expired), balanceCap);
  if (beyond) return beyond;
  const next = partOf(expired, command.part);
  return next.length === 0 ? [] : [reactivated(command, next, state)];
}

function reactivated(
  { reactivation, asset, lots: asked, until, at, part }: ReactivateLots,
  lots: readonly OpenLot[],
  state: AccountState,
): LotsReactivated {
  const slices = lots.map(rowOf);
  const data = {
    ...state.owner!,
    asset,
    reactivation,
    ...(asked === undefined ? {} : { asked }),
    lots: lots.map(({ lot }) => [lot.lot, formatInstant(lot.expiresAt!), formatInstant(until)] as const),
    ...(part && { part }),
    amount: String(sumOf(lots)),
    effectiveAt: formatInstant(at),
    slices,
    postings: legsOf(asset, [[slices, 'breakage', 'available']]),
  };
  return { type: 'LotsReactivated', version: 1, data };
}

/**
 * Undoes the rest of the breakage of lots that live again: what reversals had taken out of it and have given back. They take
 * it of the lots themselves then, so that these are as if they had never expired.
 */
export function reactivateTaken({ data }: LotsReactivated, cause: Reference, state: AccountState): AccountEvent[] {
  const names = new Set(data.lots.map(([lot]) => lot));
  const draft = new Draft(state);
  draft.add(eventsOfGivingBack(names, cause, state));
  if (draft.events.length === 0) return [];
  const slices = data.slices.flatMap(([lot, issuer, unitCost]): SliceRow[] => {
    const left = holdingOf(draft.state, data.asset, lot)?.used?.expired ?? 0n;
    return left > 0n ? [[lot, issuer, unitCost, String(left)]] : [];
  });
  const amount = String(slices.reduce((sum, [, , , part]) => sum + BigInt(part), 0n));
  const postings = legsOf(data.asset, [[slices, 'breakage', 'available']]);
  const rest = { ...data, lots: [], amount, slices, taken: true as const, postings };
  return [...draft.events, { type: 'LotsReactivated', version: 1, data: rest }];
}

/** Lots with breakage that may be undone, what is left of each standing for it. */
function expiredLots(state: AccountState, { asset, lots, since, at }: ReactivateLots): OpenLot[] {
  const taken = takenOfBreakage(state);
  // What was given up while it was pending has not expired.
  const wanted = ({ lot, used, pending }: Holding, ended: Instant | undefined) =>
    !pending &&
    used !== undefined &&
    used.expired > (taken.get(lot!) ?? 0n) &&
    ended !== undefined &&
    ended >= since &&
    ended <= at;
  return state.facts.flatMap((fact) => {
    if (fact.kind !== 'accrual') return [];
    return fact.holdings.flatMap((holding): OpenLot[] => {
      const { lot } = holding;
      if (holding.asset !== asset || lot === undefined || (lots && !lots.includes(lot))) return [];
      if (!wanted(holding, expiryOf(holding))) return [];
      const left = holding.used!.expired - (taken.get(lot) ?? 0n);
      return [{ lot: lotFrom(fact, asset)!, holding: { ...holding, remaining: left }, since: fact.at }];
    });
  });
}

function takenOfBreakage({ reversals }: AccountState): Map<string, bigint> {
  const taken = new Map<string, bigint>();
  for (const { items } of reversals.values()) {
    for (const { lot, amount, expired } of items.flatMap(({ slices }) => slices ?? [])) {
      if (expired) taken.set(lot, (taken.get(lot) ?? 0n) + amount);
    }
  }
  return taken;
}

/** Says of every debt that is due and not repaid that it is overdue, once a debt, and {@link MOST_EVENTS} at most (capabilities L22, CD2). */
export function noteOverdue({ at }: NoteOverdue, state: AccountState): readonly AccountEvent[] {
  return [...(state.debts?.values() ?? [])]
    .filter(({ debt, dueAt }) => dueAt <= at && !state.done.has(overdueName(debt)))
    .slice(0, MOST_EVENTS)
    .map(({ debt, kind, asset, unit, owed, dueAt }) => {
      const said = { asset, debt, unit, amount: String(owed), dueAt: formatInstant(dueAt) };
      const data = { ...state.owner!, ...said, effectiveAt: formatInstant(at), postings: [] };
      return { type: kind === 'loan' ? 'LoanOverdue' : 'CreditOverdue', version: 1, data };
    });
}
