import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type EventStore, position, type Position, START } from '@tallystick/decider';
import { inTransaction, isCheckpointLost, moveCheckpoint, type Pool, PositionLeases } from '@tallystick/postgres';
import type { Lag, OutgoingRecord, Publications, Publisher } from '../bus';
import { contractsOf } from '../delivery/said-contracts';
import { backoffMs, Signal } from '../delivery/signal';
import { Defect } from '../delivery/source';
import { headersOf } from './contract-headers';

export interface RelayOptions {
  readonly store: EventStore;
  readonly publications: Publications;
  /** Writes to the topics with acknowledgement of all replicas. */
  readonly publisher: Publisher;
  /** The service's own schema is first on its search path; with the consumer migrations applied. */
  readonly pool: Pool;
  /** How long a silent relay keeps the log, in ms; default 10,000. */
  readonly leaseMs?: number;
  /** Events published in one step at most; default 1,000. */
  readonly batchSize?: number;
  readonly onFault?: (error: unknown) => void;
  /** The relay has ended of itself: a publication cannot read its log. */
  readonly onFatal?: (error: unknown) => void;
}

interface Page {
  readonly next: Position;
  readonly count: number;
  readonly byTopic: ReadonlyMap<string, readonly OutgoingRecord[]>;
}

const CONSUMER = 'relay';
const ONLY = 0;
/** Positions over stretches that announce nothing are saved this often. */
const SAVE_MS = 500;
const POLL_MS = 200;

/**
 * Publishes what a service's log announces where the bus is not the log itself (design §6 "Relay"). One instance at a
 * time holds the lease. The position is saved by compare-and-set under the lease's epoch, only over what is acknowledged
 * without gap; so everything is published at least once, in log order per key, and consumers tell repetitions by stream
 * and revision.
 */
