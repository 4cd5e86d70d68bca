import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { AccountEvent, Posting } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState } from '../account.state';
import type { AdjustPoints } from './decision.commands';
import { faultOfBalanceCap } from './balance-caps';
import { creditLot } from './lot-sources';
import { drawn, faultOfFunds } from './holds';
import { legsOf, rowsOf, spendableLots } from './spendable';

/**
 * A reasoned correction: a credit is a lot of its own whose cost the named unit bears, a debit draws spendable lots in
 * draw order and never below zero (capabilities L11). A score is not adjusted here: its facts are.
 */
export function adjustPoints(
  command: AdjustPoints,
  state: AccountState,
): readonly AccountEvent[] | Rejection<AccountRefusal> {
  const { asset, amount, balanceCap } = command;
  if (state.books.get(asset)?.score) return reject('asset-not-spendable', { asset });
  if (amount < 0n) return debit(command, state);
  if (command.scope && command.scope.unit !== command.unit) {
    return reject('asset-out-of-scope', { asset, unit: command.unit });
  }
  return faultOfBalanceCap(state, asset, amount, balanceCap) ?? [credit(command, state)];
}

function credit(command: AdjustPoints, state: AccountState): AccountEvent {
  const { adjustment, asset, amount, reason, unit, unitCost, expiresAt, at, of } = command;
  const postings: Posting[] = [
    ['adjustment', asset, unit, `-${amount}`],
    ['available', asset, unit, String(amount)],
  ];
  const data = {
    ...state.owner!,
    asset,
    adjustment,
    reason,
    unit,
    amount: String(amount),
    lot: creditLot(adjustment, asset),
    unitCost,
    ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }),
    ...(of === undefined ? {} : { of }),
    effectiveAt: formatInstant(at),
    postings,
  };
  return { type: 'PointsCredited', version: 1, data };
}

/** Of a merged account nothing is debited where its lots are: draw order would take the survivor's own, for good. */
function debit(command: AdjustPoints, state: AccountState): readonly AccountEvent[] | Rejection<AccountRefusal> {
  const { adjustment, asset, reason, unit, at, of } = command;
  if (of !== undefined)
    return reject('member-merged', { account: of, into: command.account, member: state.owner!.holder });
  const amount = -command.amount;
  const lots = spendableLots(state, asset, at);
  const fault = faultOfFunds(state, asset, amount, lots);
  if (fault) return fault;
  const slices = rowsOf(drawn(lots, amount));
  const said = { asset, adjustment, reason, unit, amount: String(amount), effectiveAt: formatInstant(at) };
  const postings = legsOf(asset, [[slices, 'available', 'adjustment']]);
  return [{ type: 'PointsDebited', version: 1, data: { ...state.owner!, ...said, slices, postings } }];
}
