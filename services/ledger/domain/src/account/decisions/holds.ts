import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant, splitByLargestRemainder } from '@tallystick/vocabulary';
import { isWithin } from '../../assets/asset-scope';
import { drawFrom } from '../../lots/draw';
import type { Slice } from '../../lots/lot';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Hold } from '../account.state';
import type { CaptureHold, PlaceHold, ReleaseHold } from './decision.commands';
import type { HoldLapsed, SliceRow } from './decision.events';
import { owedBy } from './debts';
import { isPrincipal } from './lot-sources';
import { faultOfPool } from './pools';
import { faultOfSpendCaps } from './spend-caps';
import { captureName, captureText, holdName, namedText } from './said';
import { mixedName } from './said-of-values';
import { legsOf, type OpenLot, rowsOf, spendableLots, splitInProportion, splitSlices, sumOf } from './spendable';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Reserves an amount of spendable lots in draw order, or just the slices that the caller names. Refuses what is not there,
 * any spending while the holder owes a deficit of the asset (capabilities L5, L7), and a unit or store outside the asset's
 * scope (L16).
 */
export function placeHold(command: PlaceHold, state: AccountState): Outcome {
  const { hold, asset, amount, at, unit, store, ttlSeconds, till, caps } = command;
  const known = state.holds.get(hold);
  if (known) return isSameHold(known, command, state) ? [] : reject('hold-conflict', { hold });
  if (state.done.has(mixedName(hold))) return reject('hold-conflict', { hold });
  if (!isWithin(command.scope, unit, store)) return reject('asset-out-of-scope', { asset, unit });
  const lots = spendableLots(state, asset, at);
  const fault =
    faultOfPool(command, state) ??
    faultOfSpending(state, asset, amount, lots) ??
    (caps && faultOfSpendCaps(state, asset, amount, caps));
  if (fault) return fault;
  const chosen = command.slices ? namedSlices(command, command.slices, lots) : drawnBy(command, lots, amount);
  if ('rejected' in chosen) return chosen;
  const slices = rowsOf(chosen);
  const until = endOf(command, lots, slices);
  const data = {
    ...state.owner!,
    hold,
    asset,
    amount: String(amount),
    unit,
    ...(store === undefined ? {} : { store }),
    ...(till === undefined ? {} : { till }),
    ...(command.slices ? { named: true as const } : {}),
    ...(command.by === undefined ? {} : { member: command.by.member }),
    ttlSeconds: String(ttlSeconds),
    until: formatInstant(until),
    ...(command.order === undefined ? {} : { order: command.order }),
    effectiveAt: formatInstant(at),
    slices,
    postings: legsOf(asset, [[slices, 'available', 'held']]),
  };
  return [{ type: 'HoldPlaced', version: 1, data }];
}

/** The slices that a caller names, as named: each of a lot that may be spent and has so much, Σ = the amount of the hold. */
function namedSlices(
  { asset, amount }: PlaceHold,
  named: NonNullable<PlaceHold['slices']>,
  lots: readonly OpenLot[],
): Slice[] | Rejection<AccountRefusal> {
  const byName = new Map(lots.map((open) => [open.lot.lot, open]));
  const sum = named.reduce((all, slice) => all + slice.amount, 0n);
  if (sum !== amount || new Set(named.map(({ lot }) => lot)).size < named.length) {
    return reject('slices-mismatch', { asset, amount: String(amount), sum: String(sum) });
  }
  const slices: Slice[] = [];
  for (const { lot, amount: part } of named) {
    const open = byName.get(lot);
    const available = open?.holding.remaining ?? 0n;
    if (!open || available < part) return reject('insufficient-points', { asset, lot, available: String(available) });
    slices.push({ lot, issuer: open.lot.issuer, unitCost: open.lot.unitCost, amount: part });
  }
  return slices;
}

/** Why an amount of an asset may not be spent; absent where it may. */
export function faultOfSpending(
  state: AccountState,
  asset: string,
  amount: bigint,
  lots: readonly OpenLot[],
): Rejection<AccountRefusal> | undefined {
  return state.frozen ? reject('account-frozen') : faultOfFunds(state, asset, amount, lots);
}

