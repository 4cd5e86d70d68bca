import type { Position } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import { position } from '@tallystick/decider';
import type { Arrival, DeadRecord, Fetched, TopicSource } from '../delivery/source';
import type { RawRecord } from '../outside/arrival';
import type { GroupMember } from './group-member';
import { rawRecord } from './record-headers';

/** The records of a Kafka topic that are assigned to this member. */
export class KafkaSource implements TopicSource {
  readonly countsRecords = true;

  constructor(
    readonly topic: string,
    private readonly member: GroupMember,
    private readonly arrivalOf: (raw: RawRecord) => Arrival,
  ) {}

  fetch(wanted: ReadonlyMap<number, Position>, max: number): Promise<Fetched> {
    const read = new Map<number, Position>();
    const arrivals: Arrival[] = [];
    const each = Math.max(20, Math.ceil(max / Math.max(1, wanted.size)));
    for (const [partition, from] of wanted) {
      const { messages, reached } = this.member.handOut(partition, BigInt(from), each);
      for (const message of messages) arrivals.push(this.arrivalOf(rawRecord(this.topic, partition, message)));
      read.set(partition, position(reached));
    }
    this.member.goOn(new Set(wanted.keys()));
    return Promise.resolve({ arrivals, read, atHead: arrivals.length === 0 });
  }

  changed(ms: number): Promise<void> {
    return this.member.arrived.wait(ms);
  }

  async look(): Promise<void> {
    for (const { partition, high } of await this.member.admin.fetchTopicOffsets(this.topic)) {
      this.member.heads.set(partition, BigInt(high));
    }
  }

  behind(partition: number, settled: Position): number {
    const head = this.member.heads.get(partition) ?? 0n;
    const at = BigInt(settled);
    return head > at ? Number(head - at) : 0;
  }

  revive(dead: DeadRecord): Promise<Arrival> {
    return Promise.resolve(this.arrivalOf({ ...dead, topic: this.topic, at: dead.at as Instant }));
  }

  close(): Promise<void> {
    return this.member.stop();
  }
}
