import { formatInstant, least } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import type { AccountCommand, ApplyEvaluation, GrantedAmount, ReverseUnlinked } from './account.commands';
import type { AccountEvent, Granted } from './account.events';
import {
  type Accrual,
  type AccountState,
  holdingOf,
  keyOf,
  lotOf,
  referenceOf,
  type Reversal,
  type Taking,
} from './account.state';
import {
  changeText,
  type Difference,
  grantedBetween,
  itemText,
  postingsOf,
  postingsOfAccrual,
  residueBetween,
  takenBetween,
} from './difference';
import { type Delta, inFeasibleOrder, type Move } from './feasible-order';
import { type Picture, sameAccrual } from './picture';
import { redraw, type Redrawn } from './redraw';

/** What has to be said so that the account shows a purchase's picture, and what it changes in the facts behind it. */
export function eventsOfPurchase(command: ApplyEvaluation, state: AccountState, picture: Picture): AccountEvent[] {
  const { old, wanted } = picture.accrual!;
  const moves = drawnAgain(command, redraw(state, picture));
  if (!old) return [accrued(command, wanted), ...ordered(moves, state, wanted)];
  if (sameAccrual(old, wanted) && saysRevision(moves, command)) return ordered(moves, state);
  return ordered([amendment(command, old, wanted), ...moves], state);
}

/** The same for a return that names no purchase. */
export function eventsOfReturn(command: ReverseUnlinked, state: AccountState, picture: Picture): AccountEvent[] {
  const redrawn = redraw(state, picture);
  const { old, wanted } = picture.reversals[0]!;
  if (!redrawn.some((one) => one.wanted === wanted)) {
    redrawn.push({ old, wanted, items: old?.items ?? [] });
  }
  return ordered(drawnAgain(command, redrawn), state);
}

/** True where one of the events carries the picture's revision, so that nothing else has to. */
function saysRevision(moves: readonly Move[], command: ApplyEvaluation): boolean {
  const [key, revision] = [keyOf(command.purchase), String(command.revision)];
  return moves.some(({ event }) => {
    if (event.type !== 'PointsReversed' && event.type !== 'ReversalRecalculated') return false;
    const { purchase, evaluationRevision } = event.data;
    return purchase !== undefined && keyOf(purchase) === key && evaluationRevision === revision;
  });
}

function accrued(command: ApplyEvaluation, wanted: Accrual): AccountEvent {
  const postings = postingsOfAccrual(wanted);
  return { type: 'PointsAccrued', version: 1, data: { ...evaluated(command), postings } };
}

function amendment(command: ApplyEvaluation, old: Accrual, wanted: Accrual): Move {
  const granted = grantedBetween(old, wanted);
  const data = { ...evaluated(command), changes: granted.map(changeText), postings: postingsOf(granted, [], []) };
  return { event: { type: 'AccrualAmended', version: 1, data }, deltas: deltasOf(granted, 1n) };
}

function evaluated(command: ApplyEvaluation) {
  const { program, holder, purchase, issuer, store, receipt } = command;
  const key = keyOf(purchase);
  const grants = command.grants.filter(({ amount }) => amount > 0n).map((grant) => granted(grant, key));
  const evaluationRevision = String(command.revision);
  return {
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
}

function granted(
  { asset, score, amount, unitCost, expiresAt, priority, allocation }: GrantedAmount,
  key: string,
): Granted {
  return {
    asset,
    ...(score ? {} : { lot: lotOf(key, asset) }),
    amount: String(amount),
    unitCost,
    ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }),
    ...(priority ? { priority: String(priority) } : {}),
    allocation,
  };
}

/** One move per reversal that is new or differs from what is stored. */
function drawnAgain(command: AccountCommand, redrawn: readonly Redrawn[]): Move[] {
  const moves: Move[] = [];
  for (const one of redrawn) {
    if (!one.old) moves.push(reversal(command, one));
    else if (differs(one, one.old, command)) moves.push(recalculation(command, one.old, one));
  }
  return moves;
}

