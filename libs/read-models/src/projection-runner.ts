import { setTimeout as sleep } from 'node:timers/promises';
import { type EventStore, EventStoreError, type Position, type RecordedEvent, START } from '@tallystick/decider';
import {
  inOneWrite,
  isCheckpointLost,
  isConnectionFault,
  isContention,
  type Pool,
  type PositionLease,
  PositionLeases,
} from '@tallystick/postgres';
import type { LogProjection } from './projection';
import { consumerOf, stepOf, tablesOf } from './tables';

export interface ProjectionRunnerOptions {
  readonly projection: LogProjection;
  readonly store: EventStore;
  /** Pipelined; its search path is the schema of the projection's tables. */
  readonly pool: Pool;
  /** Whose log it is; the position is kept under the topic `log:<service>`. */
  readonly service: string;
  /** Unique among all processes; of several runners one works, the others wait for its lease. */
  readonly member: string;
  /** Default 15 s. */
  readonly leaseMs?: number;
  /** Events of one transaction; default and most 1,000. */
  readonly pageSize?: number;
  /** Gets each fault that is tried again. */
  readonly onRetry?: (fault: unknown, attempt: number) => void;
}

/** How far a projection is behind its log. */
export interface ProjectionLag {
  readonly projection: string;
  readonly position: Position;
  readonly head: Position;
  /** In log positions: events on Postgres, bytes on EventStoreDB. */
  readonly behind: number;
}

interface Page {
  readonly events: readonly RecordedEvent[];
  readonly next: Position;
}

const MOST_PER_PAGE = 1_000;
const IDLE_MS = 1_000;
const LONGEST_BACKOFF_MS = 5_000;

function isPassing(error: unknown): boolean {
  if (error instanceof EventStoreError) return error.code === 'unavailable' || error.code === 'unknown';
  return isConnectionFault(error) || isContention(error) || isCheckpointLost(error);
}

/**
 * Keeps the rows of one projection of the service's own log up to date: page by page, rows and position in one
 * transaction. Faults of connections are tried again for ever, with growing pauses. Any other error stops it for good and
 * rejects `failed`: an event is never skipped, so the host ends the process.
 */
export class ProjectionRunner {
  /** Rejects when the projection has stopped for good; stays pending otherwise, also after `stop`. */
  readonly failed: Promise<never>;
  private readonly leases: PositionLeases;
  private readonly leaseMs: number;
  private readonly pageSize: number;
  private readonly consumer: string;
  private readonly topic: string;
  private readonly waiting = new Set<{ position: Position; resolve: () => void }>();
  private readonly stopping = new AbortController();
  private fail: (error: unknown) => void = () => undefined;
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private lease: PositionLease | undefined;
  private renewAt = 0;
  private settled: Position = START;

  constructor(private readonly options: ProjectionRunnerOptions) {
    this.leases = new PositionLeases(options.pool, options.member);
    this.leaseMs = options.leaseMs ?? 15_000;
    this.pageSize = Math.min(options.pageSize ?? MOST_PER_PAGE, MOST_PER_PAGE);
    this.consumer = consumerOf(options.projection);
    this.topic = logTopic(options.service);
    this.failed = new Promise((_, reject) => (this.fail = reject));
  }

  start(): void {
    this.loop ??= this.run().catch((error: unknown) => this.fail(error));
  }

  /** Ends after the page at hand and gives the lease back; calling it again does nothing more. */
  stop(): Promise<void> {
    this.stopping.abort();
    return (this.stopped ??= Promise.resolve(this.loop).then(() => this.leases.close()));
  }

  /** Resolves when this runner has brought the rows up to a position (never while another member does the work). */
  reached(position: Position): Promise<void> {
    if (this.settled >= position) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add({ position, resolve }));
  }

  /** Where the rows are and where the log is, both asked for now; the same on every replica, whoever works. */
  async lag(): Promise<ProjectionLag> {
    const [position, head] = await Promise.all([this.storedPosition(), this.options.store.logHead()]);
    const behind = head > position ? Number(BigInt(head) - BigInt(position)) : 0;
    return { projection: this.options.projection.name, position, head, behind };
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isStopping) {
      try {
        await this.step();
        failures = 0;
      } catch (error) {
        if (!isPassing(error)) throw error;
        failures += 1;
        // Whether the last page was committed is unknown: the next claim tells where the rows are.
        this.lease = undefined;
        this.options.onRetry?.(error, failures);
        await this.pause(Math.min(50 * 2 ** failures, LONGEST_BACKOFF_MS));
      }
    }
  }

  private async step(): Promise<void> {
    const lease = await this.held();
    if (lease === undefined) return this.pause(this.leaseMs / 3);
    // Asked before reading: what is committed between reading and waiting still wakes us.
    const changed = this.options.store.changed(Math.min(IDLE_MS, this.leaseMs / 3));
    const page = await this.read(lease.position);
    if (page.next > lease.position) await this.write(lease, page);
    else await this.orStopped(changed);
  }

  private async held(): Promise<PositionLease | undefined> {
    if (this.lease !== undefined && performance.now() < this.renewAt) return this.lease;
    const asked = performance.now();
    const [lease] = await this.leases.claim(this.consumer, this.topic, [0], { leaseMs: this.leaseMs });
    this.renewAt = asked + this.leaseMs / 3;
    this.lease = lease;
    if (lease !== undefined) this.settle(lease.position);
    return lease;
  }

  private async read(after: Position): Promise<Page> {
    const tail = this.options.store.tail?.(after, this.pageSize);
    if (tail !== undefined) return { events: tail, next: tail.at(-1)?.position ?? after };
    return this.options.store.readAll({ after, max: this.pageSize });
  }

  private async write(lease: PositionLease, { events, next }: Page): Promise<void> {
    const { pool, projection } = this.options;
    const { consumer, topic } = this;
    const moves = [{ partition: 0, epoch: lease.epoch, from: lease.position, to: next }];
    if (events.length > 0) await projection.before?.(events, this.options.store);
    const rows = events.length > 0 ? projection.statements(events, tablesOf(projection)) : [];
    await inOneWrite(pool, [stepOf(projection, { consumer, topic, moves }), ...rows]);
    this.lease = { ...lease, position: next };
    this.settle(next);
  }

  private settle(position: Position): void {
    this.settled = position;
    for (const waiter of this.waiting) {
      if (waiter.position > position) continue;
      this.waiting.delete(waiter);
      waiter.resolve();
    }
  }

  private async storedPosition(): Promise<Position> {
    const { rows } = await this.options.pool.query<{ position: Position }>(
      `select lpad(position::text, ${START.length}, '0') as position from consumer_position
        where consumer = $1 and topic = $2 and partition = 0`,
      [this.consumer, this.topic],
    );
    return rows[0]?.position ?? START;
  }

  private async pause(ms: number): Promise<void> {
    // Rejects only when it is cut short, and that is no fault.
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async orStopped(wait: Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    let wake: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (wake = resolve));
    signal.addEventListener('abort', wake);
    try {
      await Promise.race([wait, stopped]);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

/** The topic under which a projection of a service's own log keeps its position. */
export function logTopic(service: string): string {
  return `log:${service}`;
}
