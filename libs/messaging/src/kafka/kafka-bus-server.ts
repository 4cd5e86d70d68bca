import type { MessageHandler } from '@nestjs/microservices';
import type { Pool } from '@tallystick/postgres';
import type { Kafka } from 'kafkajs';
import { BusServer } from '../delivery/bus-server';
import type { DeliveryObserver } from '../delivery/observer';
import { TopicLoop } from '../delivery/topic-loop';
import { arrivalOf } from '../outside/arrival';
import type { TopicBinding } from '../outside/binding';
import type { RecordReader } from '../outside/record-reader';
import { GroupMember } from './group-member';
import { KafkaProgress, type OffsetKeeping } from './kafka-progress';
import { KafkaSource } from './kafka-source';
import { contractArrival } from './record-headers';

/** Who writes a topic: a service's relay, or publishers outside. */
export type KafkaTopic = { readonly offsets?: OffsetKeeping } & (
  | { readonly kind: 'service' }
  | { readonly kind: 'outside'; readonly binding: TopicBinding; readonly reader: RecordReader }
);

export interface KafkaBusOptions {
  /** Whose positions are kept: a service, or one projection of it (`insights:facts`). */
  readonly consumer: string;
  /** See {@link kafkaClient}. */
  readonly kafka: Kafka;
  /** The consumer's own schema is first on its search path; with the consumer and dead letter migrations applied. */
  readonly pool: Pool;
  readonly topics: ReadonlyMap<string, KafkaTopic>;
  /** Records in one batch at most; default 500. */
  readonly batchSize?: number;
  /** How long a silent member keeps its partitions; default 10 s, the broker's least is 6 s. */
  readonly sessionMs?: number;
  readonly observer?: DeliveryObserver;
  /** A loop died: the process should become unready and exit non-zero. */
  readonly onFatal?: (error: unknown) => void;
  readonly now?: () => number;
}

/** How long a `retry` that names no limit is tried (design §6 "References"). */
const FIVE_MINUTES = 300_000;
/** How often the loop looks whether the group has assigned anything else. */
const LOOK_MS = 100;

/** The bus over Kafka: one group for each consumer and topic, so that no topic waits for another's handler. */
export class KafkaBusServer extends BusServer {
  override readonly transportId = Symbol('kafka-bus');
  private readonly members: GroupMember[] = [];

  constructor(private readonly options: KafkaBusOptions) {
    super();
  }

  get consumer(): string {
    return this.options.consumer;
  }

  protected open(topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.options.topics.has(topic));
    if (unknown.length > 0) throw new Error(`${this.consumer} hears ${unknown.join()}, which nobody says`);
    return Promise.resolve();
  }

  protected async shut(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
  }

  protected async loopOf(topic: string, handler: MessageHandler): Promise<TopicLoop> {
    const { consumer, kafka, pool, batchSize = 500, sessionMs = 10_000, observer, onFatal } = this.options;
    const description = this.options.topics.get(topic)!;
    const groupId = groupIdOf(consumer, topic);
    const fatal = onFatal ?? ((error: unknown) => this.logger.error(error));
    const member: GroupMember = new GroupMember({
      kafka,
      groupId,
      topic,
      sessionMs,
      holdAtMost: 4 * batchSize,
      positionsOf: (partitions) => progress.positionsOf(partitions, groupId),
      onCrash: (error) => this.loops.get(topic)?.die(error),
    });
    const progress: KafkaProgress = new KafkaProgress(consumer, topic, pool, member, description.offsets ?? 'group');
    const loop = new TopicLoop({
      source: new KafkaSource(topic, member, (raw) =>
        description.kind === 'service' ? contractArrival(raw) : arrivalOf(raw, description.binding, description.reader),
      ),
      keeper: progress,
      handler,
      batchSize,
      renewMs: LOOK_MS,
      giveUpAfterMs: FIVE_MINUTES,
      now: this.options.now ?? Date.now,
      observer,
      onFatal: fatal,
    });
    this.members.push(member);
    await member.start();
    return loop;
  }
}

/** The group of a consumer on a topic. */
export function groupIdOf(consumer: string, topic: string): string {
  return `${consumer}.${topic}`;
}
