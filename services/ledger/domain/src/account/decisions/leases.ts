import { isRejection, reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Hold, LateSettlement } from '../account.state';
import type { DecideLateSettlement, SettleLease } from './decision.commands';
import { Draft } from './draft';
import { captureHold, holdOf, placeHold, releaseHold } from './holds';
import { faultOfSpendCaps } from './spend-caps';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Books what a till has spent offline of a lease, a hold that it was granted: so much is redeemed and the rest is free
 * again, none of it where nothing was spent. What comes after the lease has ended takes no points: it waits for a decision
 * (capabilities 5-15, X3). Refuses more than was leased.
 */
export function settleLease(command: SettleLease, state: AccountState): Outcome {
  const { hold: name, amount, unit, store, at, boundTo } = command;
  const hold = leaseOf(command, state);
  if (!hold) return reject('hold-unknown', { hold: name });
  if (amount > hold.amount) return reject('capture-exceeds-hold', { hold: name, held: String(hold.amount) });
  const { tenant, account } = command;
  const ending = { tenant, account, hold: name, boundTo, at };
  const isOpen = hold.state === 'open' && hold.until > at;
  if (isOpen && amount === 0n) return releaseHold({ kind: 'release-hold', ...ending }, state);
  if (isOpen || hold.state === 'captured') {
    return captureHold({ kind: 'capture-hold', ...ending, amount, beyondHold: false, unit, store }, state);
  }
  if (amount === 0n) return [];
  const said = { hold: name, asset: hold.asset, till: hold.till!, amount: String(amount), unit };
  const data = { ...state.owner!, ...said, ...(store === undefined ? {} : { store }) };
  return [{ type: 'LeaseSettledLate', version: 1, data: { ...data, effectiveAt: formatInstant(at), postings: [] } }];
}

/**
 * What an operator decides on a late settlement: to honour it by a new redemption of points that are there now, under a name of
 * its own, or to refuse it. Either ends it; an account that cannot pay refuses as a new hold would, and it waits on. A spend cap
 * that it would be beyond refuses it too, unless whoever decides goes beyond it: the event then says which.
 */
export function decideLateSettlement(command: DecideLateSettlement, state: AccountState): Outcome {
  const { hold: name, redemption, reason, at } = command;
  const late = state.late.get(name);
  const lease = state.holds.get(name);
  if (!late || !lease) return reject('late-settlement-unknown', { hold: name });
  const { asset } = lease;
  const said = { ...state.owner!, hold: name, asset, amount: String(late.amount), reason };
  const decided = { ...said, effectiveAt: formatInstant(at), postings: [] };
  if (redemption === undefined) {
    return [{ type: 'LateSettlementDecided', version: 1, data: { ...decided, outcome: 'refused' } }];
  }
  const beyond = faultOfSpendCaps(state, asset, late.amount, command.caps ?? []);
  if (beyond && !command.beyondCaps) return beyond;
  const redeemed = redeemedLate(command, redemption, lease, late, state);
  if (isRejection(redeemed)) return redeemed;
  const cap = beyond && { beyondCap: beyond.facts['cap']! };
  const data = { ...decided, outcome: 'honoured' as const, redemption, ...cap };
  return [...redeemed, { type: 'LateSettlementDecided', version: 1, data }];
}

function redeemedLate(
  { tenant, account, at }: DecideLateSettlement,
  redemption: string,
  { asset, ttlSeconds }: Hold,
  { amount, unit, store }: LateSettlement,
  state: AccountState,
): Outcome {
  if (state.closed) return reject('account-closed', { account });
  if (state.holds.has(redemption)) return reject('hold-conflict', { hold: redemption });
  const draft = new Draft(state);
  const ids = { tenant, account, at, hold: redemption, unit, store };
  const terms = { asset, amount, ttlSeconds, expireUnderHold: 'protect' as const };
  const placed = placeHold({ kind: 'place-hold', ...ids, ...terms }, state);
  if (isRejection(placed)) return placed;
  draft.add(placed);
  const captured = captureHold({ kind: 'capture-hold', ...ids, amount, beyondHold: false }, draft.state);
  if (isRejection(captured)) return captured;
  draft.add(captured);
  return draft.events;
}

/** A hold that no till was granted is no lease. */
function leaseOf(command: SettleLease, state: AccountState): Hold | undefined {
  const hold = holdOf(command, state);
  return hold?.till === undefined ? undefined : hold;
}
