import type { MessageHandler } from '@nestjs/microservices';
import type { Batch, BusRecord, Lag, Outcome } from '../bus';
import { isFinal, isSuspect, noteFault } from './faults';
import { invoke } from './invoke';
import type { ProgressKeeper } from './keeper';
import type { Entry } from './lane';
import { giveBack, LaneSet } from './lane-set';
import { countOutcomes, type DeliveryObserver } from './observer';
import { Settlement } from './settlement';
import { deliverOneByOne, type OneByOne } from './one-by-one';
import { backoffMs, Signal } from './signal';
import { Standing } from './standing';
import { type DeadRecord, Defect, type TopicSource } from './source';

export interface LoopOptions {
  readonly source: TopicSource;
  readonly keeper: ProgressKeeper;
  readonly handler: MessageHandler;
  readonly batchSize: number;
  /** How often held partitions are renewed, in ms. */
  readonly renewMs: number;
  /** Default for a `retry` that names no limit; `undefined` = for ever. */
  readonly giveUpAfterMs?: number;
  readonly now: () => number;
  readonly observer?: DeliveryObserver;
  /** Called once, when the loop has ended of itself. */
  readonly onFatal: (error: unknown) => void;
}

/** A lost wake-up costs no more than this. */
const POLL_MS = 200;
/** How long the delivery sleeps at most: positions without records are to be written now and then. */
const IDLE_MS = 500;
/** How old a head may be that only the lag figures show. */
const HEAD_MS = 2_000;

/**
 * One consumer on one topic: fetches while the handler works, delivers in order per key, settles what was answered.
 * Three activities share the lanes: the pump that fills them, the delivery that empties them, the renewal of leases.
 */
