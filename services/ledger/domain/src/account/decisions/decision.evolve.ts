import { type Instant, instant } from '@tallystick/vocabulary';
import type { Slice } from '../../lots/lot';
import type { Posting } from '../account.events';
import {
  type AccountState,
  type Accrual,
  booksOf,
  type Hold,
  type Holding,
  type Debt,
  holdingOf,
  insertFact,
  type MixedShare,
  referenceOf,
  type Used,
} from '../account.state';
import { accrualHere, adopt, lineageOf } from '../lineage';
import type {
  DecisionEvent,
  ExpiryExtended,
  HoldCaptured,
  HoldPlaced,
  HoldReleased,
  PointsActivated,
  PointsCredited,
  MovedLot,
  PointsReceived,
  RedemptionCancelled,
  SliceRow,
} from './decision.events';
import { payDebts } from './debts';
import type { LotsReactivated, PointsGranted, PointsWithdrawn } from './grant.events';
import { ADJUSTMENT, TRANSFER } from './lot-sources';
import type { MergeEvent } from './merge.events';
import type { PoolLimits, PoolMember } from './pool.events';
import { openingText } from './pool.opening';
import { saidOf } from './said';

/** Folds what a decision, or time, did into the state it is given, in place. */
export function evolveDecision(state: AccountState, event: Exclude<DecisionEvent, MergeEvent>): AccountState {
  post(state, event.data.postings);
  const said = saidOf(event);
  if (said) state.done.set(said.name, said.content);
  moveLots(state, event);
  return state;
}

function moveLots(state: AccountState, event: Exclude<DecisionEvent, MergeEvent>): void {
  switch (event.type) {
    case 'PointsActivated':
      return activated(state, event.data);
    case 'HoldPlaced':
      return placed(state, event.data);
    case 'HoldCaptured':
      return captured(state, event.data);
    case 'HoldReleased':
      return ended(state, event.data, 'released');
    case 'HoldLapsed':
      return ended(state, event.data, 'lapsed');
    case 'LeaseSettledLate': {
      const { hold, amount, unit, store, effectiveAt } = event.data;
      state.late.set(hold, { at: instant(effectiveAt), amount: BigInt(amount), unit, store });
      return;
    }
    case 'LateSettlementDecided':
      state.late.delete(event.data.hold);
      return;
    case 'LotsExpired':
      shift(state, event.data.asset, event.data.pending ?? [], 'remaining', 'expired');
      return shift(state, event.data.asset, event.data.slices, 'remaining', 'expired');
    case 'ExpiryExtended':
      return extended(state, event.data);
    case 'RedemptionCancelled':
      return cancelled(state, event.data);
    case 'PointsDebited':
    case 'PointsSent':
      return shift(state, event.data.asset, event.data.slices, 'remaining', 'moved');
    case 'PointsCredited':
      return credited(state, event.data);
    case 'PointsReceived':
      return received(state, event.data);
    case 'PointsImported':
      return arrived(state, event.data);
    case 'PointsExchanged': {
      const { asset, slices, toAsset, received } = event.data;
      shift(state, asset, slices, 'remaining', 'moved');
      return arrived(state, { ...event.data, asset: toAsset, slices: received });
    }
    case 'PointsGranted':
      return granted(state, event.data);
    case 'PointsWithdrawn':
      return withdrawn(state, event.data);
    case 'LotsReactivated':
      return reactivated(state, event.data);
    case 'PoolOpened': {
      const { owner, members } = event.data;
      const limits = new Map(members.map((member) => [member.member, limitsOf(member)]));
      state.pool = { owner, members: limits, brought: new Map(), opened: openingText(owner, members) };
      return;
    }
    case 'PoolMemberSet':
      state.pool?.members.set(event.data.member, limitsOf(event.data));
      return;
    case 'PoolMemberLeft':
      state.pool?.members.delete(event.data.member);
      return;
    case 'LateLot':
    case 'BooksCarriedForward':
    case 'ExpiryNoticed':
    case 'CreditOverdue':
    case 'LoanOverdue':
      return;
    case 'AccountClosed':
      state.closed = true;
      return;
    case 'AccountFrozen':
      state.frozen = true;
      if (event.data.pausesExpiry) state.pausedAt ??= instant(event.data.effectiveAt);
      return;
    case 'AccountUnfrozen':
      state.frozen = false;
      state.pausedAt = undefined;
  }
}

function activated(state: AccountState, { asset, effectiveAt, slices }: PointsActivated['data']): void {
  for (const [lot] of slices) {
    const holding = holdingOf(state, asset, lot);
    if (!holding) continue;
    holding.pending = false;
    holding.activatedAt ??= instant(effectiveAt);
  }
}

