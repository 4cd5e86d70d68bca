import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountEvent, Book, Posting } from '../account/account.events';
import { evolveAccount } from '../account/account.evolve';
import { type AccountState, emptyAccount, expiryOf, type Holding } from '../account/account.state';
import { forkAccount } from '../account/fork';
import { passTime } from '../account/decisions/passing-time';
import type { AccountHistory, PlacedEvent } from './history';
import type { EventPlace } from './periods';
import { rebook } from './rebook';

/** Which past, present or future is asked for (capabilities L14). */
export interface Axes {
  /** What has taken effect by this instant counts. */
  readonly at: Instant;
  /** Only what was recorded by this instant is known; absent: everything. */
  readonly knownAt?: Instant;
}

/** What an account held of one asset; amounts in the asset's smallest unit. */
export interface BalanceAsOf {
  readonly asset: string;
  readonly available: bigint;
  readonly pending: bigint;
  readonly held: bigint;
  readonly deficit: bigint;
  readonly uncollectable: bigint;
  /** What expired by `at`, booked or not. */
  readonly breakage: bigint;
  /** The part of `breakage` that no job has booked yet. */
  readonly due: bigint;
  /** The last event that counts and moves this asset. */
  readonly moved?: EventPlace;
}

/** A lot and what had become of it; granted = pending + available + held + spent + expired + reversed + moved. */
export interface LotAsOf {
  readonly lot: string;
  readonly asset: string;
  readonly issuer: string;
  readonly unitCost: string;
  readonly effectiveAt: Instant;
  /** Absent: never. */
  readonly expiresAt?: Instant;
  readonly granted: bigint;
  readonly pending: bigint;
  readonly available: bigint;
  readonly held: bigint;
  readonly spent: bigint;
  readonly expired: bigint;
  readonly reversed: bigint;
  readonly moved: bigint;
}

/** A movement that counts; `stored` is absent for what time has done and no job has booked. */
export interface LineAsOf {
  readonly countsFrom?: Instant;
  readonly event: AccountEvent;
  readonly stored?: PlacedEvent;
}

/** One account on both axes of time. */
export interface AccountAsOf {
  /** By asset. */
  readonly balances: readonly BalanceAsOf[];
  /** By name. */
  readonly lots: readonly LotAsOf[];
  /** Oldest first: by the instant from which they count, then by revision, then what is not booked. */
  readonly lines: readonly LineAsOf[];
  /** The last event that was known, and the hash that proves all before it; absent where none was. */
  readonly seen?: { readonly revision: number; readonly hash: string };
}

/**
 * What an account held at an instant, as far as it was known at another (capabilities L14, 5-2, 5-10). Events count by
 * when they took effect; then time passes to `at` on the lots so known, so a job that runs late, or never, changes no
 * answer, and a future `at` shows what is scheduled. Total: it refuses nothing.
 */
export function asOf(history: AccountHistory, axes: Axes): AccountAsOf {
  const folded = fold(history, axes);
  return {
    balances: balancesOf(folded),
    lots: lotsOf(folded.state),
    lines: linesOf(folded),
    seen: history.seenBy(axes.knownAt),
  };
}

/** Only the balances of {@link asOf}. */
export function balancesAsOf(history: AccountHistory, axes: Axes): readonly BalanceAsOf[] {
  return balancesOf(fold(history, axes));
}

/** Only the lots of {@link asOf}. */
export function lotsAsOf(history: AccountHistory, axes: Axes): readonly LotAsOf[] {
  return lotsOf(fold(history, axes).state);
}

/** Only the lines of {@link asOf}. */
export function linesAsOf(history: AccountHistory, axes: Axes): readonly LineAsOf[] {
  return linesOf(fold(history, axes));
}

/** An account as of an instant and a knowledge. */
export interface Folded {
  /** How many events were known. */
  readonly known: number;
  /** The events that count, in the order of the log; throws where the history does not begin at the account's first. */
  readonly counted: readonly PlacedEvent[];
  /** The last of them that moved each asset. */
  readonly moved: ReadonlyMap<string, EventPlace>;
  /** What time has done beyond them. */
  readonly due: readonly AccountEvent[];
  /** After both. */
  readonly state: AccountState;
}

/** The events that count, what time has done beyond them, and the account after both. */
export function fold(history: AccountHistory, { at, knownAt }: Axes): Folded {
  const { periods, events, first } = history;
  const known = knownAt === undefined ? history.length : history.knownBy(knownAt);
  const begin = periods.newest(known, at);
  let state = begin ? forkAccount(begin.state) : emptyAccount();
  let [prefix, latest, isWhole] = [begin?.counted ?? 0, begin?.latest ?? -Infinity, true];
  const moved = new Map<string, EventPlace>(begin?.moved);
  let since: PlacedEvent[] = [];
  for (let i = begin?.count ?? 0; i < known; i++) {
    if (isWhole && periods.endsAt(i)) {
      periods.keep({ count: i, latest, state, moved: new Map(moved) }, since);
      [state, prefix, since] = [forkAccount(state), periods.prefix.length, []];
    }
    const placed = events[i - first]!;
    if (placed.countsFrom !== undefined && placed.countsFrom > at) {
      isWhole = false;
      continue;
    }
    if (placed.countsFrom !== undefined && placed.countsFrom > latest) latest = placed.countsFrom;
    const event = countedIn(state, placed.event);
    if (!event) continue;
    const counted = event === placed.event ? placed : { ...placed, event };
    since.push(counted);
    for (const [, asset] of postingsIn(event)) moved.set(asset, counted);
    state = evolveAccount(state, event);
  }
  const due = passTimeTo(at, state);
  return {
    known,
    get counted() {
      if (first > 0) throw new Error(`the events before revision ${first} were not read`);
      return [...periods.prefix.slice(0, prefix), ...since];
    },
    moved,
    due,
    state,
  };
}

