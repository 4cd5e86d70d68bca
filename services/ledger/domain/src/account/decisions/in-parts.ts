import type { AccountEvent } from '../account.events';
import { MOST_SLICES } from './spendable';

/** Events of one append at most that name no lot, such as notices: what is beyond them is said by the next command. */
export const MOST_EVENTS = 1_000;

/**
 * Of all that a decision does, what the next of its first appends does: {@link MOST_SLICES}, nothing where the last append
 * takes what is left. `part` absent: the last append, which does all that is left and says that the decision is carried out.
 */
export function partOf<One>(all: readonly One[], part: true | undefined): readonly One[] {
  if (!part) return all;
  return all.length > MOST_SLICES ? all.slice(0, MOST_SLICES) : [];
}

/** How many slices events book that time has made due. */
export function slicesIn(events: readonly AccountEvent[]): number {
  return events.reduce((sum, event) => sum + slicesOf(event), 0);
}

/** True where what time has made due filled an append, so that more of the same may be due. */
export function isFull(events: readonly AccountEvent[]): boolean {
  return events.length >= MOST_EVENTS || slicesIn(events) >= MOST_SLICES;
}

function slicesOf({ type, data }: AccountEvent): number {
  switch (type) {
    case 'LotsExpired':
      return data.slices.length + (data.pending?.length ?? 0);
    case 'PointsActivated':
    case 'HoldLapsed':
      return data.slices.length;
    default:
      return 0;
  }
}
