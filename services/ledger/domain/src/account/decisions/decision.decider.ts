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
import { changeLimit, grantPoints, lendPoints, repayCredit, topUp } from './grants';
import { placeHold, releaseHold } from './holds';
import { decideLateSettlement, settleLease } from './leases';
import { closeAccount, forfeitures, freeze, noticeExpiry, unfreeze } from './life-cycle';
import { absorbAccount, faultOfMerge, mergeAccount, restoreAccount, splitAccount } from './merges';
import { captureParts, ofEveryPart, placeMixedHold } from './mixed-holds';
import { activateLots, bookDue, expiriesBy, extendExpiry, HOLD, passTime } from './passing-time';
import { leavePool, openPool, setPoolMember } from './pools';
import { cancelRedemption } from './redemptions';
import { saidBy } from './said';
import { importPoints, receivePoints, sendPoints } from './transfers';
import { noteOverdue, reactivateLots, reactivateTaken, refundPrincipal, repayLoan } from './withdrawals';

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
  const merged = command.kind === 'restore-account' ? undefined : faultOfMerge(ofIn(command), state);
  if (merged) return QUIET.has(command.kind) ? [] : merged;
  if (state.pool && NOT_OF_POOLS.has(command.kind)) return reject('pool-spends-by-hold', { account: command.account });
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
    case 'note-overdue':
      return noteOverdue(command, state);
    default:
      return inTime(command, state);
  }
}

function thawed(command: UnfreezeAccount, state: AccountState): readonly AccountEvent[] {
  if (command.part) return unfreeze(command, state);
  const draft = new Draft(state);
  if (state.pausedAt !== undefined) draft.add(expiriesBy(state, command.at));
  draft.add(unfreeze(command, draft.state));
  return draft.events;
}

/** Commands that may be the first of an account. */
const OPENS: ReadonlySet<string> = new Set([
  'receive-points',
  'import-points',
  'grant-points',
  'top-up',
  'lend-points',
  'change-limit',
  'open-pool',
]);

/** What a pool does not do: its points leave by holds of its members. */
const NOT_OF_POOLS: ReadonlySet<string> = new Set([
  'send-points',
  'exchange-points',
  'grant-points',
  'top-up',
  'lend-points',
  'change-limit',
]);

/** What time does, and finds nothing to do on an account that was merged. */
const QUIET: ReadonlySet<string> = new Set(['pass-time', 'notice-expiry', 'note-overdue']);

/** The merged account that a command came for. */
function ofIn(command: DecisionCommand): string | undefined {
  return command.kind === 'receive-points' || command.kind === 'adjust-points' ? command.of : undefined;
}

/** What a closed account no longer does; what comes back to it, or was sent to it, is forfeited at once. */
const BARRED: ReadonlySet<string> = new Set([
  'freeze-account',
  'unfreeze-account',
  'place-hold',
  'place-mixed-hold',
  'adjust-points',
  'send-points',
  'import-points',
  'grant-points',
  'top-up',
  'lend-points',
  'change-limit',
  'reactivate-lots',
  'exchange-points',
  'extend-expiry',
  'open-pool',
  'set-pool-member',
]);

type Timed = Exclude<
  DecisionCommand,
  { kind: 'pass-time' | 'activate-lots' | 'freeze-account' | 'unfreeze-account' | 'notice-expiry' | 'note-overdue' }
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
    case 'place-mixed-hold':
      return placeMixedHold(command, state);
    case 'capture-hold':
      return captureParts(command, state);
    case 'release-hold':
      return ofEveryPart(command, state, releaseHold);
    case 'settle-lease':
      return settleLease(command, state);
    case 'decide-late-settlement':
      return decideLateSettlement(command, state);
    case 'cancel-redemption':
      return ofEveryPart(command, state, cancelRedemption);
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
    case 'grant-points':
      return grantPoints(command, state);
    case 'top-up':
      return topUp(command, state);
    case 'lend-points':
      return lendPoints(command, state);
    case 'change-limit':
      return changeLimit(command, state);
    case 'repay-credit':
      return repayCredit(command, state);
    case 'refund-principal':
      return refundPrincipal(command, state);
    case 'repay-loan':
      return repayLoan(command, state);
    case 'reactivate-lots':
      return reactivateLots(command, state);
    case 'open-pool':
      return openPool(command, state);
    case 'set-pool-member':
      return setPoolMember(command, state);
    case 'leave-pool':
      return leavePool(command, state);
    case 'merge-account':
      return mergeAccount(command, state);
    case 'absorb-account':
      return absorbAccount(command, state);
    case 'split-account':
      return splitAccount(command, state);
    case 'restore-account':
      return restoreAccount(command, state);
    case 'carry-forward':
      return carryForward(command, state);
    case 'close-account':
      return closeAccount(command, state);
  }
}

/** What a decision frees settles what reversals are owed; what of it is past its date ends at once. */
function settle(draft: Draft, outcome: readonly AccountEvent[], before: AccountState, command: Timed): void {
  if ((draft.hasReversals || 'merge' in command) && outcome.some((event) => leavesMore(event, before))) {
    for (const event of outcome) {
      if (event.type === 'LotsReactivated') draft.add(reactivateTaken(event, causeOf(command), draft.state));
    }
    draft.add(eventsOfRedraw(causeOf(command), draft.state));
  }
  if (before.closed) draft.add(forfeitures(draft.state, command.at));
  else if (outcome.some((event) => freesEndedLots(event, before, command)))
    draft.add(expiriesBy(draft.state, command.at));
}

/** What only uses lots, or says again what they are, leaves a reversal no more. */
const USES_ONLY: ReadonlySet<string> = new Set([
  'BooksCarriedForward',
  'HoldPlaced',
  'PointsDebited',
  'PointsSent',
  'PointsWithdrawn',
]);

/** What only uses lots takes nothing that a reversal has; a capture decides what a reversal waits for. */
function leavesMore({ type, data }: AccountEvent, { owed }: AccountState): boolean {
  if (type === 'HoldCaptured') return data.released.length > 0 || owed.size > 0;
  return !USES_ONLY.has(type);
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
    case 'merge-account':
    case 'absorb-account':
    case 'split-account':
    case 'restore-account':
      return { source: '~merge', id: command.merge };
    case 'open-pool':
    case 'set-pool-member':
    case 'leave-pool':
      return { source: '~pool', id: command.account };
    case 'carry-forward':
    case 'close-account':
      return { source: '~account', id: command.account };
    case 'grant-points':
    case 'top-up':
    case 'lend-points':
    case 'change-limit':
    case 'repay-credit':
      return { source: '~grant', id: command.grant };
    case 'refund-principal':
      return { source: '~refund', id: command.refund };
    case 'repay-loan':
      return { source: '~repayment', id: command.repayment };
    case 'reactivate-lots':
      return { source: '~reactivation', id: command.reactivation };
    case 'extend-expiry':
      return { source: '~extension', id: command.extension };
    case 'send-points':
      return { source: '~transfer', id: command.transfer };
    default:
      return { source: HOLD, id: command.hold };
  }
}
