import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { Signal } from '../delivery/signal';

export interface GroupMemberOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topic: string;
  /** How long a silent member keeps its partitions, in ms; the broker sets the least (6 s by default). */
  readonly sessionMs: number;
  /** Records to hold at most before partitions are paused; one fetch may go beyond it. */
  readonly holdAtMost: number;
  /** Where to begin: by partition the next offset, asked at every assignment. */
  readonly positionsOf: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  readonly onCrash: (error: unknown) => void;
}

interface Queue {
  messages: KafkaMessage[];
  /** The next offset to hand out. */
  served: bigint;
  /** The next offset expected from the broker. */
  next: bigint;
  paused: boolean;
}

/** Where a partition began in this membership. */
export interface AssignedPartition {
  readonly partition: number;
  readonly from: bigint;
}

/** Bytes that one fetch brings of a partition at most, or one batch of records. */
const FETCH_BYTES = 256 * 1024;
/** A paused or sought partition is not fetched before the running fetch has ended. */
const FETCH_WAIT_MS = 100;

/**
 * One member of a Kafka group on one topic. Every assignment is a new term in which each partition begins where its
 * consumer's position says; records are handed out from queues, so heartbeats go on however slow the handler is.
 */
export class GroupMember {
  /** Grows with every assignment. */
  term = 0;
  readonly arrived = new Signal();
  /** High watermark by partition: the offset that the next record will get. */
  readonly heads = new Map<number, bigint>();
  private queues = new Map<number, Queue>();
  /** What was last asked for; `undefined` before the first time. */
  private wanted: ReadonlySet<number> | undefined;
  private assigned: readonly number[] = [];
  private begun: ReadonlyMap<number, bigint> = new Map();
  private ready: Promise<void> | undefined;
  private heardAt = -Infinity;
  private readonly consumer: Consumer;
  readonly admin: Admin;

  constructor(private readonly options: GroupMemberOptions) {
    const { kafka, groupId, sessionMs } = options;
    this.admin = kafka.admin();
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionMs,
      rebalanceTimeout: Math.max(sessionMs, 10_000),
      heartbeatInterval: Math.floor(sessionMs / 6),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      maxBytes: 8 * FETCH_BYTES,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8, restartOnFailure: () => Promise.resolve(true) },
    });
  }

  get groupId(): string {
    return this.options.groupId;
  }

  /** How long this membership is surely ours, in ms from now. */
  get heldMs(): number {
    return this.heardAt + this.options.sessionMs - performance.now();
  }

  /** Records that lie ready for who takes them; not those of partitions that nobody takes from just now. */
  get held(): number {
    let count = 0;
    for (const [partition, { messages }] of this.queues) if (this.isWanted(partition)) count += messages.length;
    return count;
  }

  private isWanted(partition: number): boolean {
    return this.wanted === undefined || this.wanted.has(partition);
  }

  async start(): Promise<void> {
    const { topic } = this.options;
    await this.admin.connect();
    const { GROUP_JOIN, HEARTBEAT, CRASH } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment[topic] ?? []));
    this.consumer.on(HEARTBEAT, () => (this.heardAt = performance.now()));
    this.consumer.on(CRASH, ({ payload }) => {
      this.heardAt = -Infinity;
      if (!payload.restart) this.options.onCrash(payload.error);
    });
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.take(payload),
    });
  }

  /** What is assigned now and where each partition began. A throw means: not in the group, or positions are away. */
  async assignment(): Promise<readonly AssignedPartition[]> {
    if (this.heldMs <= 0) throw new Error(`not heard from the group ${this.options.groupId}`);
    await this.begin();
    return this.assigned.map((partition) => ({ partition, from: this.begun.get(partition) ?? 0n }));
  }

  /** True while the partition is assigned to this member. */
  holds(partition: number): boolean {
    return this.heldMs > 0 && this.queues.has(partition);
  }

  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const { topic } = this.options;
    await this.consumer.commitOffsets(
      [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
    );
  }

  /**
   * Hands out up to `max` records of a partition from an offset on, and how far that reaches. Records before it are
   * dropped; where it lies before what was handed out, the broker is asked again.
   */
  handOut(partition: number, from: bigint, max: number): { messages: readonly KafkaMessage[]; reached: bigint } {
    const queue = this.queues.get(partition);
    if (!queue) return { messages: [], reached: from };
    if (from < queue.served) {
      this.seek(partition, from);
      return { messages: [], reached: from };
    }
    const messages = queue.messages.splice(0, max).filter(({ offset }) => BigInt(offset) >= from);
    queue.served = queue.messages[0] ? BigInt(queue.messages[0].offset) : queue.next;
    if (queue.served < from) queue.served = from;
    return { messages, reached: queue.served };
  }

  /**
   * Fetches paused partitions again that are wanted, once half of what may be held of these is free: one that has no room
   * keeps no other waiting.
   */
  goOn(wanted: ReadonlySet<number>): void {
    this.wanted = wanted;
    if (this.held > this.options.holdAtMost / 2) return;
    const paused = [...this.queues].filter(([partition, queue]) => queue.paused && wanted.has(partition));
    if (paused.length === 0) return;
    for (const [, queue] of paused) queue.paused = false;
    this.consumer.resume([{ topic: this.options.topic, partitions: paused.map(([partition]) => partition) }]);
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
    await this.admin.disconnect();
    this.queues.clear();
    this.assigned = [];
    this.arrived.raise();
  }

  private joined(partitions: readonly number[]): void {
    this.term += 1;
    this.assigned = partitions;
    this.queues = new Map();
    this.wanted = undefined;
    this.ready = undefined;
    this.heardAt = performance.now();
    if (partitions.length > 0) this.consumer.pause([{ topic: this.options.topic, partitions: [...partitions] }]);
  }

  /** Nothing is fetched of a partition until its position is known. */
  private begin(): Promise<void> {
    const { term } = this;
    this.ready ??= this.options.positionsOf(this.assigned).then(
      (positions) => {
        if (term !== this.term) throw new Error('the assignment changed while positions were read');
        this.begun = positions;
        for (const partition of this.assigned) this.seek(partition, positions.get(partition) ?? 0n);
        if (this.assigned.length > 0) {
          this.consumer.resume([{ topic: this.options.topic, partitions: [...this.assigned] }]);
        }
      },
      (error: unknown) => {
        if (term === this.term) this.ready = undefined;
        throw error;
      },
    );
    return this.ready;
  }

  private seek(partition: number, offset: bigint): void {
    this.queues.set(partition, {
      messages: [],
      served: offset,
      next: offset,
      paused: this.queues.get(partition)?.paused ?? false,
    });
    this.consumer.seek({ topic: this.options.topic, partition, offset: String(offset) });
  }

  private async take({ batch, resolveOffset, heartbeat, isStale, isRunning }: EachBatchPayload): Promise<void> {
    const { topic } = this.options;
    const { partition } = batch;
    this.heads.set(partition, BigInt(batch.highWatermark));
    const queue = this.queues.get(partition);
    if (!queue || isStale() || !isRunning()) return;
    const isFull = queue.messages.length >= this.options.holdAtMost;
    if (this.held >= this.options.holdAtMost || isFull) {
      queue.paused = true;
      this.consumer.pause([{ topic, partitions: [partition] }]);
      return;
    }
    for (const message of batch.messages) if (BigInt(message.offset) >= queue.next) queue.messages.push(message);
    const behind = BigInt(batch.lastOffset()) + 1n;
    if (behind > queue.next) queue.next = behind;
    resolveOffset(batch.lastOffset());
    this.arrived.raise();
    await heartbeat();
  }
}
