import type { Position } from '@tallystick/decider';
import type { HeldPartition } from './keeper';
import { type Entry, Lane } from './lane';
import type { Arrival } from './source';

/** Records of one partition that are fetched and not settled: what waits in line, and what comes next. */
const LANE_LIMIT = 2_000;

/** The partitions of a topic that this member holds just now. */
export class LaneSet {
  /** Grows whenever partitions came to this member. */
  assignment = 0;
  private lanes: ReadonlyMap<number, Lane> = new Map();
  private turn = 0;

  [Symbol.iterator](): Iterator<Lane> {
    return this.lanes.values();
  }

  get partitions(): readonly number[] {
    return [...this.lanes.keys()];
  }

  /** Records in memory that are not settled. */
  get buffered(): number {
    let count = 0;
    for (const lane of this) count += lane.size;
    return count;
  }

  /** When the first waiting record is due, by `performance.now()`; infinity where none waits. */
  get firstDueAt(): number {
    let first = Infinity;
    for (const lane of this) first = Math.min(first, lane.firstDueAt);
    return first;
  }

  isHeld(lane: Lane): boolean {
    return this.lanes.get(lane.partition) === lane;
  }

  /** Takes over what is held now; a lane of the same term goes on as it is. True where anything came or went. */
  hold(held: readonly HeldPartition[]): boolean {
    const next = new Map<number, Lane>();
    let came = 0;
    for (const one of held) {
      const lane = this.lanes.get(one.partition);
      if (lane?.term === one.term) {
        next.set(one.partition, lane);
      } else {
        next.set(one.partition, new Lane(one));
        came += 1;
      }
    }
    if (came > 0) this.assignment += 1;
    const changed = came > 0 || next.size !== this.lanes.size;
    this.lanes = next;
    return changed;
  }

  /** Takes over positions that the database already has: of a commit whose answer was lost. */
  catchUp(held: readonly HeldPartition[]): void {
    for (const { partition, term, position } of held) {
      const lane = this.lanes.get(partition);
      if (lane?.term === term) lane.catchUp(position);
    }
  }

  /** The lanes that have room; none while `enough` records wait for a handler already. */
  wanting(enough: number): ReadonlyMap<number, Lane> {
    let undelivered = 0;
    for (const lane of this) undelivered += lane.undelivered;
    const wanting = new Map<number, Lane>();
    if (undelivered < enough) for (const lane of this) if (lane.size < LANE_LIMIT) wanting.set(lane.partition, lane);
    return wanting;
  }

  /** Puts what was fetched for these lanes into them, where they are still held. */
  fill(wanting: ReadonlyMap<number, Lane>, arrivals: readonly Arrival[], read: ReadonlyMap<number, Position>): void {
    const byPartition = new Map<number, Arrival[]>();
    for (const arrival of arrivals) {
      const list = byPartition.get(arrival.partition);
      if (list) list.push(arrival);
      else byPartition.set(arrival.partition, [arrival]);
    }
    for (const [partition, lane] of wanting) {
      const upTo = read.get(partition);
      if (upTo !== undefined && this.isHeld(lane)) lane.fill(byPartition.get(partition) ?? [], upTo);
    }
  }

  /** Up to `max` records that may be delivered now, in order within each key; another lane begins every time. */
  take(max: number): Entry[] {
    const lanes = [...this];
    const now = performance.now();
    const entries: Entry[] = [];
    this.turn += 1;
    for (let index = 0; index < lanes.length && entries.length < max; index++) {
      const lane = lanes[(index + this.turn) % lanes.length]!;
      for (const entry of lane.take(max - entries.length, now)) entries.push(entry);
    }
    return entries;
  }
}

/** Gives records back to their lanes that were taken and that nobody answered for. */
export function giveBack(entries: readonly Entry[]): void {
  for (const lane of new Set(entries.map((entry) => entry.lane))) {
    lane.giveBack(entries.filter((entry) => entry.lane === lane));
  }
}
