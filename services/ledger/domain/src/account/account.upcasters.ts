import { UnknownEvent } from '@tallystick/decider';
import type { AccountEvent } from './account.events';

const TYPES: ReadonlySet<string> = new Set<AccountEvent['type']>([
  'AccountOpened',
  'PointsAccrued',
  'AccrualAmended',
  'PointsReversed',
  'ReversalRecalculated',
  'PointsActivated',
  'HoldPlaced',
  'HoldCaptured',
  'HoldReleased',
  'HoldLapsed',
  'LeaseSettledLate',
  'LateSettlementDecided',
  'LotsExpired',
  'ExpiryExtended',
  'RedemptionCancelled',
  'PointsDebited',
  'PointsCredited',
  'PointsSent',
  'PointsReceived',
  'PointsGranted',
  'PointsWithdrawn',
  'LotsReactivated',
  'CreditOverdue',
  'LoanOverdue',
  'LateLot',
  'AccountFrozen',
  'AccountUnfrozen',
  'AccountClosed',
  'ExpiryNoticed',
  'BooksCarriedForward',
  'PointsImported',
  'PointsExchanged',
  'PoolOpened',
  'PoolMemberSet',
  'PoolMemberLeft',
  'AccountMerged',
  'AccountAbsorbed',
  'ReversalsPaid',
  'AccountSplit',
  'AccountRestored',
]);

/** Brings a stored event of an account to the current shape; throws {@link UnknownEvent} on what it does not know. */
export function upcastAccount(type: string, version: number, data: unknown): AccountEvent {
  if (version !== 1 || !TYPES.has(type)) throw new UnknownEvent(type, version);
  return { type, version, data } as AccountEvent;
}
