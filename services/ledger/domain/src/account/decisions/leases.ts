import { isRejection, reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Hold } from '../account.state';
import type { DecideLateSettlement, SettleLease } from './decision.commands';
import { Draft } from './draft';
import { captureHold, holdOf, placeHold, releaseHold } from './holds';

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
 * its own, or to refuse it. Either ends it; an account that cannot pay refuses as a new hold would, and it waits on.
 */
export function decideLateSettlement(command: DecideLateSettlement, state: AccountState): Outcome {
  const { hold: lease, redemption, reason, at, tenant, account } = command;
  const late = state.late.get(lease);
  const hold = state.holds.get(lease);
  if (!late || !hold) return reject('late-settlement-unknown', { hold: lease });
  const { amount, unit, store } = late;
  const draft = new Draft(state);
  if (redemption !== undefined) {
    if (state.closed) return reject('account-closed', { account });
    if (state.holds.has(redemption)) return reject('hold-conflict', { hold: redemption });
    const { asset, ttlSeconds } = hold;
    const ids = { tenant, account, at, hold: redemption, unit, store };
    const placed = placeHold(
      { kind: 'place-hold', ...ids, asset, amount, ttlSeconds, expireUnderHold: 'protect' },
      state,
    );
    if (isRejection(placed)) return placed;
    draft.add(placed);
    const captured = captureHold({ kind: 'capture-hold', ...ids, amount, beyondHold: false }, draft.state);
    if (isRejection(captured)) return captured;
    draft.add(captured);
  }
  const outcome =
    redemption === undefined ? { outcome: 'refused' as const } : { outcome: 'honoured' as const, redemption };
  const said = { hold: lease, asset: hold.asset, amount: String(amount), ...outcome, reason };
  const data = { ...state.owner!, ...said, effectiveAt: formatInstant(at), postings: [] };
  draft.add([{ type: 'LateSettlementDecided', version: 1, data }]);
  return draft.events;
}

/** A hold that no till was granted is no lease. */
function leaseOf(command: SettleLease, state: AccountState): Hold | undefined {
  const hold = holdOf(command, state);
  return hold?.till === undefined ? undefined : hold;
}
