import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MemberReference, PurchasePaid, ReturnMade } from '@tallystick/contracts';
import type { OutgoingRecord, Publisher } from '@tallystick/messaging';
import { type Progress, type SuiteClient } from '@tallystick/standalone';
import { readJsonLines } from '../formats/jsonl';
import { readOnlineRetail } from '../formats/online-retail';
import { ordered, type Order } from '../formats/order';
import type { FileReading, Publication } from '../formats/publication';

export const FORMATS = ['jsonl', 'online-retail'] as const;
export type Format = (typeof FORMATS)[number];

const BATCH = 500;
/** Enrolments in flight at once. */
const ENROLMENTS = 16;

export interface PublishOptions {
  readonly file: string;
  readonly format: Format;
  readonly order: Order;
  readonly seed: string;
  /** Where it remembers how far it came; absent: it does not. */
  readonly memory?: string;
  /** Tells one suite from another: what was published to one is new to the next. */
  readonly suite: string;
  /** Records a second at most; absent: as fast as the bus takes them. */
  readonly rate?: number;
  /** Store at which customers are enrolled who are seen for the first time. */
  readonly enrolAt: string;
  readonly progress: (what: string, total: number | undefined) => Progress;
}

/** How a suite is reached, and how it is found again after it was away. */
export interface WayToSuite {
  /** Works with the suite; after a fault of the connection once more with it when it is back, a bounded number of times. */
  use<Result>(work: (suite: { client: SuiteClient; publisher: Publisher }) => Promise<Result>): Promise<Result>;
}

export interface PublishReport {
  readonly published: number;
  /** Published by an earlier, interrupted run of the same file. */
  readonly skipped: number;
  readonly enrolled: number;
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * Publishes a file through the bus. Customers are enrolled over HTTP on first sight by an `external` identifier. After
 * an interruption it goes on where the bus last took a batch; what is sent twice is a duplicate to the suite.
 */
export async function publishFile(options: PublishOptions, way: WayToSuite): Promise<PublishReport> {
  const reading = await open(options);
  const publications =
    options.order === 'file' ? reading.publications : await ordered(reading, options.order, options.seed);
  const memory = new Memory(options);
  const members = new Members(options.enrolAt);
  const bar = options.progress('publishing', reading.total);
  const pace = new Pace(options.rate);
  let seen = 0;
  let published = 0;
  const flush = async (batch: readonly Publication[]): Promise<void> => {
    await pace.take(batch.length);
    await way.use(async ({ client, publisher }) => {
      await members.enrolAll(batch, client);
      await Promise.all(
        topicsOf(batch).map(([topic, records]) =>
          publisher.publish(
            topic,
            records.map((one) => members.record(one)),
          ),
        ),
      );
    });
    published += batch.length;
    memory.remember(seen);
    bar.advance(batch.length);
  };
  let batch: Publication[] = [];
  const size = options.rate === undefined ? BATCH : Math.min(BATCH, Math.max(1, Math.ceil(options.rate / 20)));
  for await (const publication of publications) {
    seen += 1;
    if (seen <= memory.done) {
      bar.advance();
      continue;
    }
    batch.push(publication);
    if (batch.length < size) continue;
    await flush(batch);
    batch = [];
  }
  if (batch.length > 0) await flush(batch);
  bar.stop();
  memory.forget();
  return { published, skipped: memory.done, enrolled: members.enrolled, leftOut: reading.leftOut };
}

async function open({ file, format }: PublishOptions): Promise<FileReading> {
  return format === 'online-retail' ? readOnlineRetail(file) : readJsonLines(file);
}

function topicsOf(batch: readonly Publication[]): [string, Publication[]][] {
  const topics = new Map<string, Publication[]>();
  for (const publication of batch) {
    const records = topics.get(publication.topic);
    if (records) records.push(publication);
    else topics.set(publication.topic, [publication]);
  }
  return [...topics];
}

/** Knows which customer is which member, enrolling whoever is new. */
class Members {
  private readonly members = new Map<string, string>();
  enrolled = 0;

  constructor(private readonly store: string) {}

  async enrolAll(batch: readonly Publication[], suite: SuiteClient): Promise<void> {
    const fresh = [
      ...new Set(
        batch.flatMap(({ customer }) => (customer === undefined || this.members.has(customer) ? [] : [customer])),
      ),
    ];
    for (let i = 0; i < fresh.length; i += ENROLMENTS) {
      await Promise.all(fresh.slice(i, i + ENROLMENTS).map((customer) => this.enrol(customer, suite)));
    }
  }

  /** The record as the bus takes it: the member in the message, and the key that the purchase contract asks for. */
  record({ message, customer }: Publication): OutgoingRecord {
    const member: MemberReference | undefined =
      customer === undefined ? message.member : { id: this.members.get(customer)! };
    const full: PurchasePaid | ReturnMade = member === undefined ? message : { ...message, member };
    return { key: keyOf(full), value: Buffer.from(JSON.stringify(full)) };
  }

  private async enrol(customer: string, suite: SuiteClient): Promise<void> {
    const { body } = await suite.send<{ member: string }>('POST', '/v1/members', {
      body: { identifiers: [{ type: 'external', value: customer, verified: true }], store: this.store },
      idempotencyKey: `enrol-${this.store}-${createHash('sha256').update(customer).digest('hex').slice(0, 32)}`,
    });
    this.members.set(customer, body.member);
    this.enrolled += 1;
  }
}

function keyOf(message: PurchasePaid | ReturnMade): string {
  if (message.member?.id !== undefined) return message.member.id;
  if (message.member?.cardToken !== undefined) return message.member.cardToken;
  return message.type === 'return-made' && message.purchase ? message.purchase.id : message.id;
}

/**
 * Remembers in a file how many publications of a file the bus has taken, in the order chosen. Another content under the
 * same path, and another suite, begin anew: nothing of them is skipped.
 */
class Memory {
  readonly done: number;
  private readonly path: string | undefined;

  constructor({ file, format, order, seed, memory, suite }: PublishOptions) {
    if (memory === undefined) {
      this.done = 0;
      return;
    }
    const { size, mtimeMs } = statSync(file);
    const name = createHash('sha256').update(
      JSON.stringify([resolve(file), size, mtimeMs, format, order, seed, suite]),
    );
    mkdirSync(memory, { recursive: true });
    this.path = join(memory, `${name.digest('hex').slice(0, 24)}.json`);
    this.done = existsSync(this.path) ? (JSON.parse(readFileSync(this.path, 'utf8')) as { done: number }).done : 0;
  }

  /** By way of a draft: whoever is killed meanwhile leaves the last state whole. */
  remember(done: number): void {
    if (this.path === undefined) return;
    const draft = `${this.path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ done }));
    renameSync(draft, this.path);
  }

  /** A whole run is over: the next one begins anew. */
  forget(): void {
    this.remember(0);
  }
}

/** Spreads records evenly at a rate. */
class Pace {
  private next = performance.now();

  constructor(private readonly rate: number | undefined) {}

  async take(count: number): Promise<void> {
    if (this.rate === undefined) return;
    const wait = this.next - performance.now();
    this.next = Math.max(this.next, performance.now()) + (count * 1000) / this.rate;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
