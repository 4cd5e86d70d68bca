import { position, type Position, START } from '@tallystick/decider';
import {
  type Arrival,
  type BusRecord,
  type DeadRecord,
  type Fetched,
  partitionOf,
  type Published,
  type TopicSource,
} from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';
import { AT_ONCE, type Calls } from './calls';
import { PARTITIONS } from './partitions';

/** What is written to a topic; without a message it is a record that nobody can read. */
export interface WrittenRecord {
  readonly key: string;
  readonly message?: object;
  readonly tenant: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly origin?: BusRecord['origin'];
}

/** A record and where it lies. */
interface KeptRecord extends WrittenRecord {
  readonly partition: number;
  readonly position: Position;
  readonly at: Instant;
}

/** Topics of keyed partitions, as a broker keeps them: what was acknowledged stays, in order, whoever dies. */
export class MemoryBus {
  private readonly topics = new Map<string, KeptRecord[][]>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly now: () => Instant) {}

  /** Puts records behind the others of their partitions; answers where each came to lie. */
  append(topic: string, records: readonly WrittenRecord[]): Published[] {
    const partitions = this.partitionsOf(topic);
    const published = records.map((record) => {
      const partition = partitionOf(record.key, PARTITIONS);
      const lane = partitions[partition]!;
      const at = position(lane.length + 1);
      lane.push({ ...record, partition, position: at, at: this.now() });
      return { partition, position: at };
    });
    this.wake(topic);
    return published;
  }

  /** Ends every wait for records. */
  close(): void {
    for (const topic of this.waiting.keys()) this.wake(topic);
  }

  /** The records of a partition after a position. */
  after(topic: string, partition: number, from: Position): readonly KeptRecord[] {
    return this.partitionsOf(topic)[partition]!.slice(Number(from));
  }

  get topicNames(): Iterable<string> {
    return this.topics.keys();
  }

  /** Every record of a topic, partition by partition, in order. */
  records(topic: string): readonly KeptRecord[] {
    return this.partitionsOf(topic).flat();
  }

  /** The position of the last record of a partition. */
  head(topic: string, partition: number): Position {
    return this.partitionsOf(topic)[partition]!.at(-1)?.position ?? START;
  }

  /** Resolves at the next record of the topic. */
  changed(topic: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.waiting.get(topic) ?? new Set();
      this.waiting.set(topic, waiting);
      const wake = (): void => {
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
    });
  }

  private wake(topic: string): void {
    for (const wake of [...(this.waiting.get(topic) ?? [])]) wake();
  }

  private partitionsOf(topic: string): KeptRecord[][] {
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = Array.from({ length: PARTITIONS }, () => [])));
    return partitions;
  }
}

/** How many of the records that are there a fetch brings of a partition; the others come later. */
export type FetchLimit = (available: number) => number;

/** A topic of a {@link MemoryBus} as the delivery loop reads it. Partitions may lag behind each other. */
export class MemorySource implements TopicSource {
  readonly countsRecords = true;

  constructor(
    readonly topic: string,
    private readonly bus: MemoryBus,
    private readonly calls: Calls = AT_ONCE,
    private readonly limit: FetchLimit = (available) => available,
  ) {}

  fetch(wanted: ReadonlyMap<number, Position>, max: number): Promise<Fetched> {
    return this.calls.call('fetch', () => {
      const read = new Map<number, Position>();
      const arrivals: Arrival[] = [];
      let atHead = true;
      for (const [partition, from] of wanted) {
        if (this.bus.head(this.topic, partition) === from) {
          read.set(partition, from);
          continue;
        }
        const there = this.bus.after(this.topic, partition, from);
        const taken = there.slice(0, Math.min(max, this.limit(there.length)));
        if (taken.length < there.length) atHead = false;
        for (const record of taken) arrivals.push(this.arrivalOf(record));
        read.set(partition, taken.at(-1)?.position ?? from);
      }
      return { arrivals, read, atHead };
    });
  }

  /** Resolves at the next record; in memory no wake-up is lost that `ms` would have to bound. */
  changed(_ms: number): Promise<void> {
    return this.bus.changed(this.topic);
  }

  look(): Promise<void> {
    return Promise.resolve();
  }

  behind(partition: number, settled: Position): number {
    return Number(BigInt(this.bus.head(this.topic, partition)) - BigInt(settled));
  }

  revive({ partition, position: at }: DeadRecord): Promise<Arrival> {
    const before = at === START ? START : position(BigInt(at) - 1n);
    return Promise.resolve(this.arrivalOf(this.bus.after(this.topic, partition, before)[0]!));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private arrivalOf(kept: KeptRecord): Arrival {
    const { key, partition, position: at, message, tenant, correlationId, causationId = correlationId, origin } = kept;
    const place = { partition, position: at, key };
    const payload = () => ({ value: bytesOf(message), headers: {} });
    if (!message) {
      return { ...place, refused: { ...place, code: 'invalid-json', value: bytesOf(message) }, tenant, payload };
    }
    const record: BusRecord = {
      topic: this.topic,
      ...place,
      message,
      tenant,
      correlationId,
      causationId,
      ...(origin ? { origin } : {}),
      receivedAt: kept.at,
    };
    return { ...place, record, payload };
  }
}

/** A record as it would be on the wire; one without a message is no JSON. */
function bytesOf(message: object | undefined): Buffer {
  return Buffer.from(message ? JSON.stringify(message) : '{');
}
