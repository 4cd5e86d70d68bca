import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import { eventsOfRedraw } from '../account.facts';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, type Holding, keyOf } from '../account.state';
import { lotFrom } from '../walk';
import type { ActivateLots, ExtendExpiry, PassTime } from './decision.commands';
import type { LotsExpired, PointsActivated, SliceRow } from './decision.events';
import { repaymentsBy } from './debts';
import { Draft } from './draft';
import { lapsesBy } from './holds';
import { partOf, slicesIn } from './in-parts';
import { forfeitures } from './life-cycle';
import { legsOf, MOST_SLICES, type OpenLot, openLots, rowOf, spendableAssets } from './spendable';

/**
 * What time has done by an instant and is not booked yet, in the order of one instant (capabilities §1): pending lots
 * become available, holds lapse, lots expire. Nothing where all of it is booked: a day or a lot counts once. No more than one
 * append takes: the next command books the rest.
 */
export function passTime({ at }: PassTime, state: AccountState): readonly AccountEvent[] {
  const draft = new Draft(state);
  bookDue(draft, at);
  const left = MOST_SLICES - slicesIn(draft.events);
  if (left > 0) draft.add(state.closed ? forfeitures(draft.state, at, left) : expiriesBy(draft.state, at, left));
  return draft.events;
}

/**
 * Books what must have happened before a decision of this instant: activations and lapses, not expiry. Of more slices than one
 * append takes the rest waits: it is not free, and nothing is spent twice.
 */
export function bookDue(draft: Draft, at: Instant): void {
  const activated = activationsBy(draft.state, at);
  draft.add(activated);
  if (draft.hasDebts && activated.length > 0) draft.add(repaymentsBy(activated, draft.state));
  let left = MOST_SLICES - slicesIn(activated);
  for (const lapse of lapsesBy(draft.state, at)) {
    if (left <= 0) return;
    left -= lapse.data.slices.length;
    draft.add([lapse]);
    if (draft.hasReversals) draft.add(eventsOfRedraw({ source: HOLD, id: lapse.data.hold }, draft.state));
  }
}

/** Says of a recalculated reversal that a hold has caused it. */
export const HOLD = '~hold';

/** Makes the lots of a purchase available that wait for an event; none where they are, or wait for another. */
export function activateLots({ purchase, on, at }: ActivateLots, state: AccountState): readonly AccountEvent[] {
  const accrual = state.accruals.get(keyOf(purchase));
  const draft = new Draft(state);
  for (const holding of accrual?.holdings ?? []) {
    if (!holding.pending || holding.activatesOn !== on) continue;
    const { lot, issuer, unitCost } = lotFrom(accrual!, holding.asset)!;
    const row: SliceRow = [lot, issuer, unitCost, String(holding.remaining)];
    draft.add([activation(state, holding.asset, [row], at, on)]);
  }
  if (draft.events.length === 0) return [];
  if (draft.hasReversals) draft.add(eventsOfRedraw(purchase, draft.state));
  if (draft.hasDebts) draft.add(repaymentsBy(draft.events, draft.state));
  return draft.events;
}

/**
 * Lets lots end later; a lot that would end earlier by it keeps its end. Refuses a lot that has ended already; while dates stand
 * still none ends.
 */
export function extendExpiry(
  { extension, asset, lots, to, reason, at, part }: ExtendExpiry,
  state: AccountState,
): readonly AccountEvent[] | Rejection<AccountRefusal> {
  const now = standingAt(state, at);
  const ends = (holding: Holding) => expiryOf(holding) !== undefined && expiryOf(holding)! < to;
  const open = openLots(state, asset, (one) => ends(one) && (lots === undefined || lots.includes(one.lot!)));
  const late = open.find(({ lot }) => lot.expiresAt! <= now);
  if (late && lots) return reject('lot-expired', { lot: late.lot.lot });
  const extended = open.filter(({ lot }) => lot.expiresAt! > now);
  if (extended.length === 0) return reject('nothing-to-extend', { asset });
  const next = partOf(extended, part);
  if (next.length === 0) return [];
  const rows = next.map(({ lot }) => [lot.lot, formatInstant(lot.expiresAt!), formatInstant(to)] as const);
  const asked = lots === undefined ? {} : { asked: lots };
  const said = { asset, extension, reason, ...asked, ...(part && { part }), effectiveAt: formatInstant(at) };
  const data = { ...state.owner!, ...said, lots: rows, postings: [] };
  return [{ type: 'ExpiryExtended', version: 1, data }];
}

