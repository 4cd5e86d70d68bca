import type { AccountEvent } from './account.events';

/** What an event adds to one lot's remainder, to what is left of its breakage, or to a score's sum (without a lot). */
export interface Delta {
  readonly asset: string;
  readonly lot?: string;
  readonly expired: boolean;
  readonly amount: bigint;
}

/** An event that is due, and what it does to lots and scores. */
export interface Move {
  readonly event: AccountEvent;
  readonly deltas: readonly Delta[];
  /** The same in two steps, the first of which only gives back; absent where it gives nothing back. */
  readonly split?: () => readonly [Move, Move];
}

/**
 * Puts events of one append into an order in which no lot, no breakage and no score is negative after any of them, nearest to the
 * order given. Two reversals that exchange lots fit in no order: then one gives back first and draws later. The sum
 * of all moves must leave nothing negative.
 */
export function inFeasibleOrder(moves: readonly Move[], held: (what: Delta) => bigint): AccountEvent[] {
  const left = new Map<string, bigint>();
  const after = (delta: Delta) => (left.get(keyOf(delta)) ?? held(delta)) + delta.amount;
  const events: AccountEvent[] = [];
  const open = [...moves];
  while (open.length > 0) {
    const next = open.findIndex(({ deltas }) => deltas.every((delta) => delta.amount >= 0n || after(delta) >= 0n));
    if (next < 0) {
      splitFirst(open);
      continue;
    }
    const [move] = open.splice(next, 1);
    for (const delta of move!.deltas) left.set(keyOf(delta), after(delta));
    events.push(move!.event);
  }
  return events;
}

function splitFirst(open: Move[]): void {
  const index = open.findIndex(({ split }) => split !== undefined);
  if (index < 0) throw new RangeError('the moves of one append leave a lot negative');
  const [now, later] = open[index]!.split!();
  open.splice(index, 1, later);
  open.unshift(now);
}

function keyOf({ asset, lot, expired }: Delta): string {
  if (lot === undefined) return `score ${asset}`;
  return expired ? `breakage ${lot}` : `lot ${lot}`;
}
