import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { type EventStore, eventsAfter, type RecordedEvent } from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import { checkpointsAfter, sealedLeaves } from '@tallystick/sealing';
import { formatInstant, type Instant } from '@tallystick/vocabulary';

/** One log of an export, and where it is read. */
export interface ExportedLog {
  readonly service: string;
  readonly log: Pick<EventStore, 'scan' | 'readAll'>;
  /** The service's schema is first on its search path. */
  readonly pool: Pool;
}

/** What an export of one log holds. */
export interface LogExport {
  readonly service: string;
  readonly events: number;
  readonly sealed: number;
  readonly checkpoints: number;
}

const PAGE = 5_000;
/** Whose leaves are read in one statement, up to a thousand each. */
const CHECKPOINTS_AT_ONCE = 20;

/**
 * Writes one log as it is stored, a JSON line each: `<service>.events.ndjson` (data and metadata in base64, hashes in hex,
 * `recordedAt` in milliseconds), `<service>.sealed.ndjson` (number, stream, revision and leaf hash as they were sealed) and
 * `<service>.checkpoints.ndjson`. The seal is read before the log, so that what is appended meanwhile looks like no loss.
 */
export async function exportLog(folder: string, { service, log, pool }: ExportedLog): Promise<LogExport> {
  mkdirSync(folder, { recursive: true });
  const file = (part: string): string => join(folder, `${service}.${part}.ndjson`);
  const checkpoints = await writeLines(file('checkpoints'), checkpointLines(pool));
  const sealed = await writeLines(file('sealed'), sealedLines(pool));
  const events = await writeLines(file('events'), eventLines(log));
  return { service, events, sealed, checkpoints };
}

/** Writes the balances of every account as the ledger's rows have them, to be held against the events; answers how many. */
export async function exportBalances(folder: string, ledger: Pool): Promise<number> {
  const { rows } = await ledger.query<{ account: string; asset: string; books: string }>(
    `select account::text, asset, concat_ws(',', available, pending, held) as books from balance order by account, asset`,
  );
  const lines = rows.map(({ account, asset, books }) => [account, asset, books].join());
  const file = createWriteStream(join(folder, 'balances.csv'));
  file.end(['account,asset,available,pending,held', ...lines, ''].join('\n'));
  await finished(file);
  return rows.length;
}

async function writeLines(path: string, pages: AsyncIterable<readonly object[]>): Promise<number> {
  const file: WriteStream = createWriteStream(path);
  let lines = 0;
  for await (const page of pages) {
    lines += page.length;
    if (!file.write(page.map((line) => `${JSON.stringify(line)}\n`).join(''))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return lines;
}

async function* checkpointLines(pool: Pool): AsyncGenerator<readonly object[]> {
  for (let after = -1; ;) {
    const page = await checkpointsAfter(pool, after, PAGE);
    yield page.map(({ size, position, key, note, sealedAt }) => ({
      ...{ size, position, sealedAt: formatInstant(sealedAt as Instant), key, note },
    }));
    if (page.length < PAGE) return;
    after = page.at(-1)!.size;
  }
}

async function* sealedLines(pool: Pool): AsyncGenerator<readonly object[]> {
  for (let from = 0; ;) {
    const page = await sealedLeaves(pool, from, CHECKPOINTS_AT_ONCE);
    if (page.length === 0) return;
    yield page.map((leaf) => ({ ...leaf, leafHash: leaf.leafHash?.toString('hex') ?? '' }));
    from = page.at(-1)!.seq + 1;
  }
}

async function* eventLines(log: ExportedLog['log']): AsyncGenerator<readonly object[]> {
  for await (const page of eventsAfter(log)) yield page.map(eventLine);
}

function eventLine(event: RecordedEvent): object {
  const { position, recordedAt, stream, revision, id, type, version } = event;
  return {
    ...{ position, recordedAt, stream, revision, id, type, version },
    data: text(event.data, 'base64'),
    metadata: text(event.metadata, 'base64'),
    prevHash: text(event.prevHash, 'hex'),
    hash: text(event.hash, 'hex'),
  };
}

function text(bytes: Uint8Array, encoding: 'base64' | 'hex'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}
