import type { ledger } from '@tallystick/contracts';
import { partsOf, type RecordedEvent } from '@tallystick/decider';
import type { DecisionEvent, SliceRow } from '@tallystick/ledger-domain';
import type { Announcement } from '@tallystick/messaging';

/** What decisions are said on. */
export const DECISION_TOPICS = {
  redeemed: 'ledger.points-redeemed.v1',
  expired: 'ledger.points-expired.v1',
  adjusted: 'ledger.points-adjusted.v1',
  moved: 'ledger.points-moved.v1',
  extended: 'ledger.expiry-extended.v1',
  hold: 'ledger.hold-changed.v1',
  granted: 'ledger.points-granted.v1',
  withdrawn: 'ledger.points-withdrawn.v1',
  overdue: 'ledger.payment-overdue.v1',
  noticed: 'ledger.expiry-noticed.v1',
  status: 'ledger.account-status-changed.v1',
} as const;

/** What each decision says, in the order in which it is heard; a capture is said as a redemption and as the end of its hold. */
export function saidOfDecision(event: RecordedEvent, decision: DecisionEvent): Announcement[] {
  switch (decision.type) {
    case 'HoldPlaced':
      return [holdChanged(event, decision, { until: decision.data.until })];
    case 'HoldReleased':
    case 'HoldLapsed':
      return [holdChanged(event, decision)];
    case 'HoldCaptured':
      return [redeemed(event, decision.data), holdChanged(event, decision)];
    case 'RedemptionCancelled':
      return [cancelled(event, decision.data)];
    case 'LotsExpired': {
      const { asset, pending = [] } = decision.data;
      const movements = [...taken(decision.data), ...taken({ asset, slices: pending })];
      const message: ledger.PointsExpired = { ...headOf(event, decision.data), movements };
      return [said(DECISION_TOPICS.expired, message)];
    }
    case 'ExpiryExtended':
      return [extended(event, decision.data)];
    case 'PointsDebited':
    case 'PointsCredited':
      return [adjusted(event, decision)];
    case 'PointsSent':
    case 'PointsReceived':
      return [moved(event, decision)];
    case 'PointsImported':
      return [arrived(event, decision.data, decision.data.import, 'imported', given(decision.data))];
    case 'PointsExchanged': {
      const { exchange, toAsset, received } = decision.data;
      const movements = [...taken(decision.data), ...given({ asset: toAsset, slices: received })];
      return [arrived(event, decision.data, exchange, 'exchanged', movements)];
    }
    case 'PointsGranted':
      return [granted(event, decision.data)];
    case 'PointsWithdrawn':
      return [withdrawn(event, decision.data)];
    case 'LotsReactivated':
      return reactivated(event, decision.data);
    case 'CreditOverdue':
    case 'LoanOverdue':
      return [overdue(event, decision)];
    case 'AccountMerged':
      return [carried(event, decision.data, 'sent', decision.data.into)];
    case 'AccountAbsorbed':
    case 'AccountRestored':
      return [carried(event, decision.data, 'received', decision.data.from)];
    case 'AccountSplit':
      return [carried(event, decision.data, 'sent', decision.data.from)];
    case 'ExpiryNoticed':
      return [noticed(event, decision.data)];
    case 'AccountFrozen':
    case 'AccountUnfrozen':
    case 'AccountClosed':
      return [statusChanged(event, decision)];
    // What the holder has stays as it is: what of it may be spent now is asked of the ledger.
    case 'PointsActivated':
    // What had been taken back stays so: only whose lot it was taken of is another.
    case 'ReversalsPaid':
    // Who belongs to a pool is asked of the ledger.
    case 'PoolOpened':
    case 'PoolMemberSet':
    case 'PoolMemberLeft':
    // Says again what was said event by event.
    case 'BooksCarriedForward':
    // Moves nothing: whoever decides on it asks the ledger, and what honours it is said as a redemption.
    case 'LeaseSettledLate':
    case 'LateSettlementDecided':
    // Moves nothing: it tells who reads the account what a late lot would have changed.
    case 'LateLot':
      return [];
  }
}

type DataOf<Type extends DecisionEvent['type']> = Extract<DecisionEvent, { readonly type: Type }>['data'];
type HoldEvent = Extract<DecisionEvent, { readonly type: keyof typeof HOLD_STATES }>;