function differs({ wanted, items }: Redrawn, old: Reversal, command: AccountCommand): boolean {
  const newer = command.kind === 'reverse-unlinked' && wanted.revision > old.revision;
  if (newer || old.at !== wanted.at || old.issuer !== wanted.issuer) return true;
  return (
    takenBetween(old, { issuer: wanted.issuer, items }).length > 0 ||
    residueBetween(old, { issuer: wanted.issuer, items }).length > 0
  );
}

function reversal(command: AccountCommand, redrawn: Redrawn): Move {
  const { wanted, items } = redrawn;
  const after = { issuer: wanted.issuer, items };
  const taken = takenBetween(undefined, after);
  const postings = postingsOf([], taken, residueBetween(undefined, after));
  const data = { ...drawn(command, redrawn), items: items.map(itemText), postings };
  return { event: { type: 'PointsReversed', version: 1, data }, deltas: deltasOf(taken, -1n) };
}

function recalculation(command: AccountCommand, old: Side, redrawn: Redrawn): Move {
  const { wanted, items } = redrawn;
  const after = { issuer: wanted.issuer, items };
  const taken = takenBetween(old, after);
  const data = {
    ...drawn(command, redrawn),
    cause: command.kind === 'apply-evaluation' ? command.purchase : command.return,
    items: items.map(itemText),
    changes: taken.map(changeText),
    postings: postingsOf([], taken, residueBetween(old, after)),
  };
  const kept = taken.some(({ from, to }) => to < from) ? keptOf(old, redrawn) : undefined;
  const gives = kept !== undefined && taken.some(({ from, to }) => to > from);
  const split = (): [Move, Move] => [
    recalculation(command, old, { ...redrawn, items: kept! }),
    recalculation(command, { issuer: wanted.issuer, items: kept! }, redrawn),
  ];
  const move = { event: { type: 'ReversalRecalculated' as const, version: 1, data }, deltas: deltasOf(taken, -1n) };
  return gives ? { ...move, split } : move;
}

interface Side {
  readonly issuer: string;
  readonly items: readonly Taking[];
}

/** What of the old taking stays: where a reversal gives back before it draws anew, it stands at this in between. */
function keptOf(old: Side, { wanted, items }: Redrawn): Taking[] {
  return items.map((item): Taking => {
    const before = old.items.find(({ asset }) => asset === item.asset);
    if (!item.slices) {
      const taken = before && old.issuer === wanted.issuer ? least(before.taken, item.taken) : 0n;
      return { ...item, taken };
    }
    const slices: Slice[] = [];
    for (const slice of item.slices) {
      const same = before?.slices?.find(
        (one) => one.lot === slice.lot && one.issuer === slice.issuer && one.unitCost === slice.unitCost,
      );
      if (same) slices.push({ ...slice, amount: least(same.amount, slice.amount) });
    }
    return { ...item, slices, taken: slices.reduce((sum, { amount }) => sum + amount, 0n) };
  });
}

function drawn({ program, holder }: AccountCommand, { wanted }: Redrawn) {
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
  return inFeasibleOrder(moves, ({ asset, lot }) => {
    const holding = fresh?.holdings.find((one) => one.asset === asset && (lot === undefined || one.lot === lot));
    if (lot === undefined) return (state.books.get(asset)?.available ?? 0n) + (holding?.granted ?? 0n);
    return holding?.granted ?? holdingOf(state, asset, lot)?.remaining ?? 0n;
  });
}

function deltasOf(differences: readonly Difference[], sign: bigint): Delta[] {
  const deltas = new Map<string, { asset: string; lot?: string; amount: bigint }>();
  for (const { asset, lot, from, to } of differences) {
    const key = `${lot} ${asset}`;
    const amount = (to - from) * sign;
    const known = deltas.get(key);
    if (known) known.amount += amount;
    else deltas.set(key, { asset, lot, amount });
  }
  return [...deltas.values()];
}