/** An event that counts as it looks beside those before it; absent where it ends a hold that nobody has placed yet. */
export function countedIn(state: AccountState, event: AccountEvent): AccountEvent | undefined {
  return endsUnknownHold(event, state) ? undefined : rebook(event, state);
}

/** Folds into a state, in place, what time has done by an instant and no job has booked; answers what that is. */
export function passTimeTo(at: Instant, state: AccountState): readonly AccountEvent[] {
  const due = state.owner ? passTime({ kind: 'pass-time', tenant: '', account: '', at }, state) : [];
  for (const event of due) evolveAccount(state, event);
  return due;
}

/** Server clocks differ: a hold that ended before it began counts from when it began, and then not at all. */
function endsUnknownHold({ type, data }: AccountEvent, { holds }: AccountState): boolean {
  if (type !== 'HoldCaptured' && type !== 'HoldReleased' && type !== 'HoldLapsed' && type !== 'RedemptionCancelled')
    return false;
  return !holds.has(data.hold);
}

/** The postings of an event; opening an account has none. */
export function postingsIn(event: AccountEvent): readonly Posting[] {
  return event.type === 'AccountOpened' ? [] : event.data.postings;
}

/** What events post to one book of one asset. */
export function postedTo(events: readonly AccountEvent[], book: Book, asset: string): bigint {
  let sum = 0n;
  for (const event of events) {
    for (const [of, what, , amount] of postingsIn(event)) if (of === book && what === asset) sum += BigInt(amount);
  }
  return sum;
}

function balancesOf({ state, moved, due }: Folded): BalanceAsOf[] {
  const balances = [...state.books].map(([asset, books]) => {
    const { available, pending, held, deficit, uncollectable, breakage } = books;
    const sums = { available, pending, held, deficit, uncollectable, breakage };
    return { asset, ...sums, due: postedTo(due, 'breakage', asset), moved: moved.get(asset) };
  });
  return balances.sort((a, b) => (a.asset < b.asset ? -1 : 1));
}

function linesOf({ counted, due }: Folded): LineAsOf[] {
  return [...counted.map(lineOf), ...due.map(dueLineOf)].sort(byTime);
}

/** Every lot of a state, by name. */
export function lotsOf(state: AccountState): LotAsOf[] {
  const fromBreakage = takenFromBreakage(state);
  const lots: LotAsOf[] = [];
  for (const fact of state.facts) {
    if (fact.kind !== 'accrual') continue;
    for (const holding of fact.holdings) {
      const { lot } = holding;
      if (lot === undefined) continue;
      lots.push(lotAsOf(lot, holding, fact.issuer, fact.at, fromBreakage.get(lot) ?? 0n));
    }
  }
  return lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
}

function lotAsOf(lot: string, holding: Holding, issuer: string, effectiveAt: Instant, undone: bigint): LotAsOf {
  const { asset, unitCost, granted, remaining, pending } = holding;
  const { held, spent, expired, moved } = holding.used ?? { held: 0n, spent: 0n, expired: 0n, moved: 0n };
  return {
    lot,
    asset,
    issuer,
    unitCost,
    effectiveAt,
    expiresAt: expiryOf(holding),
    granted,
    pending: pending ? remaining : 0n,
    available: pending ? 0n : remaining,
    held,
    spent,
    expired: expired - undone,
    reversed: granted - remaining - held - spent - expired - moved + undone,
    moved,
  };
}

function takenFromBreakage({ reversals }: AccountState): Map<string, bigint> {
  const taken = new Map<string, bigint>();
  for (const { items } of reversals.values()) {
    for (const { slices } of items) {
      for (const { lot, amount, expired } of slices ?? []) {
        if (expired) taken.set(lot, (taken.get(lot) ?? 0n) + amount);
      }
    }
  }
  return taken;
}

function lineOf(stored: PlacedEvent): LineAsOf {
  return { countsFrom: stored.countsFrom, event: stored.event, stored };
}

function dueLineOf(event: AccountEvent): LineAsOf {
  return { countsFrom: event.type === 'AccountOpened' ? undefined : instant(event.data.effectiveAt), event };
}

/** Sorting is stable, so equal instants keep the order of the log. */
function byTime(a: LineAsOf, b: LineAsOf): number {
  return (a.countsFrom ?? -Infinity) - (b.countsFrom ?? -Infinity) || 0;
}