function placed(state: AccountState, data: HoldPlaced['data']): void {
  const hold: Hold = {
    hold: data.hold,
    asset: data.asset,
    amount: BigInt(data.amount),
    at: instant(data.effectiveAt),
    until: instant(data.until),
    ttlSeconds: Number(data.ttlSeconds),
    unit: data.unit,
    store: data.store,
    till: data.till,
    member: data.member,
    share: shareIn(data),
    slices: data.slices.map(sliceOf),
    state: 'open',
    captured: 0n,
  };
  state.holds.set(hold.hold, hold);
  state.open.add(hold);
  if (state.lastHeld === undefined || state.lastHeld < hold.at) state.lastHeld = hold.at;
  shift(state, hold.asset, data.slices, 'remaining', 'held');
}

function shareIn({ asset, mixed }: HoldPlaced['data']): MixedShare | undefined {
  if (!mixed) return undefined;
  return { amount: BigInt(mixed.amount), place: mixed.assets.indexOf(asset), rate: mixed.rate };
}

function captured(state: AccountState, data: HoldCaptured['data']): void {
  const { hold: name, asset, amount, effectiveAt, slices, released, beyond, unit, owed } = data;
  const hold = state.holds.get(name)!;
  shift(state, asset, beyond ?? [], 'remaining', 'held');
  shift(state, asset, slices, 'held', 'spent');
  free(state, asset, released, 'held', effectiveAt);
  hold.state = 'captured';
  hold.captured = BigInt(amount);
  hold.slices = slices.map(sliceOf);
  state.open.delete(hold);
  if (owed) owe(state, { debt: `credit:${name}`, kind: 'credit', asset, unit, ...termsOf(owed, effectiveAt) });
}

function ended(
  state: AccountState,
  { hold: name, asset, effectiveAt, slices }: HoldReleased['data'],
  how: 'released' | 'lapsed',
): void {
  const hold = state.holds.get(name)!;
  free(state, asset, slices, 'held', effectiveAt);
  hold.state = how;
  hold.slices = [];
  state.open.delete(hold);
}

type Extended = Pick<ExpiryExtended['data'], 'asset' | 'lots' | 'effectiveAt'>;

function extended(state: AccountState, { asset, lots, effectiveAt }: Extended): void {
  for (const [lot, , to] of lots) extend(state, holdingOf(state, asset, lot), to, effectiveAt);
}

/** A date that is set while dates stand still stands still from then on only. */
function extend({ pausedAt }: AccountState, holding: Holding | undefined, to: string, effectiveAt: string): void {
  if (!holding) return;
  holding.extendedTo = instant(to);
  if (pausedAt !== undefined) holding.extendedAt = instant(effectiveAt);
}

function cancelled(state: AccountState, data: RedemptionCancelled['data']): void {
  const { hold: name, asset, effectiveAt, slices, grace, repaid } = data;
  free(state, asset, slices, 'spent', effectiveAt);
  for (const lot of grace?.lots ?? []) extend(state, holdingOf(state, asset, lot), grace!.until, effectiveAt);
  payDebts(state, repaid);
  const hold = state.holds.get(name)!;
  hold.slices = withoutLast(hold.slices, slices.map(sliceOf));
}

/** Slices are undone from the last drawn to the first; what is left of each keeps its place. */
function withoutLast(drawn: readonly Slice[], undone: readonly Slice[]): Slice[] {
  const left = [...drawn];
  for (const { amount } of undone) {
    const last = left.pop()!;
    if (last.amount > amount) left.push({ ...last, amount: last.amount - amount });
  }
  return left;
}

function credited(state: AccountState, data: PointsCredited['data']): void {
  const { asset, adjustment, unit, unitCost, expiresAt, amount, of } = data;
  if (of !== undefined) adopt(state, of, 'accruals', `${ADJUSTMENT}:${adjustment}`);
  const at = instant(data.effectiveAt);
  const expiry = expiresAt === undefined ? undefined : instant(expiresAt);
  const lot = { asset, lot: data.lot, unitCost, expiresAt: expiry, priority: 0, activatedAt: at };
  insertFact(state, accrualFrom(at, ADJUSTMENT, adjustment, unit, { ...lot, granted: BigInt(amount) }));
}

function limitsOf({ perDay, perMonth }: PoolMember): PoolLimits {
  return { perDay, perMonth };
}

function received(state: AccountState, data: PointsReceived['data']): void {
  const { of, transfer, from, slices } = data;
  const { pool } = state;
  if (pool) slices.forEach((_, index) => pool.brought.set(`${TRANSFER}:${transfer}.${index}`, from));
  if (of !== undefined) {
    slices.forEach((_, index) => adopt(state, of, 'accruals', `${TRANSFER}:${transfer}.${index}`));
  }
  arrived(state, data);
}

/** Lots that come as they were elsewhere. */
interface Arrival {
  readonly asset: string;
  readonly effectiveAt: string;
  readonly slices: readonly SliceRow[];
  readonly lots: readonly MovedLot[];
}

