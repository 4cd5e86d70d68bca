import { formatInstant, least } from '@tallystick/vocabulary';
import type { ReverseUnlinked } from './account.commands';
import type { AccountEvent, Granted, Reference } from './account.events';
import {
  type Accrual,
  type AccountState,
  type Holding,
  holdingOf,
  keyOf,
  referenceOf,
  type Reversal,
  type TakenPart,
  type Taking,
} from './account.state';
import type { CutEvaluation } from './caps';
import {
  type BookOfLot,
  changeText,
  type Difference,
  grantedBetween,
  itemText,
  postingsOf,
  postingsOfAccrual,
  residueBetween,
  type Side,
  takenBetween,
} from './difference';
import { type Delta, inFeasibleOrder, type Move } from './feasible-order';
import { type Picture, sameAccrual } from './picture';
import { redraw, redrawAll, type Redrawn } from './redraw';

/** What has to be said so that the account shows a purchase's picture, and what it changes in the facts behind it. */
export function eventsOfPurchase(command: CutEvaluation, state: AccountState, picture: Picture): AccountEvent[] {
  const { old, wanted } = picture.accrual!;
  const telling = tellingOf(command, state, wanted);
  const moves = drawnAgain(telling, redraw(state, picture));
  if (!old) return [accrued(command, wanted), ...ordered(moves, state, wanted)];
  // What caps left of a picture is read off its accrual: that says every newer picture itself.
  if (!command.uncut && sameAccrual(old, wanted) && saysRevision(moves, command)) return ordered(moves, state);
  return ordered([amendment(command, old, wanted), ...moves], state);
}

/** The same for a return that names no purchase. */
export function eventsOfReturn(command: ReverseUnlinked, state: AccountState, picture: Picture): AccountEvent[] {
  const redrawn = redraw(state, picture);
  const { old, wanted } = picture.reversals[0]!;
  if (!redrawn.some((one) => one.wanted === wanted)) {
    redrawn.push({ old, wanted, items: old?.items ?? [] });
  }
  return ordered(drawnAgain(tellingOf(command, state), redrawn), state);
}

/** What reversals get once a decision (`cause`) has left lots with more than before (capabilities L7, L9). */
export function eventsOfRedraw(cause: Reference, state: AccountState): AccountEvent[] {
  if (!state.lastReversal) return [];
  return ordered(drawnAgain({ ...state.owner!, cause, bookOf: bookIn(state) }, redrawAll(state)), state);
}

/**
 * Reversals that have taken out of the breakage of lots give it back: what they ask is not found for the moment. So breakage
 * can be undone as a whole, and a redraw takes of the lots themselves, as if they had never expired (capabilities L22).
 */
export function eventsOfGivingBack(lots: ReadonlySet<string>, cause: Reference, state: AccountState): AccountEvent[] {
  const telling = { ...state.owner!, cause, bookOf: bookIn(state) };
  return [...state.reversals.values()].flatMap((old) => {
    const items = old.items.map((item): Taking => {
      const slices = item.slices?.filter(({ lot, expired }) => !expired || !lots.has(lot));
      if (slices?.length === item.slices?.length) return item;
      return { ...item, slices, taken: slices!.reduce((sum, { amount }) => sum + amount, 0n) };
    });
    if (items.every((item, index) => item === old.items[index])) return [];
    return [recalculation(telling, old, { old, wanted: { ...old, asks: [] }, items }).event];
  });
}

/** Who tells of a redrawn reversal, and why. */
interface Telling {
  readonly program: string;
  readonly holder: string;
  readonly cause: Reference;
  readonly bookOf: BookOfLot;
  /** The merged account that an unlinked return came for. */
  readonly of?: string;
  /** True where a newer picture of an unlinked return must be said even if nothing moves. */
  readonly saysNewer?: boolean;
}

function tellingOf(command: CutEvaluation | ReverseUnlinked, state: AccountState, wanted?: Accrual): Telling {
  const { program, holder } = command;
  if (command.kind === 'reverse-unlinked')
    return { program, holder, of: command.of, cause: command.return, bookOf: bookIn(state), saysNewer: true };
  return { program, holder, cause: command.purchase, bookOf: bookIn(state, wanted) };
}

/** Where lots are booked; a wanted accrual is not in the state yet. */
function bookIn(state: AccountState, wanted?: Accrual): BookOfLot {
  return (asset, lot) => {
    const holding = wanted?.holdings.find((one) => one.lot === lot) ?? holdingOf(state, asset, lot);
    return holding?.pending ? 'pending' : 'available';
  };
}

