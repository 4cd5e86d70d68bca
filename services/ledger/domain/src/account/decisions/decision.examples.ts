import { type Instant, instant } from '@tallystick/vocabulary';
import { EXAMPLE_ACCOUNT, january } from '../account.examples';
import type {
  ActivateLots,
  AdjustPoints,
  CancelRedemption,
  CaptureHold,
  CarryForward,
  CloseAccount,
  DecideLateSettlement,
  ExchangePoints,
  ExtendExpiry,
  FreezeAccount,
  ImportPoints,
  NoticeExpiry,
  PassTime,
  PlaceHold,
  ReceivePoints,
  ReleaseHold,
  SendPoints,
  SettleLease,
  UnfreezeAccount,
} from './decision.commands';
import type {
  ChangeLimit,
  GrantPoints,
  LendPoints,
  NoteOverdue,
  PlaceMixedHold,
  ReactivateLots,
  RefundPrincipal,
  RepayCredit,
  RepayLoan,
  TopUp,
} from './grant.commands';

const ACCOUNT = { tenant: 'demo', account: EXAMPLE_ACCOUNT };

const DAY_SECONDS = 86_400;

function on(day: number) {
  return { ...ACCOUNT, at: instant(january(day)) };
}

function daysAfter(day: number, days: number): Instant {
  return (instant(january(day)) + days * DAY_SECONDS * 1_000) as Instant;
}

/** A hold of POINTS for a day at the mall. */
export function placeHold(hold: string, day: number, amount: bigint, more: Partial<PlaceHold> = {}): PlaceHold {
  const terms = { asset: 'POINTS', amount, ttlSeconds: DAY_SECONDS, unit: 'mall', expireUnderHold: 'protect' as const };
  return { kind: 'place-hold', ...on(day), hold, ...terms, ...more };
}

export function captureHold(hold: string, day: number, more: Partial<CaptureHold> = {}): CaptureHold {
  return { kind: 'capture-hold', ...on(day), hold, beyondHold: false, unit: 'mall', ...more };
}

/** A hold that the till `pos-7` may spend offline. */
export function grantLease(lease: string, day: number, amount: bigint, more: Partial<PlaceHold> = {}): PlaceHold {
  return placeHold(lease, day, amount, { till: 'pos-7', ...more });
}

export function settleLease(hold: string, day: number, amount: bigint, more: Partial<SettleLease> = {}): SettleLease {
  return { kind: 'settle-lease', ...on(day), hold, amount, unit: 'mall', ...more };
}

export function decideLateSettlement(hold: string, day: number, redemption?: string): DecideLateSettlement {
  return { kind: 'decide-late-settlement', ...on(day), hold, redemption, reason: 'till-offline' };
}

export function releaseHold(hold: string, day: number): ReleaseHold {
  return { kind: 'release-hold', ...on(day), hold };
}

export function cancelRedemption(
  hold: string,
  cancellation: string,
  day: number,
  more: Partial<CancelRedemption> = {},
): CancelRedemption {
  return { kind: 'cancel-redemption', ...on(day), hold, cancellation, ...more };
}

export function passTime(day: number): PassTime {
  return { kind: 'pass-time', ...on(day) };
}

export function activateLots(purchase: string, day: number, event: string): ActivateLots {
  return { kind: 'activate-lots', ...on(day), purchase: { source: 'till-1', id: purchase }, on: event };
}

export function extendExpiry(
  extension: string,
  day: number,
  to: number,
  more: Partial<ExtendExpiry> = {},
): ExtendExpiry {
  const terms = { asset: 'POINTS', to: instant(january(to)), reason: 'goodwill' };
  return { kind: 'extend-expiry', ...on(day), extension, ...terms, ...more };
}

export function adjustPoints(
  adjustment: string,
  day: number,
  amount: bigint,
  more: Partial<AdjustPoints> = {},
): AdjustPoints {
  const terms = { asset: 'POINTS', amount, reason: 'complaint', unit: 'hotel', unitCost: '1/100' };
  return { kind: 'adjust-points', ...on(day), adjustment, ...terms, ...more };
}

export function sendPoints(transfer: string, day: number, amount: bigint, toHolder = 'm-2'): SendPoints {
  return { kind: 'send-points', ...on(day), transfer, toHolder, asset: 'POINTS', amount };
}

export function receivePoints(transfer: string, day: number, more: Partial<ReceivePoints> = {}): ReceivePoints {
  const lot = {
    issuer: 'mall',
    unitCost: '1/200',
    amount: 50n,
    priority: 0,
    activatedAt: instant(january(1)),
    expiresAt: instant(january(20)),
  };
  const terms = {
    program: 'main',
    holder: 'm-1',
    from: '0f0e7d5e-3d7f-5d7a-8f43-2f3f6d0a9b11',
    asset: 'POINTS',
    lots: [lot],
  };
  return { kind: 'receive-points', ...on(day), transfer, ...terms, ...more };
}

