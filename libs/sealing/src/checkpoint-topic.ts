import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CHECKPOINTS_TOPIC, type CheckpointSigned } from '@tallystick/contracts';
import type { Publisher } from '@tallystick/messaging';
import { inTransaction, moveCheckpoint, type Pool, PositionLeases } from '@tallystick/postgres';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import { checkpointsAfter, type StoredCheckpoint } from './sealed-tables';
import { Wake } from './wake';

export interface CheckpointTopicOptions {
  readonly service: string;
  /** Name of the log, its key on the topic. */
  readonly origin: string;
  /** The service's schema is first on its search path; with the consumer and sealing migrations applied. */
  readonly pool: Pool;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Pause where nothing is to be done, in ms; default 1,000. */
  readonly intervalMs?: number;
  /** How long a silent publisher keeps the log, in ms; default 10,000. */
  readonly leaseMs?: number;
  readonly onFault?: (error: unknown) => void;
}

const CONSUMER = 'checkpoint-topic';
const ONLY = 0;
const MOST = 100;

/**
 * Publishes the checkpoints of one log to `audit.checkpoints.v1`, in the order of their sizes and at least once: the size up
 * to which they are acknowledged is kept under a lease, so another process goes on there. A broker that is away holds
 * nothing up but the topic.
 */
export class CheckpointTopic {
  private readonly leases: PositionLeases;
  private readonly wake = new Wake();
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: CheckpointTopicOptions) {
    this.leases = new PositionLeases(options.pool, `${hostname()}/${process.pid}/${randomUUID()}`);
  }

  start(): void {
    this.running = this.publishing();
  }

  /** There is a new checkpoint. */
  offer(): void {
    this.wake.now();
  }

  /** Publishes what is there by now, as far as the broker takes it, and gives the log to another process. */
  async close(): Promise<void> {
    this.isStopped = true;
    this.wake.now();
    await this.running;
    await this.leases.close().catch((error: unknown) => this.options.onFault?.(error));
  }

  private async publishing(): Promise<void> {
    const { intervalMs = 1_000, onFault } = this.options;
    for (;;) {
      const isLast = this.isStopped;
      try {
        while (await this.step());
      } catch (error) {
        onFault?.(error);
      }
      if (isLast) return;
      await this.wake.after(intervalMs);
    }
  }

  /** Publishes some; true where there may be more. */
  private async step(): Promise<boolean> {
    const { service, origin, pool, publisher, leaseMs = 10_000 } = this.options;
    const topic = `log:${service}`;
    const [lease] = await this.leases.claim(CONSUMER, topic, [ONLY], { leaseMs });
    if (!lease) return false;
    const checkpoints = await checkpointsAfter(pool, Number(lease.position), MOST);
    if (checkpoints.length === 0) return false;
    await publisher.publish(
      CHECKPOINTS_TOPIC,
      checkpoints.map((one) => ({ key: origin, value: Buffer.from(JSON.stringify(messageOf(origin, one))) })),
    );
    const to = String(checkpoints.at(-1)!.size).padStart(lease.position.length, '0');
    const moves = [{ partition: ONLY, epoch: lease.epoch, from: lease.position, to }];
    await inTransaction(pool, (connection) => moveCheckpoint(connection, { consumer: CONSUMER, topic, moves }));
    return checkpoints.length === MOST;
  }
}

function messageOf(origin: string, { size, position, note, sealedAt }: StoredCheckpoint): CheckpointSigned {
  return { origin, size, position, note, sealedAt: formatInstant(sealedAt as Instant) };
}
