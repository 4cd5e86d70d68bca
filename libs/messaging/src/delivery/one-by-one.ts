import type { BusRecord, Outcome } from '../bus';
import { faultAlone, isOfRecord } from './faults';
import type { Entry } from './lane';
import { giveBack, type LaneSet } from './lane-set';
import type { Settlement } from './settlement';
import { backoffMs } from './signal';

/** What delivering record by record needs of its loop. */
export interface OneByOne {
  readonly lanes: LaneSet;
  readonly settlement: Settlement;
  /** False where the loop is paused or ends, or what it held may be another's. */
  mayDeliver(): boolean;
  /** Hands one record to the handler, no position with it: one may stand for others that are not delivered yet. */
  handle(record: BusRecord): Promise<Outcome>;
  failed(error: unknown): void;
}

/**
 * Delivers records one by one that made batch after batch fail together: one that fails alone too is given up under the
 * code `defect`, the others proceed. Throws faults that no record causes; what is not delivered is given back.
 */
export async function deliverOneByOne(entries: readonly Entry[], loop: OneByOne): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    if (!loop.lanes.isHeld(entry.lane)) continue;
    let outcome: Outcome | undefined;
    try {
      outcome = await outcomeAlone(entry, loop);
    } catch (error) {
      giveBack(entries.slice(index));
      throw error;
    }
    if (!outcome && entry.arrival.record) return giveBack(entries.slice(index));
    try {
      await loop.settlement.conclude([entry], new Map(outcome && [[entry, outcome]]));
    } catch (error) {
      giveBack(entries.slice(index + 1));
      throw error;
    }
  }
}

/** `undefined` where there is nothing to deliver, or nothing may be delivered any more. */
async function outcomeAlone(entry: Entry, loop: OneByOne): Promise<Outcome | undefined> {
  const { record } = entry.arrival;
  if (!record) return undefined;
  // It stands in line: an earlier one of its key waits.
  if (entry.lane.isBehindWaiting(entry)) return { kind: 'retry', code: 'behind-waiting' };
  while (loop.mayDeliver()) {
    try {
      return await loop.handle(record);
    } catch (error) {
      if (!isOfRecord(error)) throw error;
      loop.failed(error);
      const refusal = faultAlone(entry, error);
      if (refusal) return refusal;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(entry.faultsAlone ?? 1)));
    }
  }
  return undefined;
}
