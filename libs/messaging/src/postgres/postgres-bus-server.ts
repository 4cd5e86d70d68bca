import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { MessageHandler } from '@nestjs/microservices';
import type { EventStore } from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import type { Publications } from '../bus';
import { BusServer } from '../delivery/bus-server';
import type { TopicSource } from '../delivery/source';
import type { DeliveryObserver } from '../delivery/observer';
import { TopicLoop } from '../delivery/topic-loop';
import type { TopicBinding } from '../outside/binding';
import type { RecordReader } from '../outside/record-reader';
import { BusWatch } from './bus-watch';
import { LeasedProgress } from './leased-progress';
import { LogSource } from './log-source';
import { OutsideSource } from './outside-source';

/** Where the records of a topic are: in a service's log, or in a table that publishers outside write. */
export type PostgresTopic =
  | { readonly kind: 'log'; readonly store: EventStore; readonly publications: Publications }
  | { readonly kind: 'outside'; readonly pool: Pool; readonly binding: TopicBinding; readonly reader: RecordReader };

export interface PostgresBusOptions {
  /** Whose positions are kept: a service, or one projection of it (`insights:facts`). */
  readonly consumer: string;
  /** The consumer's own schema is first on its search path; with the consumer and dead letter migrations applied. */
  readonly pool: Pool;
  readonly sources: ReadonlyMap<string, PostgresTopic>;
  /** Records in one batch at most; default 500. */
  readonly batchSize?: number;
  /** How long a silent member keeps its partitions; default 5,000 ms. */
  readonly leaseMs?: number;
  readonly observer?: DeliveryObserver;
  /** A loop died of a defect: the process should become unready and exit non-zero. */
  readonly onFatal?: (error: unknown) => void;
  readonly now?: () => number;
}

/** How long a `retry` that names no limit is tried (design §6 "References"). */
const FIVE_MINUTES = 300_000;

/** The bus of one machine: service logs are the topics, tables only for publishers outside (design §6 "Bus port"). */
export class PostgresBusServer extends BusServer {
  override readonly transportId = Symbol('postgres-bus');
  /** Unique among all processes for all time. */
  readonly member = `${hostname()}/${process.pid}/${randomUUID()}`;
  private readonly watches = new Map<Pool, BusWatch>();

  constructor(private readonly options: PostgresBusOptions) {
    super();
  }

  /** Wakes the topic's loop at once: for a publisher in the same process. */
  wake(topic: string): void {
    for (const watch of this.watches.values()) watch.wake(topic);
  }

  get consumer(): string {
    return this.options.consumer;
  }

  protected open(topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.options.sources.has(topic));
    if (unknown.length > 0) throw new Error(`${this.options.consumer} hears ${unknown.join()}, which nobody says`);
    return Promise.resolve();
  }

  protected async shut(): Promise<void> {
    await Promise.all([...this.watches.values()].map((watch) => watch.close()));
  }

  protected loopOf(topic: string, handler: MessageHandler): TopicLoop {
    const { consumer, pool, batchSize = 500, leaseMs = 5_000, observer, onFatal } = this.options;
    return new TopicLoop({
      source: this.sourceOf(topic),
      keeper: new LeasedProgress(consumer, topic, pool, this.member, leaseMs),
      handler,
      batchSize,
      renewMs: Math.min(leaseMs / 3, 3_000),
      giveUpAfterMs: FIVE_MINUTES,
      now: this.options.now ?? Date.now,
      observer,
      onFatal: onFatal ?? ((error) => this.logger.error(error)),
    });
  }

  private sourceOf(topic: string): TopicSource {
    const source = this.options.sources.get(topic)!;
    if (source.kind === 'log') return new LogSource(topic, source.store, source.publications);
    const watch = this.watches.get(source.pool) ?? new BusWatch(source.pool);
    this.watches.set(source.pool, watch);
    return new OutsideSource({ ...source, watch });
  }
}
