import type { CheckpointMove, Position } from '@tallystick/decider';
import type { HeldPartition } from './keeper';
import type { Arrival } from './source';

/** One record of a partition on its way. */
export interface Entry {
  readonly lane: Lane;
  readonly arrival: Arrival;
  /** The last position before its own: where its lane stands while it is the first that is not settled. */
  readonly before: Position;
  settled: boolean;
  /** When its handler first asked for a retry, by the clock of whoever judges it. */
  waitsSince?: number;
  /** The fault that batches with it last ended with, and how often in a row. */
  fault?: { readonly said: string; readonly count: number };
  /** How often it made its handler throw alone. */
  faultsAlone?: number;
}

interface Wait {
  /** The record that could not be settled, then what came after it under the same key. */
  readonly queue: Entry[];
  attempts: number;
  dueAt: number;
}

/**
 * One partition in the hands of this member. Records come in order; those of a key that waits stand in line behind the
 * waiting one, the others go on; the position moves over the contiguous settled prefix only. What is settled is not kept:
 * of all that is read behind a waiting record, memory holds what waits with it.
 */
export class Lane {
  /** What the database says. */
  stored: Position;
  /** Everything up to here is settled; at least `stored`. */
  settled: Position;
  /** Everything up to here has been fetched. */
  read: Position;
  /** In order, with no more settled ones among them than others. */
  private open: Entry[] = [];
  private unsettled = 0;
  private fresh: Entry[] = [];
  private readonly waits = new Map<string, Wait>();

  readonly partition: number;
  readonly epoch: number;
  readonly term: number;

  constructor({ partition, epoch, term, position }: HeldPartition) {
    this.partition = partition;
    this.epoch = epoch;
    this.term = term;
    this.stored = this.settled = this.read = position;
  }

  /** Records fetched and not yet settled. */
  get size(): number {
    return this.unsettled;
  }

  /** Everything up to here is settled, or waits in line: how far the work has come. At least `settled`. */
  get front(): Position {
    if (this.waits.size === 0) return this.settled;
    const inLine = new Set<Entry>();
    for (const { queue } of this.waits.values()) for (const entry of queue) inLine.add(entry);
    return this.open.find((entry) => !entry.settled && !inLine.has(entry))?.before ?? this.read;
  }

  /** Records that no handler has seen. */
  get undelivered(): number {
    return this.fresh.length;
  }

  /** True where a record stands before this lane's fresh ones: then no batch of it is a contiguous prefix. */
  get isWaiting(): boolean {
    return this.waits.size > 0;
  }

  get firstDueAt(): number {
    let first = Infinity;
    for (const wait of this.waits.values()) first = Math.min(first, wait.dueAt);
    return first;
  }

  fill(arrivals: readonly Arrival[], read: Position): void {
    let before = this.read;
    let at = this.read;
    for (const arrival of arrivals) {
      if (arrival.position <= this.read) continue;
      // One event may say several contracts: its position is settled with the last of them.
      if (arrival.position !== at) [before, at] = [at, arrival.position];
      const entry: Entry = { lane: this, arrival, before, settled: false };
      this.open.push(entry);
      this.fresh.push(entry);
      this.unsettled += 1;
    }
    if (read > this.read) this.read = read;
    this.advance();
  }

  /** Takes up to `max` records that may be delivered now: due ones first, then fresh ones whose key does not wait. */
  take(max: number, now: number): Entry[] {
    const taken: Entry[] = [];
    for (const wait of this.waits.values()) {
      if (taken.length < max && wait.dueAt <= now) taken.push(wait.queue[0]!);
    }
    if (this.waits.size === 0 && this.fresh.length <= max - taken.length) {
      const all = this.fresh;
      this.fresh = [];
      return taken.length === 0 ? all : [...taken, ...all];
    }
    let looked = 0;
    for (; looked < this.fresh.length && taken.length < max; looked++) {
      const entry = this.fresh[looked]!;
      const wait = entry.arrival.key === null ? undefined : this.waits.get(entry.arrival.key);
      if (wait && !entry.arrival.refused) wait.queue.push(entry);
      else taken.push(entry);
    }
    this.fresh = this.fresh.slice(looked);
    return taken;
  }

  /** The record must wait until `dueAt`, and what follows it under its key with it. Answers how often it has waited. */
  wait(entry: Entry, dueAt: (attempts: number) => number): void {
    const key = entry.arrival.key ?? '';
    const waiting = this.waits.get(key);
    if (!waiting) {
      this.waits.set(key, { queue: [entry], attempts: 1, dueAt: dueAt(1) });
    } else if (waiting.queue[0] === entry) {
      waiting.attempts += 1;
      waiting.dueAt = dueAt(waiting.attempts);
    } else {
      waiting.queue.push(entry);
    }
  }

  /** True where an earlier record of the entry's key waits. */
  isBehindWaiting(entry: Entry): boolean {
    const wait = this.waits.get(entry.arrival.key ?? '');
    return wait !== undefined && wait.queue[0] !== entry;
  }

  settle(entry: Entry): void {
    if (!entry.settled) this.unsettled -= 1;
    entry.settled = true;
    const key = entry.arrival.key ?? '';
    const wait = this.waits.get(key);
    if (wait?.queue[0] !== entry) return;
    this.waits.delete(key);
    this.fresh = [...wait.queue.slice(1), ...this.fresh];
  }

  /** Gives back what was taken and not settled: a fault of the whole batch. Waiting ones stay in their line. */
  giveBack(entries: readonly Entry[]): void {
    const back = entries.filter(
      (entry) => !entry.settled && this.waits.get(entry.arrival.key ?? '')?.queue[0] !== entry,
    );
    this.fresh = [...back, ...this.fresh];
  }

  /** Moves over the settled prefix; over everything read where nothing is open. */
  advance(): void {
    let count = 0;
    while (count < this.open.length && this.open[count]!.settled) count++;
    if (count > 0) this.open = this.open.slice(count);
    if (this.open.length > 2 * this.unsettled) this.open = this.open.filter((entry) => !entry.settled);
    const reached = this.open[0]?.before ?? this.read;
    if (reached > this.settled) this.settled = reached;
  }

  /** Takes over a position that the database already has (a commit whose answer was lost). */
  catchUp(position: Position): void {
    if (position <= this.stored) return;
    this.stored = position;
    for (const entry of this.open) if (entry.arrival.position <= position && !entry.settled) this.settle(entry);
    this.fresh = this.fresh.filter((entry) => !entry.settled);
    if (position > this.read) this.read = position;
    this.advance();
    if (this.settled < position) this.settled = position;
  }

  /** True where no unsettled record beyond `entry` shares its position. */
  endsAt(entry: Entry): boolean {
    return this.fresh[0]?.arrival.position !== entry.arrival.position;
  }

  /** The step that the database has not seen yet. */
  move(to: Position = this.settled): CheckpointMove | undefined {
    if (to <= this.stored) return undefined;
    return { partition: this.partition, epoch: this.epoch, from: this.stored, to };
  }
}