export function importPoints(name: string, day: number, more: Partial<ImportPoints> = {}): ImportPoints {
  const { lots, program, holder, asset } = receivePoints(name, day);
  return { kind: 'import-points', ...on(day), import: name, program, holder, asset, lots, expected: 50n, ...more };
}

function granting(grant: string, day: number) {
  const unit = { unit: 'hotel', unitCost: '1/50' };
  return { ...on(day), program: 'main', holder: 'm-1', grant, asset: 'POINTS', ...unit };
}

export function buyPoints(grant: string, day: number, amount: bigint, more: Partial<GrantPoints> = {}): GrantPoints {
  return { kind: 'grant-points', ...granting(grant, day), by: 'bought', amount, ...more };
}

/** 100 paid and 20 on top. */
export function topUp(grant: string, day: number, more: Partial<TopUp> = {}): TopUp {
  const terms = { principal: 100n, bonus: 20n, order: 'principal_first' as const };
  return { kind: 'top-up', ...granting(grant, day), ...terms, ...more };
}

/** A loan due ten days later; at most 100 are owed at once. */
export function lendPoints(grant: string, day: number, amount: bigint, more: Partial<LendPoints> = {}): LendPoints {
  const terms = { amount, limit: 100n, dueAt: daysAfter(day, 10) };
  return { kind: 'lend-points', ...granting(grant, day), ...terms, ...more };
}

export function changeLimit(grant: string, day: number, amount: bigint): ChangeLimit {
  return { kind: 'change-limit', ...granting(grant, day), amount };
}

export function repayCredit(grant: string, day: number, amount?: bigint): RepayCredit {
  return { kind: 'repay-credit', ...granting(grant, day), amount };
}

export function refundPrincipal(refund: string, day: number, amount?: bigint): RefundPrincipal {
  return { kind: 'refund-principal', ...on(day), refund, asset: 'POINTS', amount, unit: 'hotel' };
}

export function repayLoan(repayment: string, day: number, loan: string, amount?: bigint): RepayLoan {
  return { kind: 'repay-loan', ...on(day), repayment, loan, amount };
}

/** Of what expired within ten days; it lives for ten more. */
export function reactivateLots(reactivation: string, day: number, more: Partial<ReactivateLots> = {}): ReactivateLots {
  const window = { since: daysAfter(day, -10), until: daysAfter(day, 10) };
  return { kind: 'reactivate-lots', ...on(day), reactivation, asset: 'POINTS', ...window, ...more };
}

/** 40 due in MILES, out of POINTS at three for two and then MILES. */
export function placeMixedHold(hold: string, day: number, more: Partial<PlaceMixedHold> = {}): PlaceMixedHold {
  const part = { expireUnderHold: 'protect' } as const;
  const parts = [
    { asset: 'POINTS', rate: '3/2', ...part },
    { asset: 'MILES', rate: '1', ...part },
  ];
  const terms = { asset: 'MILES', amount: 40n, parts, ttlSeconds: DAY_SECONDS, unit: 'mall' };
  return { kind: 'place-mixed-hold', ...on(day), hold, ...terms, ...more };
}

export function noteOverdue(day: number): NoteOverdue {
  return { kind: 'note-overdue', ...on(day) };
}

/** POINTS into MILES, three for two. */
export function exchangePoints(
  exchange: string,
  day: number,
  amount: bigint,
  more: Partial<ExchangePoints> = {},
): ExchangePoints {
  const terms = { asset: 'POINTS', amount, toAsset: 'MILES', rate: '3/2', rateVersion: '2026-01' };
  return { kind: 'exchange-points', ...on(day), exchange, ...terms, rounding: 'floor', ...more };
}

export function noticeExpiry(day: number, days: readonly number[] = [7, 3]): NoticeExpiry {
  const { at } = on(day);
  const thresholds = days.map((count) => ({ days: count, until: (at + count * DAY_SECONDS * 1_000) as typeof at }));
  return { kind: 'notice-expiry', ...on(day), thresholds };
}

export function freezeAccount(decision: string, day: number, more: Partial<FreezeAccount> = {}): FreezeAccount {
  return { kind: 'freeze-account', ...on(day), decision, reason: 'suspicion', ...more };
}

export function unfreezeAccount(decision: string, day: number): UnfreezeAccount {
  return { kind: 'unfreeze-account', ...on(day), decision, reason: 'resolved' };
}

export function carryForward(closing: string, day: number): CarryForward {
  return { kind: 'carry-forward', ...on(day), closing };
}

export function closeAccount(day: number): CloseAccount {
  return { kind: 'close-account', ...on(day), reason: 'asked by the holder' };
}