/** The instant by which dates have passed: while they stand still, that from which on they do. */
function standingAt({ pausedAt }: AccountState, now: Instant): Instant {
  return pausedAt !== undefined && pausedAt < now ? pausedAt : now;
}

/** Lots whose date has passed, as breakage at the instant at which they ended; while dates stand still none passes. */
export function expiriesBy(state: AccountState, now: Instant, most = MOST_SLICES): LotsExpired[] {
  const at = standingAt(state, now);
  const due = new Map<string, Due>();
  let left = most;
  for (const asset of spendableAssets(state)) {
    const ending = openLots(state, asset, (holding) => !holding.pending && expiryOf(holding) !== undefined);
    // What was given back, or came, later than `at` ends later, too: an earlier instant that is told again books none of it.
    const over = ending.filter((open) => endOf(open) <= at).slice(0, left);
    left -= over.length;
    for (const open of over) {
      const ended = endOf(open);
      const key = `${asset} ${ended}`;
      const one = due.get(key) ?? { asset, at: ended, slices: [] };
      due.set(key, one);
      one.slices.push(rowOf(open));
    }
  }
  return [...due.values()]
    .sort((a, b) => a.at - b.at)
    .map(({ asset, at: ended, slices }) => {
      const postings = legsOf(asset, [[slices, 'available', 'breakage']]);
      return {
        type: 'LotsExpired',
        version: 1,
        data: { ...state.owner!, asset, effectiveAt: formatInstant(ended), slices, postings },
      };
    });
}

/** A lot ends at its date, or when what is past its date was given back, or activated, or came. */
function endOf({ lot, holding: { activatedAt, used }, since }: OpenLot): Instant {
  return Math.max(lot.expiresAt!, activatedAt!, used?.freedAt ?? 0, since) as Instant;
}

function activationsBy(state: AccountState, at: Instant): PointsActivated[] {
  const due = new Map<string, Due>();
  let left = MOST_SLICES;
  for (const fact of state.facts) {
    for (const holding of fact.kind === 'accrual' ? fact.holdings : []) {
      const { asset, pending, activatedAt } = holding;
      if (!pending || activatedAt === undefined || activatedAt > at || fact.kind !== 'accrual') continue;
      if (left-- === 0) return activationsOf(due, state);
      const key = `${asset} ${activatedAt}`;
      const one = due.get(key) ?? { asset, at: activatedAt, slices: [] };
      due.set(key, one);
      one.slices.push(rowOf({ lot: lotFrom(fact, asset)!, holding }));
    }
  }
  return activationsOf(due, state);
}

function activationsOf(due: ReadonlyMap<string, Due>, state: AccountState): PointsActivated[] {
  return [...due.values()]
    .sort((a, b) => a.at - b.at)
    .map(({ asset, at, slices }) => activation(state, asset, slices, at));
}

/** Slices of an asset for which something falls due at one instant. */
interface Due {
  readonly asset: string;
  readonly at: Instant;
  readonly slices: SliceRow[];
}

function activation(
  state: AccountState,
  asset: string,
  slices: readonly SliceRow[],
  at: Instant,
  on?: string,
): PointsActivated {
  const postings = legsOf(asset, [[slices, 'pending', 'available']]);
  const data = { ...state.owner!, asset, effectiveAt: formatInstant(at), ...(on && { on }), slices, postings };
  return { type: 'PointsActivated', version: 1, data };
}
