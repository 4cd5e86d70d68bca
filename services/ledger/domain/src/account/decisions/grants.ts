import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import { isWithin } from '../../assets/asset-scope';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState } from '../account.state';
import { byOwner } from './carried-debts';
import { debtsOf, owedOf, paying } from './debts';
import type { SliceRow } from './decision.events';
import type { ChangeLimit, Granting, GrantPoints, LendPoints, RepayCredit, TopUp } from './grant.commands';
import type { GrantedBy, PointsGranted } from './grant.events';
import { faultOfBalanceCap } from './balance-caps';
import { arrivedLot, BONUS, BOUGHT, CREDIT, GIFT, isCredit, LOAN, PRINCIPAL, REPAYMENT } from './lot-sources';
import { drawn, faultOfFunds } from './holds';
import { legsOf, rowsOf, spendableLots } from './spendable';
import { faultOfArrival, movedLot, opening, ownerOf } from './transfers';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/** Grants a lot that was bought, or that a unit gives: that unit owes for it (capabilities L22, S18). */
export function grantPoints(command: GrantPoints, state: AccountState): Outcome {
  const { by, amount, expiresAt } = command;
  const source = by === 'bought' ? BOUGHT : GIFT;
  return granted(command, state, by, [{ source, amount, expiresAt, priority: 0 }]);
}

/**
 * Loads stored value as two lots: what was paid never expires and may be refunded, what is given on top ends as its asset
 * says. Which of both is spent first is fixed when they are granted (capabilities CD2, decision record 0032).
 */
export function topUp(command: TopUp, state: AccountState): Outcome {
  const { principal, bonus, bonusExpiresAt, order } = command;
  const paid = { source: PRINCIPAL, amount: principal, priority: order === 'gifted_first' ? 1 : 0 };
  if (bonus === 0n) return granted(command, state, 'top-up', [paid]);
  const onTop = { source: BONUS, amount: bonus, expiresAt: bonusExpiresAt };
  return granted(command, state, 'top-up', [paid, { ...onTop, priority: order === 'principal_first' ? 1 : 0 }]);
}

/** Lends points; refused beyond the limit of all that is owed of the asset (capabilities L22). */
export function lendPoints(command: LendPoints, state: AccountState): Outcome {
  const { asset, amount, limit, dueAt } = command;
  if (state.frozen) return reject('account-frozen');
  const owed = owedOf(state, asset, 'loan');
  if (owed + amount > limit) {
    return reject('loan-limit-exceeded', { asset, limit: String(limit), owed: String(owed) });
  }
  return granted(command, state, 'loan', [{ source: LOAN, amount, priority: 0 }], { dueAt: formatInstant(dueAt) });
}

/** Raises the limit of a line of credit, or lowers it by what of it is neither spent nor held (capabilities CD2). */
export function changeLimit(command: ChangeLimit, state: AccountState): Outcome {
  const { asset, amount } = command;
  const limit = String(limitOf(state, asset) + amount);
  if (amount > 0n) return granted(command, state, 'credit', [{ source: CREDIT, amount, priority: 0 }], { limit });
  const { grant: withdrawal, unit, store, at } = command;
  if (!state.owner) return reject('account-unknown', { account: command.account });
  const lots = spendableLots(state, asset, at).filter(({ lot }) => isCredit(lot.lot));
  const fault = faultOfFunds(state, asset, -amount, lots);
  if (fault) return fault;
  const slices = rowsOf(drawn(lots, -amount));
  const data = {
    ...state.owner,
    asset,
    withdrawal,
    by: 'limit' as const,
    unit,
    ...(store === undefined ? {} : { store }),
    limit,
    amount: String(-amount),
    effectiveAt: formatInstant(at),
    slices,
    postings: legsOf(asset, [[slices, 'available', 'moved']]),
  };
  return [{ type: 'PointsWithdrawn', version: 1, data }];
}

/** Repays credit in cash; never more than is owed (capabilities CD2). */
export function repayCredit(command: RepayCredit, state: AccountState): Outcome {
  const { asset } = command;
  const owed = owedOf(state, asset, 'credit');
  const amount = command.amount ?? owed;
  if (amount > owed || amount === 0n) return reject('repayment-exceeds-debt', { asset, owed: String(owed) });
  const repaid = paying(debtsOf(state, asset, 'credit'), amount);
  const all = command.amount === undefined ? { whole: true as const } : {};
  const owners = [...byOwner(repaid, asset, state)];
  const lots = owners.map(([, part]) => ({ source: REPAYMENT, amount: part, priority: 0 }));
  const lineage = owners.flatMap(([account], index) =>
    account === undefined ? [] : [[arrivedLot(REPAYMENT, command.grant, index, asset), account] as const],
  );
  const ofMerged = lineage.length > 0 ? { lineage } : {};
  return granted(command, state, 'repayment', lots, { repaid, ...all, ...ofMerged });
}

/** The limit of a line of credit: what was granted and not taken back. */
function limitOf(state: AccountState, asset: string): bigint {
  let limit = 0n;
  for (const fact of state.facts) {
    for (const holding of fact.kind === 'accrual' ? fact.holdings : []) {
      if (holding.asset !== asset || holding.lot === undefined || !isCredit(holding.lot)) continue;
      if (fact.source === CREDIT) limit += holding.granted;
      limit -= holding.used?.moved ?? 0n;
    }
  }
  return limit;
}

interface NewLot {
  readonly source: string;
  readonly amount: bigint;
  readonly expiresAt?: Instant;
  readonly priority: number;
}

type Said = Partial<Pick<PointsGranted['data'], 'dueAt' | 'limit' | 'lineage' | 'repaid' | 'whole'>>;

function granted(
  command: Granting,
  state: AccountState,
  by: GrantedBy,
  lots: readonly NewLot[],
  said: Said = {},
): Outcome {
  const { grant, asset, unit, store, unitCost, at } = command;
  const fault = faultOfArrival(command, state);
  if (fault) return fault;
  if (!isWithin(command.scope, unit, store)) return reject('asset-out-of-scope', { asset, unit });
  const sum = lots.reduce((all, { amount }) => all + amount, 0n);
  const beyond = faultOfBalanceCap(state, asset, sum, command.balanceCap);
  if (beyond) return beyond;
  const named = lots.map((lot, index) => {
    return { ...lot, lot: arrivedLot(lot.source, grant, index, asset), activatedAt: at };
  });
  const slices = named.map(({ lot, amount }): SliceRow => [lot, unit, unitCost, String(amount)]);
  const data = {
    ...ownerOf(command, state),
    asset,
    grant,
    by,
    unit,
    ...(store === undefined ? {} : { store }),
    ...said,
    amount: String(sum),
    effectiveAt: formatInstant(at),
    slices,
    lots: named.map(movedLot),
    postings: legsOf(asset, [[slices, 'issuer-obligation', 'available']]),
  };
  return opening(command, state, { type: 'PointsGranted', version: 1, data });
}
