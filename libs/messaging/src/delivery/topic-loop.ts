import type { MessageHandler } from '@nestjs/microservices';
import type { Checkpoint, CheckpointMove } from '@tallystick/decider';
import type { Batch, BusRecord, Lag, Outcome } from '../bus';
import { deadLetterOf, type NewDeadLetter } from '../dead-letters/dead-letter';
import { invoke } from './invoke';
import type { ProgressKeeper } from './keeper';
import { type Entry, Lane } from './lane';
import { backoffMs, Signal } from './signal';
import { type Arrival, type DeadRecord, Defect, type TopicSource } from './source';

/** What happens on the way of records, for logs and metrics. */
export interface DeliveryObserver {
  handled?(
    topic: string,
    outcomes: { done: number; duplicate: number; refused: number; retry: number },
    ms: number,
  ): void;
  deadLettered?(letter: NewDeadLetter): void;
  failed?(topic: string, error: unknown): void;
  assigned?(topic: string, partitions: readonly number[]): void;
}

export interface LoopOptions {
  readonly source: TopicSource;
  readonly keeper: ProgressKeeper;
  readonly handler: MessageHandler;
  readonly batchSize: number;
  /** How often held partitions are renewed, in ms. */
  readonly renewMs: number;
  /** Longest wait between two looks at an idle source, in ms. */
  readonly pollMs?: number;
  /** Default for a `retry` that names no limit; `undefined` = for ever. */
  readonly giveUpAfterMs?: number;
  readonly now: () => number;
  readonly observer?: DeliveryObserver;
  readonly onFatal: (error: unknown) => void;
}

/** A lost wake-up costs no more than this. */
const POLL_MS = 200;
/** How old a head may be that a publisher is held back by. */
const LOOK_MS = 100;
/** Positions over stretches without records are written this often … */
const FLUSH_MS = 500;
/** … or when they have come this far. */
const FLUSH_POSITIONS = 2_000n;
/** Records kept of one partition while a key of it waits. */
const LANE_LIMIT = 2_000;

/**
 * One consumer on one topic: fetches while the handler works, delivers in order per key, settles what was answered.
 * Three activities share the lanes: the pump that fills them, the delivery that empties them, the renewal of leases.
 */
