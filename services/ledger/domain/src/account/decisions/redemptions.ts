import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { Slice } from '../../lots/lot';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, holdingOf } from '../account.state';
import type { CancelRedemption } from './decision.commands';
import { paidByCancelling } from './debts';
import { holdOf } from './holds';
import { legsOf, rowsOf } from './spendable';

/**
 * Undoes a redemption, or a part of it: slices go back in reverse order of drawing, to the same lots with their original
 * expiry; a lot whose date has passed lives again until `graceUntil`, where there is one (capabilities L9).
 */
export function cancelRedemption(
  command: CancelRedemption,
  state: AccountState,
): readonly AccountEvent[] | Rejection<AccountRefusal> {
  const { hold: name, cancellation, at, graceUntil } = command;
  const hold = holdOf(command, state);
  if (!hold) return reject('hold-unknown', { hold: name });
  if (hold.state !== 'captured') return reject('hold-not-captured', { hold: name, state: hold.state });
  const left = hold.slices.reduce((sum, slice) => sum + slice.amount, 0n);
  const amount = command.amount ?? left;
  if (amount > left || amount === 0n) return reject('cancel-exceeds-redemption', { hold: name, left: String(left) });
  const slices = rowsOf(lastOf(hold.slices, amount));
  const revived = slices.map(([lot]) => lot).filter((lot) => isOver(state, hold.asset, lot, at));
  const repaid = paidByCancelling(slices, name, hold.asset, state);
  const grace = graceUntil !== undefined && graceUntil > at && revived.length > 0;
  const data = {
    ...state.owner!,
    hold: name,
    asset: hold.asset,
    cancellation,
    ...(command.amount === undefined ? { whole: true as const } : {}),
    amount: String(amount),
    effectiveAt: formatInstant(at),
    slices,
    ...(repaid.length > 0 ? { repaid } : {}),
    ...(grace ? { grace: { until: formatInstant(graceUntil), lots: revived } } : {}),
    postings: legsOf(hold.asset, [[slices, 'redeemed', 'available']]),
  };
  return [{ type: 'RedemptionCancelled', version: 1, data }];
}

function isOver(state: AccountState, asset: string, lot: string, at: number): boolean {
  const holding = holdingOf(state, asset, lot);
  const expiry = holding && expiryOf(holding);
  return expiry !== undefined && expiry <= at;
}

/** The last drawn first, until the amount is reached. */
function lastOf(slices: readonly Slice[], amount: bigint): Slice[] {
  const last: Slice[] = [];
  let open = amount;
  for (let i = slices.length - 1; i >= 0 && open > 0n; i--) {
    const slice = slices[i]!;
    const part = slice.amount < open ? slice.amount : open;
    last.push({ ...slice, amount: part });
    open -= part;
  }
  return last;
}