export class TopicLoop {
  private readonly lanes = new LaneSet();
  private readonly settlement: Settlement;
  private readonly standing: Standing;
  private heldUntil = 0;
  private readonly filled = new Signal();
  private readonly drained = new Signal();
  private readonly renewal = new Signal();
  private readonly errands: (() => Promise<void>)[] = [];
  private isPaused = false;
  private isStopped = false;
  private fault: { readonly error: unknown } | undefined;
  private activities: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoopOptions) {
    this.settlement = new Settlement(this.lanes, options);
    this.standing = new Standing(this.lanes, options);
  }

  get topic(): string {
    return this.options.source.topic;
  }

  get isAlive(): boolean {
    return !this.isStopped;
  }

  get buffered(): number {
    return this.lanes.buffered;
  }

  start(): void {
    const activities = [this.renewing(), this.pumping(), this.delivering()];
    this.activities = Promise.allSettled(activities);
    for (const activity of activities) activity.catch((error: unknown) => this.die(error));
  }

  /** Lets the handler finish, writes positions, gives the partitions to others. */
  async stop(): Promise<void> {
    this.end();
    await this.activities;
    await this.runErrands();
    if (!this.fault) {
      try {
        await this.settlement.flush(true);
        await this.options.keeper.release();
      } catch (error) {
        this.options.observer?.failed?.(this.topic, error);
      }
    }
    await this.options.source.close();
  }

  /** Ends the loop for good and says so: nothing that it tries again can help. */
  die(error: unknown): void {
    if (this.fault) return;
    this.fault = { error };
    this.end();
    this.options.onFatal(error);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.filled.raise();
    this.drained.raise();
  }

  /** See {@link Standing.behind}, {@link Standing.held} and {@link Standing.all}. */
  behind(): Promise<number> {
    return this.standing.behind();
  }

  lag(): Lag[] {
    return this.standing.held();
  }

  groupLag(): Promise<Lag[]> {
    return this.standing.all();
  }

  /** Delivers one dead letter again, between two batches; no position moves. */
  redeliver(dead: DeadRecord): Promise<Outcome> {
    if (!this.isAlive) return Promise.reject(new Error(`the loop of ${this.topic} does not run`));
    return new Promise((resolve, reject) => {
      this.errands.push(() => this.deliverAlone(dead).then(resolve, reject));
      this.filled.raise();
    });
  }

  private end(): void {
    this.isStopped = true;
    this.filled.raise();
    this.drained.raise();
    this.renewal.raise();
  }

  private async renewing(): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.renew();
        await this.standing.look(HEAD_MS);
      } catch (error) {
        this.tellOrThrow(error);
      }
      await this.renewal.wait(this.options.renewMs);
    }
  }

  private async renew(): Promise<void> {
    const { keeper, observer } = this.options;
    const askedAt = performance.now();
    const held = await keeper.renew();
    this.heldUntil = askedAt + keeper.heldMs;
    if (!this.lanes.hold(held)) return;
    observer?.assigned?.(this.topic, this.lanes.partitions);
    this.drained.raise();
  }

  private async pumping(): Promise<void> {
    const { source, batchSize } = this.options;
    let isIdle = false;
    for (let failures = 0; !this.isStopped;) {
      const wanting = this.isPaused ? new Map() : this.lanes.wanting(batchSize);
      if (wanting.size === 0) {
        await this.drained.wait(POLL_MS);
        continue;
      }
      try {
        // Asked before the fetch: what is appended while it runs must not be waited for.
        const changed = isIdle ? source.changed(POLL_MS) : undefined;
        const wanted = new Map([...wanting].map(([partition, lane]) => [partition, lane.read]));
        const { arrivals, read, atHead } = await source.fetch(wanted, batchSize);
        this.lanes.fill(wanting, arrivals, read);
        this.filled.raise();
        failures = 0;
        isIdle = atHead && arrivals.length === 0;
        if (isIdle) await changed;
      } catch (error) {
        this.tellOrThrow(error);
        await this.drained.wait(backoffMs(++failures));
      }
    }
  }

  private async delivering(): Promise<void> {
    for (let failures = 0; !this.isStopped;) {
      try {
        await this.runErrands();
        await this.settlement.flush();
        const entries = this.mayDeliver ? this.lanes.take(this.options.batchSize) : [];
        if (entries.length > 0) await this.deliver(entries);
        else await this.filled.wait(this.idleMs());
        failures = 0;
      } catch (error) {
        this.tellOrThrow(error);
        await this.standBack(++failures);
      }
      this.drained.raise();
    }
  }

  private get mayDeliver(): boolean {
    return !this.isPaused && !this.isStopped && performance.now() < this.heldUntil;
  }

  private async runErrands(): Promise<void> {
    for (let errand = this.errands.shift(); errand; errand = this.errands.shift()) await errand();
  }

  private idleMs(): number {
    return Math.max(1, Math.min(IDLE_MS, this.lanes.firstDueAt - performance.now()));
  }

  /** After a fault nobody knows what was committed: positions are read again before anything is delivered again. */
  private async standBack(failures: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, backoffMs(failures)));
    try {
      this.lanes.catchUp(await this.options.keeper.renew(true));
    } catch (error) {
      this.tellOrThrow(error);
    }
    this.renewal.raise();
  }

  private async deliver(entries: readonly Entry[]): Promise<void> {
    // What was taken makes room: the next fetch runs beside the handler.
    this.drained.raise();
    if (entries.some(isSuspect)) return deliverOneByOne(entries, this.oneByOne());
    const checkpoint = this.settlement.checkpointOf(entries);
    const readable = entries.filter(({ arrival }) => arrival.record);
    let moved = false;
    const batch: Batch = {
      topic: this.topic,
      records: readable.map(({ arrival }) => arrival.record as BusRecord),
      ...(checkpoint ? { checkpoint } : {}),
      assignment: this.lanes.assignment,
      checkpointMoved: () => {
        if (!checkpoint) throw new Defect(`a batch of ${this.topic} had no checkpoint to move`);
        moved = true;
      },
    };
    const outcomes = await this.handle(batch).catch((error: unknown) => {
      giveBack(entries);
      noteFault(entries, error);
      throw error;
    });
    if (moved && outcomes.some(({ kind }) => kind === 'retry')) {
      throw new Defect(`the handler of ${this.topic} moved the position over a record that must be retried`);
    }
    const answers = new Map(readable.map((entry, index) => [entry, outcomes[index]!]));
    await this.settlement.conclude(entries, answers, moved ? checkpoint : undefined);
  }

  private oneByOne(): OneByOne {
    const { lanes, settlement } = this;
    return {
      lanes,
      settlement,
      mayDeliver: () => this.mayDeliver,
      handle: async (record) => (await this.handle(this.batchOf([record])))[0]!,
      failed: (error) => this.options.observer?.failed?.(this.topic, error),
    };
  }

  private async handle(batch: Batch): Promise<readonly Outcome[]> {
    if (batch.records.length === 0) return [];
    const { handler, observer } = this.options;
    const startedAt = performance.now();
    const work = (): Promise<readonly Outcome[]> => invoke(handler, batch);
    const outcomes = await (observer?.around ? observer.around(batch, work) : work());
    observer?.handled?.(this.topic, countOutcomes(outcomes), performance.now() - startedAt);
    return outcomes;
  }

  private async deliverAlone(dead: DeadRecord): Promise<Outcome> {
    const { record, refused } = await this.options.source.revive(dead);
    if (!record) return { kind: 'refused', ...(refused ?? { code: 'undecodable' }) };
    // Another member may have the key: what the handler remembers of it does not count.
    this.lanes.assignment += 1;
    return (await invoke(this.options.handler, this.batchOf([record])))[0]!;
  }

  /** A batch that no position moves with. */
  private batchOf(records: readonly BusRecord[]): Batch {
    return {
      topic: this.topic,
      records,
      assignment: this.lanes.assignment,
      checkpointMoved: () => {
        throw new Defect(`a record of ${this.topic} that was delivered alone has no checkpoint to move`);
      },
    };
  }

  private tellOrThrow(error: unknown): void {
    if (isFinal(error)) throw error;
    this.options.observer?.failed?.(this.topic, error);
  }
}
