import { type Position, position } from '@tallystick/decider';
import { int4Column, int8Column, type Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import type { Arrival, DeadRecord, Fetched, TopicSource } from '../delivery/source';
import { arrivalOf, type RawRecord } from '../outside/arrival';
import type { TopicBinding } from '../outside/binding';
import type { RecordReader } from '../outside/record-reader';
import type { BusWatch } from './bus-watch';
import { BUS_SCHEMA } from './outside-topics';

/** Bytes of values that one fetch may bring, beside one record for each partition: memory stays bounded. */
const FETCH_BYTES = 8 * 1024 * 1024;

const FETCH = `
  select r.partition, r."offset", r.key, r.value, r.headers, (extract(epoch from r.at) * 1000)::bigint
  from unnest($2::int[], $3::bigint[]) as w(partition, after)
  cross join lateral (
    select f.*, sum(coalesce(octet_length(f.value), 0)) over (order by f."offset") as bytes from (
      select * from ${BUS_SCHEMA}.record i
      where i.topic = $1 and i.partition = w.partition and i."offset" > w.after
      order by i."offset" limit $4
    ) f
  ) r
  where r.bytes - coalesce(octet_length(r.value), 0) <= $5
  order by r.partition, r."offset"`;

type Row = [number, string, string | null, Buffer | null, Buffer | null, string];

export interface OutsideSourceOptions {
  readonly pool: Pool;
  readonly watch: BusWatch;
  readonly binding: TopicBinding;
  readonly reader: RecordReader;
}

/** A topic that publishers outside write, kept in schema `bus`. */
export class OutsideSource implements TopicSource {
  readonly countsRecords = true;
  private heads = new Map<number, Position>();

  constructor(private readonly options: OutsideSourceOptions) {}

  get topic(): string {
    return this.options.binding.topic;
  }

  async fetch(wanted: ReadonlyMap<number, Position>, max: number): Promise<Fetched> {
    // Little more than a batch: what is read early waits in memory, and outlives collections there.
    const each = Math.min(max, Math.max(20, Math.ceil((1.2 * max) / wanted.size)));
    const bytes = Math.floor(FETCH_BYTES / wanted.size);
    const { rows } = await this.options.pool.query<Row, unknown[]>({
      name: 'bus-fetch',
      rowMode: 'array',
      text: FETCH,
      values: [this.topic, int4Column([...wanted.keys()]), int8Column([...wanted.values()]), each, bytes],
    });
    const read = new Map(wanted);
    const arrivals = rows.map((row) => this.arrival(row));
    for (const arrival of arrivals) read.set(arrival.partition, arrival.position);
    for (const [partition, at] of read) if (at > (this.heads.get(partition) ?? '')) this.heads.set(partition, at);
    return { arrivals, read, atHead: rows.length === 0 };
  }

  changed(ms: number): Promise<void> {
    return this.options.watch.changed(this.topic, ms);
  }

  async look(): Promise<void> {
    const { rows } = await this.options.pool.query<{ partition: number; head: string }>(
      `select partition, next_offset - 1 as head from ${BUS_SCHEMA}.topic_partition where topic = $1`,
      [this.topic],
    );
    this.heads = new Map(rows.map(({ partition, head }) => [partition, position(BigInt(head))]));
  }

  behind(partition: number, settled: Position): number {
    const head = this.heads.get(partition);
    return head !== undefined && head > settled ? Number(BigInt(head) - BigInt(settled)) : 0;
  }

  revive(dead: DeadRecord): Promise<Arrival> {
    return Promise.resolve(this.read({ ...dead, topic: this.topic, at: dead.at as Instant }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private arrival([partition, offset, key, value, headers, at]: Row): Arrival {
    return this.read({
      topic: this.topic,
      partition,
      position: position(BigInt(offset)),
      key,
      value,
      headers: headers === null ? {} : (JSON.parse(headers.toString('utf8')) as Record<string, string>),
      at: Number(at) as Instant,
    });
  }

  private read(raw: RawRecord): Arrival {
    return arrivalOf(raw, this.options.binding, this.options.reader);
  }
}
