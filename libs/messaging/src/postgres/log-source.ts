import { type EventStore, metadataOf, type Position, type RecordedEvent, START, tenantOf } from '@tallystick/decider';
import type { BusRecord, Publications } from '../bus';
import {
  type Arrival,
  type DeadRecord,
  Defect,
  type Fetched,
  type Payload,
  type TopicSource,
} from '../delivery/source';
import { partitionOf } from '../partition';

/** A contract as a service's log says it. Made once per event and shared by every consumer in the process. */
class SaidContract implements Arrival {
  readonly partition: number;
  readonly position: Position;
  readonly key: string;
  readonly record: BusRecord;

  constructor(event: RecordedEvent, topic: string, key: string, message: object, ids: Ids) {
    this.partition = partitionOf(key);
    this.position = event.position;
    this.key = key;
    this.record = Object.freeze({
      topic,
      key,
      partition: this.partition,
      position: event.position,
      message,
      tenant: ids.tenant,
      correlationId: ids.correlationId,
      causationId: event.id,
      origin: ids.origin,
      receivedAt: event.recordedAt,
    });
  }

  payload(): Payload {
    return { value: Buffer.from(JSON.stringify(this.record.message)), headers: {} };
  }
}

interface Ids {
  readonly tenant: string;
  readonly correlationId: string;
  readonly origin: { readonly stream: string; readonly revision: number; readonly eventId: string };
}

const memos = new WeakMap<Publications, WeakMap<RecordedEvent, readonly SaidContract[]>>();
const NOTHING: readonly SaidContract[] = [];

/** What an event announces, as records. A publication that throws is a {@link Defect}: its log holds what it wrote. */
export function contractsOf(publications: Publications, event: RecordedEvent): readonly SaidContract[] {
  let memo = memos.get(publications);
  if (!memo) memos.set(publications, (memo = new WeakMap()));
  let said = memo.get(event);
  if (!said) memo.set(event, (said = say(publications, event)));
  return said;
}

function say(publications: Publications, event: RecordedEvent): readonly SaidContract[] {
  try {
    const announcements = publications.announce(event);
    if (announcements.length === 0) return NOTHING;
    const { stream, revision, id: eventId } = event;
    const correlationId = metadataOf(event)?.correlationId ?? eventId;
    const ids = { tenant: tenantOf(stream), correlationId, origin: { stream, revision, eventId } };
    return announcements.map(({ topic, key, message }) => new SaidContract(event, topic, key, message, ids));
  } catch (error) {
    const place = `${event.stream}/${event.revision} ${event.type} v${event.version}`;
    throw new Defect(`the publications of ${publications.service} cannot read ${place}`, { cause: error });
  }
}

/** Events looked at in one step: from memory cheap, from the database one page. */
const PAGE = 1_000;

/** A topic that a service says: its log through its publications. The offset is the log position; nothing is copied. */
export class LogSource implements TopicSource {
  readonly countsRecords = false;
  private head: Position = START;

  constructor(
    readonly topic: string,
    private readonly store: EventStore,
    private readonly publications: Publications,
  ) {
    if (!publications.topics.includes(topic)) throw new TypeError(`${publications.service} does not say ${topic}`);
  }

  async fetch(wanted: ReadonlyMap<number, Position>): Promise<Fetched> {
    let after: Position | undefined;
    for (const read of wanted.values()) if (after === undefined || read < after) after = read;
    const { events, next, atHead } = await this.page(after ?? START);
    const arrivals: Arrival[] = [];
    for (const event of events) {
      for (const said of contractsOf(this.publications, event)) {
        if (said.record.topic !== this.topic) continue;
        const read = wanted.get(said.partition);
        if (read !== undefined && read < said.position) arrivals.push(said);
      }
    }
    const read = new Map<number, Position>();
    for (const [partition, from] of wanted) read.set(partition, from > next ? from : next);
    if (next > this.head) this.head = next;
    return { arrivals, read, atHead };
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