export class Relay {
  private readonly leases: PositionLeases;
  private lease: { readonly epoch: number; readonly until: number } | undefined;
  private saved: Position = START;
  private reached: Position = START;
  private savedAt = 0;
  private isStopped = false;
  private fault: unknown;
  private readonly renewal = new Signal();
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RelayOptions) {
    this.leases = new PositionLeases(options.pool, `${hostname()}/${process.pid}/${randomUUID()}`);
  }

  start(): void {
    const loops = [this.renewing(), this.publishing()];
    this.running = Promise.allSettled(loops);
    for (const loop of loops) loop.catch((error: unknown) => this.die(error));
  }

  /** Saves what is acknowledged and gives the log to another instance. */
  async close(): Promise<void> {
    this.isStopped = true;
    this.renewal.raise();
    await this.running;
    await this.save(true).catch((error: unknown) => this.options.onFault?.(error));
    await this.leases.close().catch((error: unknown) => this.options.onFault?.(error));
  }

  healthy(): boolean {
    return !this.isStopped;
  }

  /** How far what is acknowledged is behind the log as it stands now; where another instance relays, by what it saved. */
  async lag(): Promise<Lag[]> {
    // Before the head: what comes in between shows as behind, never as published.
    const isElsewhere = !this.isHeld;
    const at = isElsewhere ? await this.savedPosition() : this.reached;
    const head = await this.options.store.logHead();
    const behind = head > at ? Number(BigInt(head) - BigInt(at)) : 0;
    const lag = { consumer: CONSUMER, topic: this.topic, partition: ONLY, position: at, behind };
    return [isElsewhere ? { ...lag, isElsewhere } : lag];
  }

  /** What this instance itself relays: nothing where another one does. */
  async heldLag(): Promise<Lag[]> {
    return this.isHeld ? this.lag() : [];
  }

  /** What it works on while it holds the lease. */
  follows(): { readonly consumer: string; readonly topic: string }[] {
    return [{ consumer: CONSUMER, topic: this.topic }];
  }

  private get topic(): string {
    return `log:${this.options.publications.service}`;
  }

  private get isHeld(): boolean {
    return this.lease !== undefined && performance.now() < this.lease.until;
  }

  private die(error: unknown): void {
    if (this.fault !== undefined) return;
    this.fault = error;
    this.isStopped = true;
    this.renewal.raise();
    this.options.onFatal?.(error);
  }

  private async renewing(): Promise<void> {
    const { leaseMs = 10_000, onFault } = this.options;
    while (!this.isStopped) {
      const askedAt = performance.now();
      try {
        const [held] = await this.leases.claim(CONSUMER, this.topic, [ONLY], { leaseMs });
        if (held && held.epoch !== this.lease?.epoch) this.saved = this.reached = held.position;
        this.lease = held && { epoch: held.epoch, until: askedAt + leaseMs };
      } catch (error) {
        onFault?.(error);
      }
      await this.renewal.wait(leaseMs / 3);
    }
  }

  private async publishing(): Promise<void> {
    const { store, onFault } = this.options;
    let failures = 0;
    while (!this.isStopped) {
      const epoch = this.lease?.epoch;
      try {
        const changed = store.changed(POLL_MS);
        const page = this.isHeld ? await this.read(this.reached) : undefined;
        if (page) await this.publish(page, epoch);
        await this.save(false);
        failures = 0;
        if (!page || page.count === 0) await changed;
      } catch (error) {
        if (error instanceof Defect) throw error;
        onFault?.(error);
        if (isCheckpointLost(error)) this.lease = undefined;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(++failures)));
      }
    }
  }

  private async savedPosition(): Promise<Position> {
    const { rows } = await this.options.pool.query<{ position: string }>(
      'select position from consumer_position where consumer = $1 and topic = $2 and partition = $3',
      [CONSUMER, this.topic, ONLY],
    );
    return rows[0] ? position(BigInt(rows[0].position)) : START;
  }

  private async read(after: Position): Promise<Page> {
    const { store, publications, batchSize: max = 1_000 } = this.options;
    const tail = store.tail?.(after, max);
    const { events, next } = tail
      ? { events: tail, next: tail.at(-1)?.position ?? after }
      : await store.readAll({ after, max });
    const byTopic = new Map<string, OutgoingRecord[]>();
    for (const event of events) {
      for (const { record, key } of contractsOf(publications, event)) {
        const records = byTopic.get(record.topic) ?? [];
        byTopic.set(record.topic, records);
        const value = Buffer.from(JSON.stringify(record.message));
        records.push({ key, value, headers: headersOf(record), at: event.recordedAt });
      }
    }
    return { next, count: events.length, byTopic };
  }

  /** A topic that was acknowledged is not published again while others of the page are tried again. */
  private async publish({ next, byTopic }: Page, epoch: number | undefined): Promise<void> {
    let open = [...byTopic];
    for (let failures = 0; open.length > 0;) {
      if (this.isStopped || !this.isHeld || this.lease?.epoch !== epoch) return;
      const answers = await Promise.allSettled(
        open.map(([topic, records]) => this.options.publisher.publish(topic, records)),
      );
      const failed = open.filter((_, index) => answers[index]?.status === 'rejected');
      for (const answer of answers) if (answer.status === 'rejected') this.options.onFault?.(answer.reason);
      open = failed;
      if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, backoffMs(++failures)));
    }
    if (this.lease?.epoch !== epoch) return;
    this.reached = next;
    if (byTopic.size > 0) await this.save(true);
  }

  private async save(now: boolean): Promise<void> {
    const { lease, saved: from, reached: to } = this;
    if (!lease || to <= from || (!now && performance.now() - this.savedAt < SAVE_MS)) return;
    const moves = [{ partition: ONLY, epoch: lease.epoch, from, to }];
    await inTransaction(this.options.pool, (connection) =>
      moveCheckpoint(connection, { consumer: CONSUMER, topic: this.topic, moves }),
    );
    this.saved = to;
    this.savedAt = performance.now();
  }
}