function arrived(state: AccountState, { asset, effectiveAt, slices, lots }: Arrival): void {
  slices.forEach(([lot, issuer, unitCost, amount], index) => {
    const { priority, activatedAt, expiresAt } = lots[index]!;
    const terms = {
      asset,
      lot,
      unitCost,
      expiresAt: expiresAt === undefined ? undefined : instant(expiresAt),
      priority: priority === undefined ? 0 : Number(priority),
      activatedAt: instant(activatedAt),
      granted: BigInt(amount),
    };
    const { source, id } = referenceOf(lot.slice(0, lot.length - asset.length - 1));
    insertFact(state, accrualFrom(instant(effectiveAt), source, id, issuer, terms));
  });
}

function granted(state: AccountState, data: PointsGranted['data']): void {
  const { by, grant, asset, unit, amount, effectiveAt, dueAt, lineage = [] } = data;
  for (const [lot, account] of lineage) adopt(state, account, 'accruals', lot.slice(0, lot.length - asset.length - 1));
  arrived(state, data);
  payDebts(state, data.repaid);
  if (by !== 'loan' || dueAt === undefined) return;
  owe(state, { debt: `loan:${grant}`, kind: 'loan', asset, unit, ...termsOf({ amount, dueAt }, effectiveAt) });
}

function withdrawn(state: AccountState, { asset, slices, fallen = [], repaid }: PointsWithdrawn['data']): void {
  shift(state, asset, slices, 'remaining', 'moved');
  shift(state, asset, fallen, 'remaining', 'expired');
  payDebts(state, repaid);
}

function reactivated(state: AccountState, data: LotsReactivated['data']): void {
  free(state, data.asset, data.slices, 'expired', data.effectiveAt);
  extended(state, data);
}

function termsOf({ amount, dueAt }: { readonly amount: string; readonly dueAt: string }, effectiveAt: string) {
  return { amount: BigInt(amount), owed: BigInt(amount), at: instant(effectiveAt), dueAt: instant(dueAt) };
}

function owe(state: AccountState, debt: Debt): void {
  if (debt.owed > 0n) (state.debts ??= new Map()).set(debt.debt, debt);
}

/**
 * True where the account, or one that was merged into it, was credited under the name of an adjustment; a debit is none
 * (capabilities L23).
 */
export function isCredited(state: AccountState, adjustment: string, of?: string): boolean {
  return hasAccrual(state, `${ADJUSTMENT}:${adjustment}`, of);
}

/** True where the account has an accrual of a key, or, of one that was merged into it, where that one has. */
export function hasAccrual(state: AccountState, key: string, of?: string): boolean {
  if (of === undefined) return state.accruals.has(key);
  const lineage = lineageOf(state, of);
  return lineage !== undefined && accrualHere(lineage, key) !== undefined;
}

type Terms = Pick<Holding, 'asset' | 'lot' | 'unitCost' | 'expiresAt' | 'priority' | 'activatedAt' | 'granted'>;

function accrualFrom(at: Instant, source: string, id: string, issuer: string, terms: Terms): Accrual {
  const state = {
    activatesOn: undefined,
    pending: false,
    used: undefined,
    extendedTo: undefined,
    extendedAt: undefined,
  };
  const holding = { ...terms, ...state, remaining: terms.granted };
  return { kind: 'accrual', at, source, id, issuer, revision: 0, holdings: [holding], returns: undefined };
}

/** Where a part of a lot is: with what remains of it, or used. */
type Part = 'remaining' | Exclude<keyof Used, 'freedAt'>;

function shift(state: AccountState, asset: string, slices: readonly SliceRow[], from: Part, to: Part): void {
  for (const [lot, , , amount] of slices) move(holdingOf(state, asset, lot), from, to, BigInt(amount));
}

function free(
  state: AccountState,
  asset: string,
  slices: readonly SliceRow[],
  from: 'held' | 'spent' | 'expired',
  effectiveAt: string,
): void {
  shift(state, asset, slices, from, 'remaining');
  for (const [lot] of slices) {
    const used = holdingOf(state, asset, lot)?.used;
    if (used) used.freedAt = instant(effectiveAt);
  }
}

function move(holding: Holding | undefined, from: Part, to: Part, amount: bigint): void {
  if (!holding) return;
  add(holding, from, -amount);
  add(holding, to, amount);
}

function add(holding: Holding, part: Part, amount: bigint): void {
  if (part === 'remaining') {
    holding.remaining += amount;
    return;
  }
  holding.used ??= { held: 0n, spent: 0n, expired: 0n, moved: 0n, freedAt: undefined };
  holding.used[part] += amount;
}

function sliceOf([lot, issuer, unitCost, amount]: SliceRow): Slice {
  return { lot, issuer, unitCost, amount: BigInt(amount) };
}

/** Adds postings to the books. */
export function post(state: AccountState, postings: readonly Posting[]): void {
  for (const [book, asset, , amount] of postings) booksOf(state, asset, false)[book] += BigInt(amount);
}
