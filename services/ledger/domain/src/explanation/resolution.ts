import type { AccountEvent, Change, ReversedItem } from '../account/account.events';
import { keyOf, lotOf } from '../account/account.state';
import type { DecisionEvent, SliceRow } from '../account/decisions/decision.events';
import { carriedLots } from './traces';

/** A lot that an event is about, and how much of it: made, moved or taken; of what is amended the difference, with its sign. */
export interface LotPart {
  readonly lot: string;
  readonly asset: string;
  /** In the asset's smallest unit; absent where nothing of it moved. */
  readonly amount?: bigint;
}

/** By what a line of a statement is found again, beside its purchase and receipt (capabilities L21). */
export interface Resolution {
  /** The caller's name of the decision: of a hold, an adjustment, a transfer … */
  readonly name?: string;
  /** The hold that is ended, cancelled or settled. */
  readonly hold?: string;
  /** What a grant or a withdrawal is for. */
  readonly by?: string;
  readonly reason?: string;
  readonly unit?: string;
  readonly till?: string;
  readonly member?: string;
  /** The other account of a transfer or a merge. */
  readonly account?: string;
  /** The debt that is overdue, or that a loan or a redemption on credit makes. */
  readonly debt?: string;
  /** Version of the rates that an exchange went by. */
  readonly rule?: string;
  readonly lots: readonly LotPart[];
}

/**
 * Names what an event is about: its decision, and each of its lots, whose explanation tells what became of it since. Total over
 * all events of accounts; one that is about no lot (a status, a notice) has none.
 */
export function resolutionOf(event: AccountEvent): Resolution {
  switch (event.type) {
    case 'AccountOpened':
      return { lots: [] };
    case 'PointsAccrued':
      return { lots: event.data.grants.flatMap(({ lot, asset, amount }) => partOf(lot, asset, amount)) };
    case 'AccrualAmended':
      return { lots: changed(event.data.changes) };
    case 'PointsReversed':
      return { lots: taken(event.data.items) };
    case 'ReversalRecalculated':
      return { lots: changed(event.data.changes) };
    default:
      return { ...namesOf(event), lots: lotsOfDecision(event) };
  }
}

function namesOf(event: DecisionEvent): Omit<Resolution, 'lots'> {
  const said: Partial<Record<string, unknown>> = { ...event.data };
  const text = (name: string): string | undefined => (typeof said[name] === 'string' ? said[name] : undefined);
  const given = NAMES.map(text).find((name) => name !== undefined);
  const { hold, reason, by } = { hold: text('hold'), reason: text('reason'), by: text('by') };
  const all = {
    name: given ?? hold,
    hold: given === undefined ? undefined : hold,
    ...{ by, reason, unit: text('unit'), till: text('till'), member: text('member') },
    account: text('from') ?? text('to') ?? text('into'),
    debt: text('debt') ?? debtOf(event),
    rule: text('rateVersion'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined));
}

/** The members of events that their callers named them by. */
const NAMES =
  'adjustment transfer import exchange grant withdrawal reactivation extension cancellation merge leave decision closing'.split(
    ' ',
  );

function debtOf(event: DecisionEvent): string | undefined {
  if (event.type === 'PointsGranted' && event.data.by === 'loan') return `loan:${event.data.grant}`;
  return event.type === 'HoldCaptured' && event.data.owed ? `credit:${event.data.hold}` : undefined;
}

function lotsOfDecision(event: DecisionEvent): LotPart[] {
  switch (event.type) {
    case 'HoldCaptured':
      return rows(event.data.asset, [...event.data.slices, ...event.data.released]);
    case 'LotsExpired':
      return rows(event.data.asset, [...(event.data.pending ?? []), ...event.data.slices]);
    case 'ExpiryExtended':
      return event.data.lots.map(([lot]) => ({ lot, asset: event.data.asset }));
    case 'PointsCredited':
      return partOf(event.data.lot, event.data.asset, event.data.amount);
    case 'PointsExchanged':
      return [...rows(event.data.asset, event.data.slices), ...rows(event.data.toAsset, event.data.received)];
    case 'PointsWithdrawn':
      return rows(event.data.asset, [...event.data.slices, ...(event.data.fallen ?? [])]);
    case 'LateLot':
      return [{ lot: event.data.lot, asset: event.data.asset }];
    case 'ReversalsPaid':
      return event.data.paid.flatMap(({ lot, as, asset, amount }) => [
        ...partOf(lot, asset, amount),
        ...partOf(lotOf(keyOf(as), asset), asset, amount),
      ]);
    case 'AccountMerged':
    case 'AccountSplit':
    case 'AccountAbsorbed':
    case 'AccountRestored':
      return carriedLots(event).map(({ lot, carried }) => ({
        lot,
        asset: carried.asset,
        amount: BigInt(carried.remaining),
      }));
    default:
      return 'slices' in event.data ? rows(event.data.asset, event.data.slices) : [];
  }
}

function rows(asset: string, slices: readonly SliceRow[]): LotPart[] {
  return slices.flatMap(([lot, , , amount]) => partOf(lot, asset, amount));
}

function partOf(lot: string | undefined, asset: string, amount: string): LotPart[] {
  return lot === undefined ? [] : [{ lot, asset, amount: BigInt(amount) }];
}

function changed(changes: readonly Change[]): LotPart[] {
  return changes.flatMap(({ lot, asset, from, to }) => partOf(lot, asset, String(BigInt(to) - BigInt(from))));
}

function taken(items: readonly ReversedItem[]): LotPart[] {
  return items.flatMap(({ asset, slices = [] }) => slices.flatMap(({ lot, amount }) => partOf(lot, asset, amount)));
}
