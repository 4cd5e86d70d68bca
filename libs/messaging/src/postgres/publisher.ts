import { position } from '@tallystick/decider';
import { byteaColumn, int4Column, isConnectionFault, type Pool, sqlStateOf, textColumn } from '@tallystick/postgres';
import { type OutgoingRecord, PARTITIONS, type Published, type Publisher } from '../bus';
import { partitionOf } from '../partition';
import { BUS_SCHEMA } from './outside-topics';

/** Keeps publishers from running so far ahead that subscribers fall out of memory (performance §8.6, 2). */
export interface Lead {
  /** Records that may be published and not yet handled by the slowest hop; default 2,000. */
  readonly records?: number;
  /** How far the slowest hop is behind right now. */
  behind(): number | Promise<number>;
}

export interface PostgresPublisherOptions {
  /** Its role may call `bus.append_records`. */
  readonly pool: Pool;
  readonly lead?: Lead;
  /** Largest number of records in one commit; default 500. */
  readonly batchSize?: number;
  /** Hears of each append, to wake subscribers of the same process. */
  readonly onAppended?: (topic: string) => void;
}

interface Queued {
  readonly records: readonly OutgoingRecord[];
  resolve(published: readonly Published[]): void;
  reject(error: unknown): void;
}

/** About half of what a log keeps in memory: a hop that is so far behind still finds its events there. */
const DEFAULT_LEAD = 1_200;
const LEAD_POLL_MS = 5;

/** Appends to topics of publishers outside. Calls that arrive while one commit runs are committed together next. */
export class PostgresPublisher implements Publisher {
  private readonly queues = new Map<string, Queued[]>();
  private readonly running = new Map<string, Promise<void>>();
  private closed = false;
  private turn = 0;

  constructor(private readonly options: PostgresPublisherOptions) {}

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

  /** Resolves when everything that was accepted is committed or has failed. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.running.values());
  }

  private async run(topic: string, queue: Queued[]): Promise<void> {
    await Promise.resolve();
    while (queue.length > 0) {
      await this.commit(topic, this.nextGroup(queue));
    }
    this.running.delete(topic);
  }

  private async commit(topic: string, group: readonly Queued[]): Promise<void> {
    const records = group.flatMap((one) => one.records);
    try {
      await this.holdBack(records.length);
      const published = await this.append(topic, records);
      let at = 0;
      for (const one of group) one.resolve(published.slice(at, (at += one.records.length)));
    } catch (error) {
      // What the database refuses in one call must not take the others with it.
      if (group.length > 1 && sqlStateOf(error) !== undefined && !isConnectionFault(error)) {
        for (const one of group) await this.commit(topic, [one]);
      } else for (const one of group) one.reject(error);
    }
  }

  private nextGroup(queue: Queued[]): Queued[] {
    let count = 0;
    let size = 0;
    while (count < queue.length && (count === 0 || size + queue[count]!.records.length <= this.batchSize)) {
      size += queue[count++]!.records.length;
    }
    return queue.splice(0, count);
  }

  private get batchSize(): number {
    return this.options.batchSize ?? 500;
  }

  private async holdBack(count: number): Promise<void> {
    const { lead } = this.options;
    if (!lead) return;
    const most = Math.max(lead.records ?? DEFAULT_LEAD, count);
    while (!this.closed && (await lead.behind()) + count > most) {
      await new Promise((resolve) => setTimeout(resolve, LEAD_POLL_MS));
    }
  }

  private async append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Published[]> {
    const partitions = records.map(({ key }) => (key === null ? this.turn++ % PARTITIONS : partitionOf(key)));
    const { rows } = await this.options.pool.query<{ offsets: readonly string[] }>({
      name: 'bus-append',
      text: `select ${BUS_SCHEMA}.append_records($1, $2::int[], $3::text[], $4::bytea[], $5::bytea[]) as offsets`,
      values: [
        topic,
        int4Column(partitions),
        textColumn(records.map(({ key }) => key)),
        byteaColumn(records.map(({ value }) => value)),
        byteaColumn(records.map(({ headers }) => (headers ? Buffer.from(JSON.stringify(headers)) : null))),
      ],
    });
    this.options.onAppended?.(topic);
    const offsets = rows[0]!.offsets;
    return partitions.map((partition, index) => ({ partition, position: position(BigInt(offsets[index]!)) }));
  }
}