export class TopicLoop {
  private lanes = new Map<number, Lane>();
  private assignment = 0;
  private heldUntil = 0;
  private readonly filled = new Signal();
  private readonly drained = new Signal();
  private readonly renewal = new Signal();
  private readonly stopping = new AbortController();
  private flushedAt = 0;
  private turn = 0;
  private lookedAt = 0;
  private readonly errands: (() => Promise<void>)[] = [];
  private unwritten: NewDeadLetter[] = [];
  private paused = false;
  private fault: unknown;
  private activities: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoopOptions) {}

  get topic(): string {
    return this.options.source.topic;
  }

  get isAlive(): boolean {
    return this.fault === undefined && !this.stopping.signal.aborted;
  }

  get buffered(): number {
    let count = 0;
    for (const lane of this.lanes.values()) count += lane.size;
    return count;
  }

  start(): void {
    const activities = [this.renewing(), this.pumping(), this.delivering()];
    this.activities = Promise.allSettled(activities);
    for (const activity of activities) activity.catch((error: unknown) => this.die(error));
  }

  /** Lets the handler finish, writes positions, gives the partitions to others. */
  async stop(): Promise<void> {
    this.abort();
    await this.activities;
    for (const errand of this.errands.splice(0)) await errand();
    if (this.fault === undefined) {
      try {
        await this.flush(true);
        await this.options.keeper.release();
      } catch (error) {
        this.options.observer?.failed?.(this.topic, error);
      }
    }
    await this.options.source.close();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.filled.raise();
    this.drained.raise();
  }

  /** Asks for the head and answers how many records (or log positions) the slowest partition is behind, or all together. */
  async behind(): Promise<number> {
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_MS) {
      this.lookedAt = now;
      await this.options.source.look();
    }
    const lag = this.lag().map(({ behind }) => behind);
    return this.options.source.countsRecords ? lag.reduce((sum, one) => sum + one, 0) : Math.max(0, ...lag);
  }

  lag(): Lag[] {
    const { keeper, source } = this.options;
    return [...this.lanes.values()].map(({ partition, settled }) => ({
      consumer: keeper.consumer,
      topic: this.topic,
      partition,
      position: settled,
      behind: source.behind(partition, settled),
    }));
  }

  /** Delivers one dead letter again, between two batches; no position moves. */
  redeliver(dead: DeadRecord): Promise<Outcome> {
    if (!this.isAlive) return Promise.reject(new Error(`the loop of ${this.topic} does not run`));
    return new Promise((resolve, reject) => {
      this.errands.push(() => this.deliverAlone(dead).then(resolve, reject));
      this.filled.raise();
    });
  }

  private async deliverAlone(dead: DeadRecord): Promise<Outcome> {
    const { record, refused } = await this.options.source.revive(dead);
    if (!record) return { kind: 'refused', ...(refused ?? { code: 'undecodable' }) };
    // Another member may have the key: what the handler remembers of it does not count.
    this.assignment += 1;
    const batch: Batch = {
      topic: this.topic,
      records: [record],
      assignment: this.assignment,
      checkpointMoved: () => {
        throw new Defect(`a redriven record of ${this.topic} has no checkpoint to move`);
      },
    };
    return (await invoke(this.options.handler, batch))[0]!;
  }

  private abort(): void {
    this.stopping.abort();
    this.filled.raise();
    this.drained.raise();
    this.renewal.raise();
  }

  private die(error: unknown): void {
    if (this.fault !== undefined) return;
    this.fault = error ?? new Defect('the loop died');
    this.abort();
    this.options.onFatal(error);
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async renewing(): Promise<void> {
    while (!this.isStopped) {
      await this.renew();
      await this.renewal.wait(this.options.renewMs);
    }
  }

  private async renew(): Promise<void> {
    const { keeper, observer, source } = this.options;
    const askedAt = performance.now();
    try {
      const held = await keeper.renew();
      this.heldUntil = askedAt + keeper.heldMs;
      await source.look();
      const next = new Map<number, Lane>();
      const came: number[] = [];
      for (const one of held) {
        const lane = this.lanes.get(one.partition);
        next.set(one.partition, lane?.term === one.term ? lane : new Lane(one));
        if (lane?.term !== one.term) came.push(one.partition);
      }
      if (came.length > 0) this.assignment += 1;
      const changed = came.length > 0 || next.size !== this.lanes.size;
      this.lanes = next;
      if (changed) {
        observer?.assigned?.(this.topic, [...next.keys()]);
        this.drained.raise();
      }
    } catch (error) {
      if (error instanceof Defect) throw error;
      observer?.failed?.(this.topic, error);
    }
  }

  private async pumping(): Promise<void> {
    const { source, batchSize, observer } = this.options;
    for (let failures = 0; !this.isStopped;) {
      const wanted = this.wanted();
      if (wanted.size === 0) {
        await this.drained.wait(this.options.pollMs ?? 200);
        continue;
      }
      try {
        const lanes = this.lanes;
        const fetched = await source.fetch(wanted, batchSize);
        failures = 0;
        this.fill(lanes, fetched.arrivals, fetched.read);
        if (fetched.atHead && fetched.arrivals.length === 0) await source.changed(this.options.pollMs ?? 200);
      } catch (error) {
        if (error instanceof Defect) throw error;
        observer?.failed?.(this.topic, error);
        await this.drained.wait(backoffMs(++failures));
      }
    }
  }

  /** The partitions that have room, each with how far it has been read; none while enough is fetched already. */
  private wanted(): ReadonlyMap<number, string> {
    const wanted = new Map<number, string>();
    if (this.paused) return wanted;
    let undelivered = 0;
    for (const lane of this.lanes.values()) undelivered += lane.undelivered;
    if (undelivered >= this.options.batchSize) return wanted;
    for (const lane of this.lanes.values()) if (lane.size < LANE_LIMIT) wanted.set(lane.partition, lane.read);
    return wanted;
  }

  private fill(
    lanes: ReadonlyMap<number, Lane>,
    arrivals: readonly Arrival[],
    read: ReadonlyMap<number, string>,
  ): void {
    const byPartition = new Map<number, Arrival[]>();
    for (const arrival of arrivals) {
      const list = byPartition.get(arrival.partition);
      if (list) list.push(arrival);
      else byPartition.set(arrival.partition, [arrival]);
    }
    for (const [partition, upTo] of read) {
      const lane = this.lanes.get(partition);
      if (lane && lane === lanes.get(partition)) lane.fill(byPartition.get(partition) ?? [], upTo);
    }
    this.filled.raise();
  }

  private async delivering(): Promise<void> {
    for (let failures = 0; !this.isStopped;) {
      try {
        for (let errand = this.errands.shift(); errand; errand = this.errands.shift()) await errand();
        await this.flush(false);
        const entries = this.paused || performance.now() >= this.heldUntil ? [] : this.take();
        if (entries.length === 0) {
          await this.filled.wait(this.idleMs());
          continue;
        }
        this.drained.raise();
        await this.deliver(entries);
        failures = 0;
      } catch (error) {
        if (error instanceof Defect) throw error;
        this.options.observer?.failed?.(this.topic, error);
        await this.standBack(++failures);
      }
      this.drained.raise();
    }
  }

  /** After a fault nobody knows what was committed: positions are read again before anything is delivered again. */
  private async standBack(failures: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, backoffMs(failures)));
    const lanes = new Map(this.lanes);
    const held = await this.options.keeper.renew().catch(() => []);
    for (const { partition, term, position } of held) {
      const lane = lanes.get(partition);
      if (lane?.term === term) lane.catchUp(position);
    }
    this.renewal.raise();
  }

  private take(): Entry[] {
    const lanes = [...this.lanes.values()];
    const now = performance.now();
    const entries: Entry[] = [];
    this.turn += 1;
    for (let index = 0; index < lanes.length && entries.length < this.options.batchSize; index++) {
      const lane = lanes[(index + this.turn) % lanes.length]!;
      const taken = lane.take(this.options.batchSize - entries.length, now);
      for (const entry of taken) entries.push(entry);
    }
    return entries;
  }

  private idleMs(): number {
    let due = performance.now() + FLUSH_MS;
    for (const lane of this.lanes.values()) due = Math.min(due, lane.firstDueAt);
    return Math.max(1, due - performance.now());
  }

  private async deliver(entries: readonly Entry[]): Promise<void> {
    const readable = entries.filter(({ arrival }) => arrival.record);
    const checkpoint = this.checkpointOf(entries, readable.length);
    const startedAt = performance.now();
    const { outcomes, moved } = await this.handle(entries, readable, checkpoint);
    const letters = this.judge(entries, readable, outcomes, performance.now() - startedAt);
    await this.conclude(entries, moved ? checkpoint : undefined, letters);
  }

  private async handle(
    entries: readonly Entry[],
    readable: readonly Entry[],
    checkpoint: Checkpoint | undefined,
  ): Promise<{ outcomes: readonly Outcome[]; moved: boolean }> {
    if (readable.length === 0) return { outcomes: [], moved: false };
    let moved = false;
    const batch: Batch = {
      topic: this.topic,
      records: readable.map(({ arrival }) => arrival.record as BusRecord),
      ...(checkpoint ? { checkpoint } : {}),
      assignment: this.assignment,
      checkpointMoved: () => {
        if (!checkpoint) throw new Defect(`a batch of ${this.topic} had no checkpoint to move`);
        moved = true;
      },
    };
    try {
      const outcomes = await invoke(this.options.handler, batch);
      if (moved && outcomes.some((outcome) => outcome.kind === 'retry')) {
        throw new Defect(`the handler of ${this.topic} moved the position over a record that must be retried`);
      }
      return { outcomes, moved };
    } catch (error) {
      for (const lane of new Set(entries.map((entry) => entry.lane))) {
        lane.giveBack(entries.filter((entry) => entry.lane === lane));
      }
      throw error;
    }
  }

  /** The step that stands for the whole batch, where it is a contiguous stretch of every partition in it. */
  private checkpointOf(entries: readonly Entry[], readable: number): Checkpoint | undefined {
    if (readable < entries.length) return undefined;
    const last = new Map<Lane, Entry>();
    for (const entry of entries) last.set(entry.lane, entry);
    const moves: CheckpointMove[] = [];
    for (const [lane, entry] of last) {
      const move = lane.isWaiting || !lane.endsAt(entry) ? undefined : lane.move(entry.arrival.position);
      if (!move) return undefined;
      moves.push(move);
    }
    const { consumer, topic } = this.options.keeper;
    return { consumer, topic, moves };
  }

  /** Marks what is settled, lines up what waits; answers the dead letters. */
  private judge(
    entries: readonly Entry[],
    readable: readonly Entry[],
    outcomes: readonly Outcome[],
    ms: number,
  ): NewDeadLetter[] {
    const { keeper, observer } = this.options;
    const counts = { done: 0, duplicate: 0, refused: 0, retry: 0 };
    const letters: NewDeadLetter[] = [];
    const refuse = (arrival: Arrival, reason: { code: string; pointer?: string; detail?: string }): void => {
      letters.push(deadLetterOf(keeper.consumer, this.topic, arrival, reason));
    };
    for (const { arrival } of entries) if (arrival.refused) refuse(arrival, arrival.refused);
    const settled = entries.filter(({ arrival }) => arrival.refused);
    readable.forEach((entry, index) => {
      const outcome = outcomes[index]!;
      if (entry.lane.isBehindWaiting(entry) || this.mustWait(entry, outcome)) {
        counts.retry += 1;
        entry.lane.wait(entry, (attempts) => performance.now() + backoffMs(attempts));
        return;
      }
      if (outcome.kind === 'refused' || outcome.kind === 'retry') refuse(entry.arrival, outcome);
      counts[outcome.kind === 'retry' ? 'refused' : outcome.kind] += 1;
      settled.push(entry);
    });
    for (const entry of settled) entry.lane.settle(entry);
    observer?.handled?.(this.topic, counts, ms);
    return letters;
  }

  private mustWait({ arrival }: Entry, outcome: Outcome): boolean {
    if (outcome.kind !== 'retry') return false;
    const limit = outcome.giveUpAfterMs ?? this.options.giveUpAfterMs;
    return limit === undefined || this.options.now() - (arrival.record?.receivedAt ?? 0) < limit;
  }

  private async conclude(
    entries: readonly Entry[],
    checkpoint: Checkpoint | undefined,
    letters: readonly NewDeadLetter[],
  ): Promise<void> {
    const lanes = new Set(entries.map(({ lane }) => lane));
    const movedTo = new Map(checkpoint?.moves.map((move) => [move.partition, move.to]));
    for (const lane of lanes) {
      const to = movedTo.get(lane.partition);
      if (to !== undefined) lane.stored = to;
      lane.advance();
    }
    this.unwritten.push(...letters);
    if (checkpoint && letters.length === 0) return;
    await this.write([...lanes].filter((lane) => this.isHeld(lane)));
  }

  /** Moves the lanes' positions together with every dead letter that waits to be written, so none is passed unwritten. */
  private async write(lanes: readonly Lane[]): Promise<void> {
    const steps = lanes.flatMap((lane) => {
      const move = lane.move();
      return move ? [{ lane, move }] : [];
    });
    const letters = this.unwritten;
    if (steps.length === 0 && letters.length === 0) return;
    await this.options.keeper.settle(
      steps.map(({ move }) => move),
      letters,
    );
    this.unwritten = [];
    for (const { lane, move } of steps) lane.stored = move.to;
    for (const letter of letters) this.options.observer?.deadLettered?.(letter);
  }

  private isHeld(lane: Lane): boolean {
    return this.lanes.get(lane.partition) === lane;
  }

  /** Writes positions that moved without a batch, seldom enough to cost nothing. */
  private async flush(all: boolean): Promise<void> {
    const now = performance.now();
    const due = all || now - this.flushedAt >= FLUSH_MS;
    const lanes = [...this.lanes.values()].filter((lane) => {
      const move = lane.move();
      return move && (due || BigInt(move.to) - BigInt(move.from) >= FLUSH_POSITIONS);
    });
    if (due) this.flushedAt = now;
    await this.write(lanes);
  }
}