/** Why an amount is not there to be taken, by whom a freeze does not stop; absent where it is. */
export function faultOfFunds(
  { books: all }: AccountState,
  asset: string,
  amount: bigint,
  lots: readonly OpenLot[],
): Rejection<AccountRefusal> | undefined {
  const books = all.get(asset);
  if (books?.score) return reject('asset-not-spendable', { asset });
  if (books && books.deficit < 0n) return reject('deficit-outstanding', { asset, deficit: String(-books.deficit) });
  const available = sumOf(lots);
  if (available < amount) return reject('insufficient-points', { asset, available: String(available) });
  return undefined;
}

/** The slices that an amount is drawn from; `lots` hold it. */
export function drawn(lots: readonly OpenLot[], amount: bigint) {
  const left = new Map(lots.map(({ lot, holding }) => [lot.lot, holding.remaining]));
  return drawFrom(
    lots.map(({ lot }) => lot),
    amount,
    (lot) => left.get(lot) ?? 0n,
  ).slices;
}

/** The slices of a hold: in draw order, or of principal and of all else in proportion to what is there of each. */
function drawnBy({ order }: Pick<PlaceHold, 'order'>, lots: readonly OpenLot[], amount: bigint) {
  if (order !== 'pro_rata') return drawn(lots, amount);
  const principal = lots.filter(({ lot }) => isPrincipal(lot.lot));
  const others = lots.filter(({ lot }) => !isPrincipal(lot.lot));
  const [paid, given] = splitByLargestRemainder(amount, [sumOf(principal), sumOf(others)]);
  return [...drawn(principal, paid!), ...drawn(others, given!)];
}

/**
 * Ends a hold as a redemption: of all of it or of a part, whose rest is free again; of more only where that is allowed
 * and there. A hold has one end: the same capture again is known, any other is refused (capabilities L5, E27).
 */
export function captureHold(command: CaptureHold, state: AccountState): Outcome {
  const { hold: name, at, unit, store } = command;
  const hold = holdOf(command, state);
  if (!hold) return reject('hold-unknown', { hold: name });
  const amount = command.amount ?? hold.amount;
  if (hold.state === 'captured' && hold.captured === amount && saysTheSame(command, state)) return [];
  const ended = faultOfEnd(hold, at);
  if (ended) return ended;
  if (!isWithin(command.scope, unit, store)) return reject('asset-out-of-scope', { asset: hold.asset, unit });
  const beyond = sliceBeyond(command, hold, amount, state);
  if ('rejected' in beyond) return beyond;
  const { first, rest } = (command.order === 'pro_rata' ? splitInProportion : splitSlices)(hold.slices, amount);
  const [captured, released] = [merged([...rowsOf(first), ...beyond]), rowsOf(rest)];
  const data = {
    ...state.owner!,
    hold: name,
    asset: hold.asset,
    amount: String(amount),
    unit,
    ...(store === undefined ? {} : { store }),
    effectiveAt: formatInstant(at),
    slices: captured,
    released,
    ...owedText(command, owedBy(captured, hold.asset, state)),
    ...(beyond.length > 0 ? { beyond, ...(command.order === undefined ? {} : { order: command.order }) } : {}),
    postings: legsOf(hold.asset, [
      [rowsOf(first), 'held', 'redeemed'],
      [beyond, 'available', 'redeemed'],
      [released, 'held', 'available'],
    ]),
  };
  return [{ type: 'HoldCaptured', version: 1, data }];
}

/** True where the hold was captured by the unit and store that capture it now. */
function saysTheSame(command: CaptureHold, { done }: AccountState): boolean {
  return done.get(captureName(command.hold)) === captureText(command);
}

function owedText({ at, dueAt = at }: CaptureHold, amount: bigint | undefined) {
  return amount === undefined ? {} : { owed: { amount: String(amount), dueAt: formatInstant(dueAt) } };
}

