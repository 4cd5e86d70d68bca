import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDays, type CalendarDate, formatDate, type Instant, parseDate, utcDate } from '@tallystick/vocabulary';
import type { OutgoingRecord, Publisher } from '@tallystick/messaging';
import type { Progress } from '../client/progress';
import type { SuiteClient } from '../client/suite-client';
import { applyChanges, changesOf } from '../program/apply';
import type { ProgramFile } from '../program/program-file';
import { daysBetween, DEMO_MEMBERS, demoDay, type DemoRecord } from './demo-stream';

const SEED = 'lakeside';
/** The first start begins so many days ago, within what the program accepts. */
const FIRST_DAYS_AGO = 300;
/** Each start goes on with so many days, and repeats the last one before them: its records are duplicates. */
const DAYS_A_START = 30;
const ENROL_AT = 'hz-001';

export interface DemoReport {
  readonly published: number;
  readonly days: number;
  readonly members: number;
}

export interface DemoOptions {
  readonly dataDir: string;
  readonly file: ProgramFile;
  readonly client: SuiteClient;
  readonly publisher: Publisher;
  readonly now: Instant;
  readonly progress: (what: string, total: number) => Progress;
  /** Resolves when every hop has passed what was published before. */
  readonly settled: () => Promise<void>;
}

/** Seeds the demo program once, then publishes the next days of its stream; where it stopped is kept in the data folder. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { client, file, dataDir, now, publisher, settled } = options;
  const changes = await changesOf(file, client);
  if (changes.length > 0) {
    await applyChanges(file, changes, client);
    await settled();
  }
  const members = await enrolAll(client);
  const memory = join(dataDir, 'demo.json');
  const from = rememberedDay(memory) ?? addDays(utcDate(now), -FIRST_DAYS_AGO);
  const until = earlier(addDays(from, DAYS_A_START), utcDate(now));
  const days = daysBetween(addDays(from, -1), until);
  const bar = options.progress('publishing the demo days', days.length);
  let published = 0;
  for (const day of days) {
    const records = demoDay(SEED, day);
    await publishDay(publisher, records, members);
    published += records.length;
    bar.advance();
  }
  bar.stop();
  writeFileSync(memory, JSON.stringify({ next: formatDate(until) }));
  await settled();
  return { published, days: days.length, members: members.size };
}

async function publishDay(
  publisher: Publisher,
  records: readonly DemoRecord[],
  members: ReadonlyMap<string, string>,
): Promise<void> {
  for (const topic of ['purchases.v1', 'returns.v1'] as const) {
    const own = records.filter((record) => record.topic === topic);
    await publisher.publish(
      topic,
      own.map((record) => outgoing(record, members)),
    );
  }
}

function outgoing({ message, member }: DemoRecord, members: ReadonlyMap<string, string>): OutgoingRecord {
  const id = member === undefined ? undefined : members.get(member);
  const full = id === undefined ? message : { ...message, member: { id } };
  const purchase = message.type === 'return-made' && message.purchase ? message.purchase.id : message.id;
  return { key: id ?? purchase, value: Buffer.from(JSON.stringify(full)) };
}

/** Enrols the demo's members; who is a member already is answered as such. */
async function enrolAll(client: SuiteClient): Promise<Map<string, string>> {
  const members = new Map<string, string>();
  for (const identifier of DEMO_MEMBERS) {
    const { body } = await client.send<{ member: string }>('POST', '/v1/members', {
      body: { identifiers: [{ type: 'external', value: identifier, verified: true }], store: ENROL_AT },
      idempotencyKey: `demo-enrol-${identifier}`,
    });
    members.set(identifier, body.member);
  }
  return members;
}

function rememberedDay(memory: string): CalendarDate | undefined {
  if (!existsSync(memory)) return undefined;
  return parseDate((JSON.parse(readFileSync(memory, 'utf8')) as { next: string }).next);
}

function earlier(a: CalendarDate, b: CalendarDate): CalendarDate {
  return formatDate(a) < formatDate(b) ? a : b;
}