const HOLD_STATES = {
  HoldPlaced: 'placed',
  HoldCaptured: 'captured',
  HoldReleased: 'released',
  HoldLapsed: 'lapsed',
} as const;

function holdChanged(
  event: RecordedEvent,
  { type, data }: HoldEvent,
  more: Pick<ledger.HoldChanged, 'until'> = {},
): Announcement {
  const { hold, asset, amount } = data;
  const message: ledger.HoldChanged = {
    ...headOf(event, data),
    state: HOLD_STATES[type],
    hold,
    asset,
    amount,
    ...more,
  };
  return said(DECISION_TOPICS.hold, message);
}

function redeemed(event: RecordedEvent, data: DataOf<'HoldCaptured'>): Announcement {
  const { hold, unit, store } = data;
  const message: ledger.PointsRedeemed = {
    ...headOf(event, data),
    kind: 'capture',
    hold,
    unit,
    ...(store === undefined ? {} : { store }),
    movements: taken(data),
  };
  return said(DECISION_TOPICS.redeemed, message);
}

function cancelled(event: RecordedEvent, data: DataOf<'RedemptionCancelled'>): Announcement {
  const { hold, cancellation, grace } = data;
  const message: ledger.PointsRedeemed = {
    ...headOf(event, data),
    kind: 'cancellation',
    hold,
    cancellation,
    ...(grace ? { graceUntil: grace.until } : {}),
    movements: given(data),
  };
  return said(DECISION_TOPICS.redeemed, message);
}

function adjusted(
  event: RecordedEvent,
  decision: Extract<DecisionEvent, { readonly type: 'PointsDebited' | 'PointsCredited' }>,
): Announcement {
  const { adjustment, reason, unit } = decision.data;
  const message: ledger.PointsAdjusted = {
    ...headOf(event, decision.data),
    ...(decision.type === 'PointsDebited'
      ? { kind: 'debit', movements: taken(decision.data) }
      : { kind: 'credit', movements: [creditedLot(decision.data)] }),
    adjustment,
    reason,
    unit,
  };
  return said(DECISION_TOPICS.adjusted, message);
}

function creditedLot({ asset, lot, unit, amount, unitCost }: DataOf<'PointsCredited'>): ledger.LotMovement {
  return { asset, lot, issuer: unit, amount, unitCost };
}

function moved(
  event: RecordedEvent,
  decision: Extract<DecisionEvent, { readonly type: 'PointsSent' | 'PointsReceived' }>,
): Announcement {
  const message: ledger.PointsMoved = {
    ...headOf(event, decision.data),
    ...(decision.type === 'PointsSent'
      ? { kind: 'sent', counterpart: decision.data.to, movements: taken(decision.data) }
      : { kind: 'received', counterpart: decision.data.from, movements: given(decision.data) }),
    transfer: decision.data.transfer,
  };
  return said(DECISION_TOPICS.moved, message);
}

/** All that one account has of lots, as moved to another by a merge or back. */
function carried(
  event: RecordedEvent,
  data: DataOf<'AccountMerged' | 'AccountAbsorbed' | 'AccountSplit' | 'AccountRestored'>,
  kind: 'sent' | 'received',
  counterpart: string,
): Announcement {
  const sign = kind === 'sent' ? -1n : 1n;
  const movements = data.accruals.flatMap(({ issuer, lots }) =>
    lots.flatMap(({ asset, lot, unitCost, remaining, used, pending }): ledger.LotMovement[] => {
      const amount = BigInt(remaining) + BigInt(used?.[0] ?? 0);
      if (lot === undefined || amount === 0n) return [];
      return [{ asset, lot, issuer, amount: String(sign * amount), unitCost, ...(pending && { book: 'pending' }) }];
    }),
  );
  const message: ledger.PointsMoved = { ...headOf(event, data), kind, transfer: data.merge, counterpart, movements };
  return said(DECISION_TOPICS.moved, message);
}

function arrived(
  event: RecordedEvent,
  data: DecisionEvent['data'],
  transfer: string,
  kind: 'imported' | 'exchanged',
  movements: ledger.LotMovement[],
): Announcement {
  const message: ledger.PointsMoved = { ...headOf(event, data), kind, transfer, movements };
  return said(DECISION_TOPICS.moved, message);
}

