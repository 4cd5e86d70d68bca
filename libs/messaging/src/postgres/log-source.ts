import { type EventStore, type Position, position, type RecordedEvent, START } from '@tallystick/decider';
import type { Publications } from '../bus';
import { contractsOf } from '../delivery/said-contracts';
import { type Arrival, type DeadRecord, Defect, type Fetched, type TopicSource } from '../delivery/source';

/** Events looked at in one step: from memory cheap, from the database one page. */
const PAGE = 1_000;

/** Partitions this far apart are not read in one go. */
const SPREAD = 5_000n;

/** A topic that a service says: its log through its publications. The offset is the log position; nothing is copied. */
export class LogSource implements TopicSource {
  readonly countsRecords = false;
  private head: Position = START;
  private turn = 0;

  constructor(
    readonly topic: string,
    private readonly store: EventStore,
    private readonly publications: Publications,
  ) {
    if (!publications.topics.includes(topic)) throw new TypeError(`${publications.service} does not say ${topic}`);
  }

  async fetch(wanted: ReadonlyMap<number, Position>): Promise<Fetched> {
    const { served, isAll } = this.group(wanted);
    let after: Position | undefined;
    for (const read of served.values()) if (after === undefined || read < after) after = read;
    const { events, next, atHead } = await this.page(after ?? START);
    const arrivals: Arrival[] = [];
    for (const event of events) {
      for (const said of contractsOf(this.publications, event)) {
        if (said.record.topic !== this.topic) continue;
        const read = served.get(said.partition);
        if (read !== undefined && read < said.position) arrivals.push(said);
      }
    }
    const read = new Map<number, Position>();
    for (const [partition, from] of served) read.set(partition, from > next ? from : next);
    if (next > this.head) this.head = next;
    return { arrivals, read, atHead: atHead && isAll };
  }

  /** Partitions far behind (a key of them waited) are read in turn with the others, which would starve meanwhile. */
  private group(wanted: ReadonlyMap<number, Position>): { served: ReadonlyMap<number, Position>; isAll: boolean } {
    const reads = [...wanted.values()].sort();
    const [least = START, most = START] = [reads[0], reads.at(-1)];
    if (BigInt(most) - BigInt(least) <= SPREAD) return { served: wanted, isAll: true };
    this.turn += 1;
    const border = position(BigInt(least) + SPREAD);
    const isLate = this.turn % 2 === 0;
    return { served: new Map([...wanted].filter(([, read]) => read <= border === isLate)), isAll: false };
  }

  changed(ms: number): Promise<void> {
    return this.store.changed(ms);
  }

  async look(): Promise<void> {
    const head = await this.store.logHead();
    if (head > this.head) this.head = head;
  }

  behind(_partition: number, settled: Position): number {
    return this.head > settled ? Number(BigInt(this.head) - BigInt(settled)) : 0;
  }

  /** A stored fact is read again: what it says today is what is delivered. */
  async revive(dead: DeadRecord): Promise<Arrival> {
    const before = String(BigInt(dead.position) - 1n).padStart(START.length, '0');
    const { events } = await this.store.readAll({ after: before, max: 1 });
    const event = events[0]?.position === dead.position ? events[0] : undefined;
    const said = event && contractsOf(this.publications, event);
    const again = said?.find(({ key, record }) => key === dead.key && record.topic === this.topic);
    if (!again)
      throw new Defect(`${this.publications.service} does not say ${this.topic} at ${dead.position} any more`);
    return again;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async page(after: Position): Promise<{ events: readonly RecordedEvent[]; next: Position; atHead: boolean }> {
    const tail = this.store.tail?.(after, PAGE);
    if (!tail) return this.store.readAll({ after, max: PAGE });
    return { events: tail, next: tail.at(-1)?.position ?? after, atHead: tail.length < PAGE };
  }
}