/** True where one of the events carries the picture's revision, so that nothing else has to. */
function saysRevision(moves: readonly Move[], command: CutEvaluation): boolean {
  const [key, revision] = [keyOf(command.purchase), String(command.revision)];
  return moves.some(({ event }) => {
    if (event.type !== 'PointsReversed' && event.type !== 'ReversalRecalculated') return false;
    const { purchase, evaluationRevision } = event.data;
    return purchase !== undefined && keyOf(purchase) === key && evaluationRevision === revision;
  });
}

function accrued(command: CutEvaluation, wanted: Accrual): AccountEvent {
  const postings = postingsOfAccrual(wanted);
  const data = { ...evaluated(command, wanted), postings };
  return { type: 'PointsAccrued', version: 1, data: command.of === undefined ? data : { ...data, of: command.of } };
}

function amendment(command: CutEvaluation, old: Accrual, wanted: Accrual): Move {
  const granted = grantedBetween(old, wanted);
  const changes = granted.map(changeText);
  const data = { ...evaluated(command, wanted), changes, postings: postingsOf(granted, []) };
  return { event: { type: 'AccrualAmended', version: 1, data }, deltas: deltasOf(granted, 1n) };
}

function evaluated(command: CutEvaluation, { issuer, holdings }: Accrual) {
  const { program, holder, purchase, store, receipt } = command;
  const grants = holdings.map((holding) => granted(command, holding));
  const evaluationRevision = String(command.revision);
  const said = {
    program,
    holder,
    purchase,
    evaluationRevision,
    effectiveAt: formatInstant(command.effectiveAt),
    issuer,
    store,
    receipt,
    grants,
  };
  return command.uncut ? { ...said, uncut: command.uncut } : said;
}

function granted(command: CutEvaluation, holding: Holding): Granted {
  const { asset, lot, unitCost, expiresAt, priority, activatesOn, activatedAt } = holding;
  const grant = command.grants.find((one) => one.asset === asset);
  const amount = grant?.amount ?? 0n;
  const waitsUntil = grant?.activatesAt !== undefined && activatedAt !== undefined;
  return {
    asset,
    ...(lot === undefined ? {} : { lot }),
    amount: String(amount),
    unitCost,
    ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }),
    ...(priority ? { priority: String(priority) } : {}),
    ...(waitsUntil ? { activatesAt: formatInstant(activatedAt) } : {}),
    ...(activatesOn === undefined ? {} : { activatesOn }),
    ...(holding.granted > amount ? { kept: String(holding.granted - amount) } : {}),
    allocation: grant?.allocation ?? [],
  };
}

/** One move per reversal that is new or differs from what is stored. */
function drawnAgain(telling: Telling, redrawn: readonly Redrawn[]): Move[] {
  const moves: Move[] = [];
  for (const one of redrawn) {
    if (!one.old) moves.push(reversal(telling, one));
    else if (differs(one, one.old, telling)) moves.push(recalculation(telling, one.old, one));
  }
  return moves;
}

function differs({ wanted, items }: Redrawn, old: Reversal, { bookOf, saysNewer }: Telling): boolean {
  const newer = saysNewer && wanted.revision > old.revision;
  if (newer || old.at !== wanted.at || old.issuer !== wanted.issuer) return true;
  const after = { issuer: wanted.issuer, items };
  return (
    takenBetween(old, after, bookOf).length > 0 ||
    residueBetween(old, after).length > 0 ||
    items.some((item) => isTakenOtherwise(item, old)) ||
    old.items.some(({ asset, onHold }) => onHold > 0n && !items.some((one) => one.asset === asset))
  );
}

/** What waits for the end of a hold is in no book yet. */
function isTakenOtherwise({ asset, onHold, clawback }: Taking, { items }: Reversal): boolean {
  const before = items.find((one) => one.asset === asset);
  return (before?.onHold ?? 0n) !== onHold || (before !== undefined && before.clawback !== clawback);
}

function reversal(telling: Telling, redrawn: Redrawn): Move {
  const { wanted, items } = redrawn;
  const after = { issuer: wanted.issuer, items };
  const taken = takenBetween(undefined, after, telling.bookOf);
  const postings = postingsOf([], [...taken, ...residueBetween(undefined, after)]);
  const texts = items.map((item) => itemText(item, telling.bookOf));
  const isOf = telling.of === undefined || wanted.purchase !== undefined ? {} : { of: telling.of };
  const data = { ...drawn(telling, redrawn), ...isOf, items: texts, postings };
  return { event: { type: 'PointsReversed', version: 1, data }, deltas: deltasOf(taken, -1n) };
}