function granted(event: RecordedEvent, data: DataOf<'PointsGranted'>): Announcement {
  const { by, grant, unit, store, dueAt } = data;
  const message: ledger.PointsGranted = {
    ...headOf(event, data),
    kind: by,
    grant,
    unit,
    ...(store === undefined ? {} : { store }),
    ...(dueAt === undefined ? {} : { dueAt }),
    movements: given(data),
  };
  return said(DECISION_TOPICS.granted, message);
}

function withdrawn(event: RecordedEvent, data: DataOf<'PointsWithdrawn'>): Announcement {
  const { by, withdrawal, unit, store, asset, fallen } = data;
  const message: ledger.PointsWithdrawn = {
    ...headOf(event, data),
    kind: by,
    ...(withdrawal === undefined ? {} : { withdrawal }),
    unit,
    ...(store === undefined ? {} : { store }),
    movements: taken(data),
    ...(fallen === undefined ? {} : { fallen: taken({ asset, slices: fallen }) }),
  };
  return said(DECISION_TOPICS.withdrawn, message);
}

/** Breakage that is undone, and the dates that the lots have now. */
function reactivated(event: RecordedEvent, data: DataOf<'LotsReactivated'>): Announcement[] {
  const back: ledger.PointsExpired = { ...headOf(event, data), movements: given(data) };
  if (data.taken) return [said(DECISION_TOPICS.expired, back)];
  const { reactivation: extension } = data;
  return [said(DECISION_TOPICS.expired, back), extended(event, { ...data, extension, reason: 'reactivated' })];
}

function overdue(
  event: RecordedEvent,
  { type, data }: Extract<DecisionEvent, { readonly type: 'CreditOverdue' | 'LoanOverdue' }>,
): Announcement {
  const { debt, asset, unit, amount, dueAt } = data;
  const kind = type === 'LoanOverdue' ? 'loan' : 'credit';
  const message: ledger.PaymentOverdue = { ...headOf(event, data), kind, debt, asset, unit, amount, dueAt };
  return said(DECISION_TOPICS.overdue, message);
}

function noticed(event: RecordedEvent, data: DataOf<'ExpiryNoticed'>): Announcement {
  const { asset, amount, expiresAt, days } = data;
  const message: ledger.ExpiryNoticed = { ...headOf(event, data), asset, amount, expiresAt, days: Number(days) };
  return said(DECISION_TOPICS.noticed, message);
}

function extended(event: RecordedEvent, data: DataOf<'ExpiryExtended'>): Announcement {
  const { asset, extension, reason } = data;
  const lots = data.lots.map(([lot, from, to]) => ({ lot, from, to }));
  const message: ledger.ExpiryExtended = { ...headOf(event, data), asset, extension, reason, lots };
  return said(DECISION_TOPICS.extended, message);
}

const STATUSES = { AccountFrozen: 'frozen', AccountUnfrozen: 'active', AccountClosed: 'closed' } as const;

function statusChanged(
  event: RecordedEvent,
  { type, data }: Extract<DecisionEvent, { readonly type: keyof typeof STATUSES }>,
): Announcement {
  const status = STATUSES[type];
  const message: ledger.AccountStatusChanged = { ...headOf(event, data), status, reason: data.reason };
  return said(DECISION_TOPICS.status, message);
}

function said<Message extends { readonly account: string }>(topic: string, message: Message): Announcement {
  return { topic, key: message.account, message };
}

function headOf(event: RecordedEvent, { holder, program, effectiveAt }: DecisionEvent['data']) {
  return { account: partsOf(event.stream)[0]!, member: holder, program, revision: event.revision, effectiveAt };
}

interface Sliced {
  readonly asset: string;
  readonly slices: readonly SliceRow[];
}

/** Slices as what the holder has no more. */
function taken({ asset, slices }: Sliced): ledger.LotMovement[] {
  return slices.map(([lot, issuer, unitCost, amount]) => ({ asset, lot, issuer, amount: `-${amount}`, unitCost }));
}

/** Slices as what the holder has again, or newly. */
function given({ asset, slices }: Sliced): ledger.LotMovement[] {
  return slices.map(([lot, issuer, unitCost, amount]) => ({ asset, lot, issuer, amount, unitCost }));
}
