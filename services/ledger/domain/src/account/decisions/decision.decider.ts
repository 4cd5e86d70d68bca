import { isRejection, reject, type Rejection } from '@tallystick/decider';
import type { AccountEvent, Reference } from '../account.events';
import { eventsOfRedraw } from '../account.facts';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, holdingOf } from '../account.state';
import { adjustPoints } from './adjustments';
import { carryForward } from './carry-forward';
import type { DecisionCommand, UnfreezeAccount } from './decision.commands';
import type { SliceRow } from './decision.events';
import { Draft } from './draft';
import { exchangePoints } from './exchanges';
import { captureHold, placeHold, releaseHold } from './holds';
import { decideLateSettlement, settleLease } from './leases';
import { closeAccount, forfeitures, freeze, noticeExpiry, unfreeze } from './life-cycle';
import { activateLots, bookDue, expiriesBy, extendExpiry, HOLD, passTime } from './passing-time';
import { cancelRedemption } from './redemptions';
import { saidBy } from './said';
import { importPoints, receivePoints, sendPoints } from './transfers';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Decisions bind where they are recorded: what they draw is never drawn again (capabilities L13). Each is carried out
 * once by its caller's name; what time has done before it is booked first, what it frees settles what reversals are still
 * owed (docs/decisions, "facts and decisions").
 */
export function decideDecision(command: DecisionCommand, state: AccountState): Outcome {
  if (!state.owner && !OPENS.has(command.kind)) return reject('account-unknown', { account: command.account });
  if (state.owner && command.program !== undefined && command.program !== state.owner.program) {
    return reject('account-unknown', { account: command.account });
  }
  const said = saidBy(command);
  const before = said && state.done.get(said.name);
  if (before !== undefined) return before === said!.content ? [] : reject('decision-conflict', { name: said!.name });
  if (state.closed && BARRED.has(command.kind)) return reject('account-closed', { account: command.account });
  switch (command.kind) {
    case 'pass-time':
      return passTime(command, state);
    case 'activate-lots':
      return activateLots(command, state);
    case 'freeze-account':
      return freeze(command, state);
    case 'unfreeze-account':
      return thawed(command, state);
    case 'notice-expiry':
      return noticeExpiry(command, state);
    default:
      return inTime(command, state);
  }
}

function thawed(command: UnfreezeAccount, state: AccountState): readonly AccountEvent[] {
  const draft = new Draft(state);
  if (state.pausedAt !== undefined) draft.add(expiriesBy(state, command.at));
  draft.add(unfreeze(command, draft.state));
  return draft.events;
}

/** Commands that may be the first of an account. */
const OPENS: ReadonlySet<string> = new Set(['receive-points', 'import-points']);

/** What a closed account no longer does; what comes back to it, or was sent to it, is forfeited at once. */
const BARRED: ReadonlySet<string> = new Set([
  'freeze-account',
  'unfreeze-account',
  'place-hold',
  'adjust-points',
  'send-points',
  'import-points',
  'exchange-points',
  'extend-expiry',
]);

type Timed = Exclude<
  DecisionCommand,
  { kind: 'pass-time' | 'activate-lots' | 'freeze-account' | 'unfreeze-account' | 'notice-expiry' }
>;

function inTime(command: Timed, state: AccountState): Outcome {
  const draft = new Draft(state);
  bookDue(draft, command.at);
  const outcome = carryOut(command, draft.state);
  if (isRejection(outcome) || outcome.length === 0) return outcome;
  draft.add(outcome);
  settle(draft, outcome, state, command);
  return draft.events;
}

function carryOut(command: Timed, state: AccountState): Outcome {
  switch (command.kind) {
    case 'place-hold':
      return placeHold(command, state);
    case 'capture-hold':
      return captureHold(command, state);
    case 'release-hold':
      return releaseHold(command, state);
    case 'settle-lease':
      return settleLease(command, state);
    case 'decide-late-settlement':
      return decideLateSettlement(command, state);
    case 'cancel-redemption':
      return cancelRedemption(command, state);
    case 'extend-expiry':
      return extendExpiry(command, state);
    case 'adjust-points':
      return adjustPoints(command, state);
    case 'send-points':
      return sendPoints(command, state);
    case 'receive-points':
      return receivePoints(command, state);
    case 'import-points':
      return importPoints(command, state);
    case 'exchange-points':
      return exchangePoints(command, state);
    case 'carry-forward':
      return carryForward(command, state);
    case 'close-account':
      return closeAccount(command, state);
  }
}

/** What a decision frees settles what reversals are owed; what of it is past its date ends at once. */
function settle(draft: Draft, outcome: readonly AccountEvent[], before: AccountState, command: Timed): void {
  if (draft.hasReversals && outcome.some((event) => leavesMore(event, before))) {
    draft.add(eventsOfRedraw(causeOf(command), draft.state));
  }
  if (before.closed) draft.add(forfeitures(draft.state, command.at));
  else if (outcome.some((event) => freesEndedLots(event, before, command)))
    draft.add(expiriesBy(draft.state, command.at));
}

/** What only uses lots takes nothing that a reversal has; a capture decides what a reversal waits for. */
function leavesMore({ type, data }: AccountEvent, { owed }: AccountState): boolean {
  if (type === 'HoldCaptured') return data.released.length > 0 || owed.size > 0;
  return type !== 'BooksCarriedForward' && type !== 'HoldPlaced' && type !== 'PointsDebited' && type !== 'PointsSent';
}

function freesEndedLots(event: AccountEvent, state: AccountState, { at }: Timed): boolean {
  const freed = freedBy(event);
  return freed.some(([lot]) => {
    const holding = holdingOf(state, (event.data as { asset: string }).asset, lot);
    const expiry = holding && expiryOf(holding);
    return expiry !== undefined && expiry <= at;
  });
}

function freedBy({ type, data }: AccountEvent): readonly SliceRow[] {
  if (type === 'HoldCaptured') return data.released;
  return type === 'HoldReleased' || type === 'RedemptionCancelled' ? data.slices : [];
}

function causeOf(command: Timed): Reference {
  switch (command.kind) {
    case 'adjust-points':
      return { source: '~adjustment', id: command.adjustment };
    case 'receive-points':
      return { source: '~transfer', id: command.transfer };
    case 'import-points':
      return { source: '~import', id: command.import };
    case 'exchange-points':
      return { source: '~exchange', id: command.exchange };
    case 'carry-forward':
    case 'close-account':
      return { source: '~account', id: command.account };
    case 'extend-expiry':
      return { source: '~extension', id: command.extension };
    case 'send-points':
      return { source: '~transfer', id: command.transfer };
    default:
      return { source: HOLD, id: command.hold };
  }
}
