import { reject, type Rejection } from '@tallystick/decider';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Hold } from '../account.state';
import type { SpendCap } from './decision.commands';

/**
 * Why `more` points may not be spent under the caps of their asset; absent where they may (capabilities L17). What counts is
 * what open holds reserve and ended ones have redeemed, in the window in which they were placed: a release, a lapse and a
 * cancellation give back. `beyond`: the hold that is captured beyond its amount.
 */
export function faultOfSpendCaps(
  state: AccountState,
  asset: string,
  more: bigint,
  caps: readonly SpendCap[],
  beyond?: Hold,
): Rejection<AccountRefusal> | undefined {
  for (const { window, limit, from } of caps) {
    const used = window === 'transaction' ? (beyond?.amount ?? 0n) : usedSince(state, asset, from);
    if (used + more > limit) {
      return reject('cap-exceeded', { asset, cap: `spend-${window}`, limit: String(limit), used: String(used) });
    }
  }
  return undefined;
}

function usedSince({ holds }: AccountState, asset: string, from = 0): bigint {
  let sum = 0n;
  for (const hold of holds.values()) {
    if (hold.asset !== asset || hold.at < from) continue;
    if (hold.state === 'open' || hold.state === 'captured') for (const { amount } of hold.slices) sum += amount;
  }
  return sum;
}
