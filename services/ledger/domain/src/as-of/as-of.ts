import { type Instant, instant } from '@tallystick/vocabulary';
import type { AccountEvent, Book, Posting } from '../account/account.events';
import { evolveAccount } from '../account/account.evolve';
import { type AccountState, emptyAccount, expiryOf, type Holding } from '../account/account.state';
import { passTime } from '../account/decisions/passing-time';
import type { AccountHistory, PlacedEvent } from './history';
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
  readonly moved?: PlacedEvent;
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
export function asOf(history: AccountHistory, { at, knownAt }: Axes): AccountAsOf {
  const { counted, due, state } = fold(history, { at, knownAt });
  const known = knownAt === undefined ? history.events.length : history.knownBy(knownAt);
  const last = history.events[known - 1];
  return {
    balances: balancesOf(state, counted, due),
    lots: lotsOf(state),
    lines: [...counted.map(lineOf), ...due.map(dueLineOf)].sort(byTime),
    seen: last && { revision: last.revision, hash: last.hash },
  };
}

/** Only the balances of {@link asOf}, at a third of the work. */
export function balancesAsOf(history: AccountHistory, axes: Axes): readonly BalanceAsOf[] {
  const { counted, due, state } = fold(history, axes);
  return balancesOf(state, counted, due);
}

/** The events that count, what time has done beyond them, and the account after both. */
export function fold(
  history: AccountHistory,
  { at, knownAt }: Axes,
): { readonly counted: readonly PlacedEvent[]; readonly due: readonly AccountEvent[]; readonly state: AccountState } {
  const known = knownAt === undefined ? history.events.length : history.knownBy(knownAt);
  const counted: PlacedEvent[] = [];
  let state = emptyAccount();
  for (let i = 0; i < known; i++) {
    const placed = history.events[i]!;
    if ((placed.countsFrom !== undefined && placed.countsFrom > at) || endsUnknownHold(placed.event, state)) continue;
    const event = rebook(placed.event, state);
    counted.push(event === placed.event ? placed : { ...placed, event });
    state = evolveAccount(state, event);
  }
  const due = state.owner ? passTime({ kind: 'pass-time', tenant: '', account: '', at }, state) : [];
  for (const event of due) state = evolveAccount(state, event);
  return { counted, due, state };
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

function balancesOf(state: AccountState, counted: readonly PlacedEvent[], due: readonly AccountEvent[]): BalanceAsOf[] {
  const balances = [...state.books].map(([asset, books]) => {
    const { available, pending, held, deficit, uncollectable, breakage } = books;
    const sums = { available, pending, held, deficit, uncollectable, breakage };
    const moved = counted.findLast(({ event }) => postingsIn(event).some(([, of]) => of === asset));
    return { asset, ...sums, due: postedTo(due, 'breakage', asset), moved };
  });
  return balances.sort((a, b) => (a.asset < b.asset ? -1 : 1));
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
