import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, least } from '@tallystick/vocabulary';
import type { ApplyEvaluation } from '../account.commands';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, holdingOf, keyOf, lotOf } from '../account.state';
import type { LotsExpired } from './decision.events';
import { Draft } from './draft';
import { legsOf, rowOf } from './spendable';
import { lotFrom } from '../walk';

/** Books that make up what the holder has: pending counts, and what is held is still had (capabilities L17). */
const HAD = ['pending', 'available', 'held'] as const;

/**
 * What a purchase grants beyond the balance cap of an asset is breakage at once, taken from its own lot: in all of it where
 * the cap rejects and the purchase is new. The accrual itself is a fact and stays whole; what it loses is a decision that binds where
 * it is recorded, so that facts end alike whatever their order (decision 0028).
 */
export function withinBalance(
  events: readonly AccountEvent[],
  { balanceCaps = [], purchase, effectiveAt }: ApplyEvaluation,
  state: AccountState,
): readonly AccountEvent[] {
  const over = balanceCaps.filter(({ asset, most }) => balanceAfter(events, state, asset) > most);
  if (over.length === 0) return events;
  const key = keyOf(purchase);
  const isNew = !state.accruals.has(key);
  const draft = new Draft(state);
  draft.add(events);
  for (const { asset, most, onExceed } of over) {
    // What came otherwise is not taken for what a purchase is told anew.
    const added = balanceAfter(events, state, asset) - balanceAfter([], state, asset);
    const surplus = least(balanceAfter([], draft.state, asset) - most, added);
    const left = holdingOf(draft.state, asset, lotOf(key, asset))?.remaining ?? 0n;
    const amount = onExceed === 'reject' && isNew ? left : least(left, surplus);
    if (amount > 0n) draft.add([forfeit(draft.state, key, asset, amount, effectiveAt)]);
  }
  return draft.events;
}

/** Why a decision may not give `more` of an asset; absent where it may, or where there is no cap. */
export function faultOfBalanceCap(
  state: AccountState,
  asset: string,
  more: bigint,
  most: bigint | undefined,
): Rejection<AccountRefusal> | undefined {
  if (most === undefined) return undefined;
  const used = balanceAfter([], state, asset);
  if (used + more <= most) return undefined;
  return reject('cap-exceeded', { asset, cap: 'balance', limit: String(most), used: String(used) });
}

function balanceAfter(events: readonly AccountEvent[], { books }: AccountState, asset: string): bigint {
  const known = books.get(asset);
  let sum = known ? HAD.reduce((all, book) => all + known[book], 0n) : 0n;
  for (const event of events) {
    if (event.type === 'AccountOpened') continue;
    for (const [book, of, , amount] of event.data.postings) {
      if (of === asset && HAD.some((one) => one === book)) sum += BigInt(amount);
    }
  }
  return sum;
}

function forfeit(
  state: AccountState,
  key: string,
  asset: string,
  amount: bigint,
  at: ApplyEvaluation['effectiveAt'],
): LotsExpired {
  const accrual = state.accruals.get(key)!;
  const holding = accrual.holdings.find((one) => one.asset === asset)!;
  const [lot, issuer, unitCost] = rowOf({ lot: lotFrom(accrual, asset)!, holding });
  const rows = [[lot, issuer, unitCost, String(amount)] as const];
  const [pending, slices] = holding.pending ? [rows, []] : [[], rows];
  const postings = legsOf(asset, [
    [slices, 'available', 'breakage'],
    [pending, 'pending', 'breakage'],
  ]);
  const said = { asset, effectiveAt: formatInstant(at), slices, forfeited: true as const, cap: 'balance' as const };
  const data = { ...state.owner!, ...said, ...(pending.length > 0 ? { pending } : {}), postings };
  return { type: 'LotsExpired', version: 1, data };
}