function recalculation(telling: Telling, old: Side, redrawn: Redrawn): Move {
  const { wanted, items } = redrawn;
  const after = { issuer: wanted.issuer, items };
  const taken = takenBetween(old, after, telling.bookOf);
  const data = {
    ...drawn(telling, redrawn),
    cause: telling.cause,
    items: items.map((item) => itemText(item, telling.bookOf)),
    changes: taken.map(changeText),
    postings: postingsOf([], [...taken, ...residueBetween(old, after)]),
  };
  const kept = taken.some(({ from, to }) => to < from) ? keptOf(old, redrawn) : undefined;
  const gives = kept !== undefined && taken.some(({ from, to }) => to > from);
  const split = (): [Move, Move] => [
    recalculation(telling, old, { ...redrawn, items: kept! }),
    recalculation(telling, { issuer: wanted.issuer, items: kept! }, redrawn),
  ];
  const move = { event: { type: 'ReversalRecalculated' as const, version: 1, data }, deltas: deltasOf(taken, -1n) };
  return gives ? { ...move, split } : move;
}

/** What of the old taking stays: where a reversal gives back before it draws anew, it stands at this in between. */
function keptOf(old: Side, { wanted, items }: Redrawn): Taking[] {
  return items.map((item): Taking => {
    const before = old.items.find(({ asset }) => asset === item.asset);
    if (!item.slices) {
      const taken = before && old.issuer === wanted.issuer ? least(before.taken, item.taken) : 0n;
      return { ...item, taken };
    }
    const slices: TakenPart[] = [];
    for (const slice of item.slices) {
      const same = before?.slices?.find((one) => isSamePart(one, slice));
      if (same) slices.push({ ...slice, amount: least(same.amount, slice.amount) });
    }
    return { ...item, slices, taken: slices.reduce((sum, { amount }) => sum + amount, 0n) };
  });
}

function isSamePart(a: TakenPart, b: TakenPart): boolean {
  return a.lot === b.lot && a.issuer === b.issuer && a.unitCost === b.unitCost && a.expired === b.expired;
}

function drawn({ program, holder }: Telling, { wanted }: Redrawn) {
  const { source, id, purchase, at, earnedAt, issuer, store, receipt, revision } = wanted;
  return {
    program,
    holder,
    reversal: { source, id },
    ...(purchase === undefined ? {} : { purchase: referenceOf(purchase), earnedAt: formatInstant(earnedAt!) }),
    evaluationRevision: String(revision),
    effectiveAt: formatInstant(at),
    issuer,
    store,
    receipt,
  };
}

function ordered(moves: readonly Move[], state: AccountState, fresh?: Accrual): AccountEvent[] {
  if (moves.length === 0) return [];
  return inFeasibleOrder(moves, ({ asset, lot, expired }) => {
    const holding = fresh?.holdings.find((one) => one.asset === asset && (lot === undefined || one.lot === lot));
    if (lot === undefined) return (state.books.get(asset)?.available ?? 0n) + (holding?.granted ?? 0n);
    if (expired) return breakageOf(state, asset, lot);
    return holding?.granted ?? holdingOf(state, asset, lot)?.remaining ?? 0n;
  });
}

/** What of a lot is breakage still: what expired, without what reversals took of it. */
function breakageOf(state: AccountState, asset: string, lot: string): bigint {
  let left = holdingOf(state, asset, lot)?.used?.expired ?? 0n;
  for (const { items } of state.reversals.values()) {
    for (const slice of items.flatMap(({ slices }) => slices ?? [])) {
      if (slice.expired && slice.lot === lot) left -= slice.amount;
    }
  }
  return left;
}

function deltasOf(differences: readonly Difference[], sign: bigint): Delta[] {
  const deltas = new Map<string, { asset: string; lot?: string; expired: boolean; amount: bigint }>();
  for (const { asset, lot, book, from, to } of differences) {
    const expired = book === 'breakage';
    const key = `${expired} ${lot} ${asset}`;
    const amount = (to - from) * sign;
    const known = deltas.get(key);
    if (known) known.amount += amount;
    else deltas.set(key, { asset, lot, expired, amount });
  }
  return [...deltas.values()];
}
