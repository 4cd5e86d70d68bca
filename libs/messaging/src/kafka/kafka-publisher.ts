import { position } from '@tallystick/decider';
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { type OutgoingRecord, PARTITIONS, type Published, type Publisher } from '../bus';
import { partitionOf } from '../partition';
import { type KafkaAddress, kafkaClient } from './kafka-client';

interface Queued {
  readonly records: readonly OutgoingRecord[];
  resolve(published: readonly Published[]): void;
  reject(error: unknown): void;
}

/** Records and bytes in one request at most; a partition's part of it must stay under the topic's message limit. */
const REQUEST_RECORDS = 500;
const REQUEST_BYTES = 1024 * 1024;

/**
 * Writes keyed records with acknowledgement of all replicas, idempotently within the producer's life. Calls that arrive
 * while one request runs go out together with the next. A key's partition is the same as on every other bus.
 */
export class KafkaPublisher implements Publisher {
  private readonly queues = new Map<string, Queued[]>();
  private readonly running = new Map<string, Promise<void>>();
  private producer: Promise<Producer> | undefined;
  private closed = false;
  private turn = 0;

  constructor(private readonly kafka: Kafka) {}

  /** A publisher that has reached a broker. */
  static async connect(address: KafkaAddress): Promise<KafkaPublisher> {
    const publisher = new KafkaPublisher(kafkaClient(address));
    await publisher.connected();
    return publisher;
  }

  publish(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]> {
    if (this.closed) return Promise.reject(new Error('the publisher is closed'));
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(topic) ?? [];
      this.queues.set(topic, queue);
      queue.push({ records, resolve, reject });
      if (!this.running.has(topic)) this.running.set(topic, this.run(topic, queue));
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.running.values());
    await (await this.producer?.catch(() => undefined))?.disconnect();
  }

  private async run(topic: string, queue: Queued[]): Promise<void> {
    await Promise.resolve();
    while (queue.length > 0) {
      const group = nextGroup(queue);
      try {
        const published = await this.send(
          topic,
          group.flatMap(({ records }) => records),
        );
        let at = 0;
        for (const one of group) one.resolve(published.slice(at, (at += one.records.length)));
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    this.running.delete(topic);
  }

  private async send(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]> {
    const published: Published[] = [];
    for (const part of inRequests(records)) published.push(...(await this.request(topic, part)));
    return published;
  }

  private async request(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]> {
    const producer = await this.connected();
    const messages = records.map((record) => this.message(record));
    let answers;
    try {
      answers = await producer.send({ topic, messages, acks: -1 });
    } catch (error) {
      // A producer whose request may or may not have arrived has lost its sequence: the next one starts a new.
      this.producer = undefined;
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    const next = new Map(answers.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? '0')]));
    return messages.map(({ partition }) => {
      const offset = next.get(partition) ?? 0n;
      next.set(partition, offset + 1n);
      return { partition, position: position(offset + 1n) };
    });
  }

  private message({ key, value, headers, at }: OutgoingRecord): Message & { partition: number } {
    return {
      partition: key === null ? this.turn++ % PARTITIONS : partitionOf(key),
      key,
      value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length),
      ...(headers === undefined ? {} : { headers: { ...headers } }),
      ...(at === undefined ? {} : { timestamp: String(at) }),
    };
  }

  private connected(): Promise<Producer> {
    this.producer ??= this.connect().catch((error: unknown) => {
      this.producer = undefined;
      throw error;
    });
    return this.producer;
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      // Every message names its partition; this only keeps the client from asking.
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 12 },
    });
    await producer.connect();
    return producer;
  }
}

function nextGroup(queue: Queued[]): Queued[] {
  let count = 0;
  let size = 0;
  while (count < queue.length && (count === 0 || size + queue[count]!.records.length <= REQUEST_RECORDS)) {
    size += queue[count++]!.records.length;
  }
  return queue.splice(0, count);
}

function* inRequests(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at++) {
    const size = records[at]!.value?.length ?? 0;
    if (at > from && (at - from >= REQUEST_RECORDS || bytes + size > REQUEST_BYTES)) {
      yield records.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}
