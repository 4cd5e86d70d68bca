import { randomUUID } from 'node:crypto';
import type { BatchHandler, DeadLetters, Published } from '@tallystick/messaging';
import { partitionOf } from '@tallystick/messaging';
import { type BusHarness, type BusMember, type MemberProcess, until } from './harness';

/** What the groups of cases share: the harness once it stands, and members that end with their case. */
export class BusBench {
  harness!: BusHarness;
  deadLetters!: DeadLetters;
  private members: BusMember[] = [];
  private processes: MemberProcess[] = [];

  /** `boundedBy`: most records that a member may hold unsettled with batches of 100. */
  constructor(readonly boundedBy: number) {}

  /** A topic and a consumer that nobody else uses. */
  async fresh(): Promise<{ topic: string; consumer: string }> {
    return { topic: await this.harness.createTopic(), consumer: `c-${randomUUID()}` };
  }

  async member(
    topic: string,
    consumer: string,
    handler: BatchHandler,
    onFatal?: (error: unknown) => void,
  ): Promise<BusMember> {
    const member = await this.harness.member({ topic, consumer, handler, onFatal });
    this.members.push(member);
    return member;
  }

  async memberProcess(topic: string, consumer: string): Promise<MemberProcess> {
    const started = await this.harness.memberProcess({ topic, consumer });
    this.processes.push(started);
    return started;
  }

  /** Resolves when the consumer's stored positions have passed what was published. */
  async settledAt(consumer: string, topic: string, published: readonly Published[]): Promise<void> {
    const wanted = new Map<number, bigint>();
    for (const { partition, position } of published) {
      const at = BigInt(position);
      if (at > (wanted.get(partition) ?? -1n)) wanted.set(partition, at);
    }
    await until(`${consumer} has settled ${published.length} records`, async () => {
      const positions = await this.harness.positions(consumer, topic);
      return [...wanted].every(([partition, at]) => (positions.get(partition) ?? -1n) >= at);
    });
  }

  keysOfOnePartition(count: number): string[] {
    const keys: string[] = [];
    for (let index = 0; keys.length < count; index++) if (partitionOf(`k-${index}`) === 3) keys.push(`k-${index}`);
    return keys;
  }

  async endCase(): Promise<void> {
    for (const one of this.processes.splice(0)) one.signal('SIGKILL');
    await Promise.all(this.members.splice(0).map((member) => member.close()));
  }
}