/** A lot that is drawn by the hold and again at capture is one slice. */
function merged(slices: readonly SliceRow[]): SliceRow[] {
  const rows = new Map<string, SliceRow>();
  for (const row of slices) {
    const [lot, issuer, unitCost, amount] = row;
    const known = rows.get(lot);
    rows.set(lot, known ? [lot, issuer, unitCost, String(BigInt(known[3]) + BigInt(amount))] : row);
  }
  return [...rows.values()];
}

function sliceBeyond(
  command: CaptureHold,
  hold: Hold,
  amount: bigint,
  state: AccountState,
): SliceRow[] | Rejection<AccountRefusal> {
  const { at, beyondHold, caps } = command;
  if (amount <= hold.amount) return [];
  // What a member of a pool may spend was decided when it was held.
  if (!beyondHold || state.pool) return reject('capture-exceeds-hold', { hold: hold.hold, held: String(hold.amount) });
  const lots = spendableLots(state, hold.asset, at);
  const more = amount - hold.amount;
  const fault = faultOfSpending(state, hold.asset, more, lots);
  if (fault) return fault;
  return (caps && faultOfSpendCaps(state, hold.asset, more, caps, hold)) ?? rowsOf(drawnBy(command, lots, more));
}

/** The hold that a command names; one of another unit is as unknown to a bound credential as one that is not there. */
export function holdOf(
  { hold: name, boundTo }: Pick<ReleaseHold, 'hold' | 'boundTo'>,
  state: AccountState,
): Hold | undefined {
  const hold = state.holds.get(name);
  return boundTo === undefined || hold?.unit === boundTo ? hold : undefined;
}

/** Ends a hold without redemption; a hold that was released before is known to be free. */
export function releaseHold(command: ReleaseHold, state: AccountState): Outcome {
  const { hold: name, at } = command;
  const hold = holdOf(command, state);
  if (!hold) return reject('hold-unknown', { hold: name });
  if (hold.state === 'released') return [];
  return faultOfEnd(hold, at) ?? [{ type: 'HoldReleased', version: 1, data: freed(state, hold, at) }];
}

/** Why a hold has no other end: it has one, or its time is over and only its lapse is not booked yet. */
function faultOfEnd({ hold, state, until }: Hold, at: Instant): Rejection<AccountRefusal> | undefined {
  if (state === 'open' && until > at) return undefined;
  return reject('hold-ended', { hold, state: state === 'open' ? 'lapsed' : state });
}

/** Holds whose time is over, as lapses at their own instants, the earliest first. */
export function lapsesBy(state: AccountState, at: Instant): HoldLapsed[] {
  return [...state.open]
    .filter(({ until }) => until <= at)
    .sort((a, b) => a.until - b.until || (a.hold < b.hold ? -1 : 1))
    .map((hold) => ({ type: 'HoldLapsed', version: 1, data: freed(state, hold, hold.until) }));
}

function freed(state: AccountState, { hold, asset, amount, slices }: Hold, at: Instant) {
  const rows = rowsOf(slices);
  return {
    ...state.owner!,
    hold,
    asset,
    amount: String(amount),
    effectiveAt: formatInstant(at),
    slices: rows,
    postings: legsOf(asset, [[rows, 'held', 'available']]),
  };
}

function isSameHold(known: Hold, command: PlaceHold, { done }: AccountState): boolean {
  const { hold, asset, amount, ttlSeconds, unit, store, till, slices, by } = command;
  return (
    known.till === till &&
    done.get(holdName(hold)) === (slices && namedText(slices)) &&
    known.asset === asset &&
    known.amount === amount &&
    known.ttlSeconds === ttlSeconds &&
    known.unit === unit &&
    known.store === store &&
    known.member === by?.member
  );
}

const MILLIS = 1_000;

function endOf({ at, ttlSeconds, expireUnderHold }: PlaceHold, lots: readonly OpenLot[], slices: readonly SliceRow[]) {
  const until = (at + ttlSeconds * MILLIS) as Instant;
  if (expireUnderHold === 'protect') return until;
  const held = new Set(slices.map(([lot]) => lot));
  const ends = lots.flatMap(({ lot }) => (lot.expiresAt !== undefined && held.has(lot.lot) ? [lot.expiresAt] : []));
  return ends.reduce((least, end) => (end < least ? end : least), until);
}
