import {
  behindField,
  decimalAt,
  type EventMetadata,
  EventStoreError,
  HASH_FORMAT,
  LENGTH_BYTES,
  type Position,
  position,
  type RecordedEvent,
} from '@tallystick/decider';
import type { Connection, Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { readFault } from './faults';

/** Signature, flags and length of the header extension of PostgreSQL's binary COPY format; ours has no extension. */
const HEADER_BYTES = 19;
const END_OF_ROWS = -1;
/** Enough for a transaction of whoever writes rows of them. */
const PIECE = 1_000;
/** Microseconds from 1970 to 2000, where PostgreSQL's clock starts. */
const POSTGRES_EPOCH_MILLIS = 946_684_800_000;

/**
 * COPY writes each field behind its length in four bytes, as the hash of an event does: in this order the first ten
 * fields of a row are the event sealed, with nothing to be put together.
 */
const COLUMNS = `'${HASH_FORMAT}'::text, stream, revision::text, event_id::text, type, version::text, data, metadata,
  prev_hash, hash, position, recorded_at`;

/** Positions that one COPY covers: what reads them slowly must not hold a snapshot for as long as the whole log takes. */
const RANGE = 100_000n;

/**
 * Reads a log from a position to its head by COPY in binary format, which spares both sides the text form of every byte.
 * Yields pieces of about {@link PIECE} events, and holds a connection until the last is taken. Throws as the port's
 * reads do.
 */
export async function* scanLog(
  pool: Pool,
  schema: string,
  after: Position,
  head: Position,
): AsyncGenerator<readonly RecordedEvent[]> {
  for (let from = BigInt(after); from < BigInt(head); from += RANGE) {
    const rest = BigInt(head) - from;
    yield* scanRange(pool, schema, from, from + (rest < RANGE ? rest : RANGE));
  }
}

async function* scanRange(
  pool: Pool,
  schema: string,
  after: bigint,
  upTo: bigint,
): AsyncGenerator<readonly RecordedEvent[]> {
  if (pool.ending) throw new EventStoreError('unavailable', 'the log is closed');
  const { client, close } = await connectionOf(pool);
  let isWhole = false;
  try {
    const rows = new EventRows();
    const stream = client.query(
      copyTo(
        `copy (select ${COLUMNS} from ${schema}.event where position > ${after} and position <= ${upTo} order by position)
         to stdout (format binary)`,
      ),
    );
    let events: RecordedEvent[] = [];
    for await (const bytes of stream) {
      rows.take(bytes as Buffer, events);
      if (events.length < PIECE) continue;
      yield events;
      events = [];
    }
    if (!rows.isAtEnd) throw new EventStoreError('unavailable', 'the server broke off in the middle of the log');
    if (events.length > 0) yield events;
    isWhole = true;
  } catch (error) {
    throw readFault(error);
  } finally {
    await close(isWhole);
  }
}

interface ScanConnection {
  readonly client: Client | Connection;
  /** One that was left in the middle of a COPY is good for nothing else. */
  close(isWhole: boolean): Promise<void>;
}

/** COPY is refused on pipelined connections: then the scan has one of its own, at the price of opening it. */
async function connectionOf(pool: Pool): Promise<ScanConnection> {
  try {
    if (!pool.options.pipeline) {
      const client = await pool.connect();
      return { client, close: async (isWhole) => client.release(!isWhole) };
    }
    const client = new Client({ ...pool.options, pipeline: false });
    client.on('error', () => undefined);
    await client.connect();
    return { client, close: () => client.end().catch(() => undefined) };
  } catch (error) {
    throw readFault(error);
  }
}

/** Makes events of the pieces of a binary COPY, wherever the pieces are cut. */
class EventRows {
  isAtEnd = false;
  private rest: Buffer = Buffer.alloc(0);
  private hasHeader = false;

  take(piece: Buffer, events: RecordedEvent[]): void {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    let at = 0;
    if (!this.hasHeader && bytes.length >= HEADER_BYTES) {
      this.hasHeader = true;
      at = HEADER_BYTES;
    }
    for (let end = this.endOfRow(bytes, at); end > 0; end = this.endOfRow(bytes, at)) {
      events.push(new ScannedEvent(bytes, at + 2));
      at = end;
    }
    this.rest = bytes.subarray(at);
  }

  /** Where the row at a place ends; 0 where it is not all there, or there are no more. */
  private endOfRow(bytes: Buffer, start: number): number {
    if (!this.hasHeader || start + 2 > bytes.length) return 0;
    const fields = bytes.readInt16BE(start);
    if (fields === END_OF_ROWS) {
      this.isAtEnd = true;
      return 0;
    }
    let at = start + 2;
    for (let i = 0; i < fields; i++) {
      if (at + LENGTH_BYTES > bytes.length) return 0;
      at = behindField(bytes, at);
    }
    return at <= bytes.length ? at : 0;
  }
}

/**
 * An event that lies in the bytes of its row, of whose columns none is ever null. Who reads a whole log looks at few of
 * the fields: the others are made when they are asked for.
 */
class ScannedEvent implements RecordedEvent {
  body?: unknown;
  said?: EventMetadata;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly version: number;
  private readonly idAt: number;
  private readonly dataAt: number;
  private readonly metadataAt: number;
  private readonly prevHashAt: number;
  private readonly hashAt: number;
  private readonly positionAt: number;

  /** `start`: where the first of {@link COLUMNS} begins. */
  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
  ) {
    const streamAt = behindField(bytes, start);
    const revisionAt = behindField(bytes, streamAt);
    this.idAt = behindField(bytes, revisionAt);
    const typeAt = behindField(bytes, this.idAt);
    const versionAt = behindField(bytes, typeAt);
    this.dataAt = behindField(bytes, versionAt);
    this.metadataAt = behindField(bytes, this.dataAt);
    this.prevHashAt = behindField(bytes, this.metadataAt);
    this.hashAt = behindField(bytes, this.prevHashAt);
    this.positionAt = behindField(bytes, this.hashAt);
    this.stream = bytes.toString('utf8', streamAt + LENGTH_BYTES, revisionAt);
    this.revision = decimalAt(bytes, revisionAt + LENGTH_BYTES, this.idAt);
    this.type = bytes.toString('utf8', typeAt + LENGTH_BYTES, versionAt);
    this.version = decimalAt(bytes, versionAt + LENGTH_BYTES, this.dataAt);
  }

  get sealed(): Buffer {
    return this.bytes.subarray(this.start, this.positionAt);
  }

  get id(): string {
    return this.bytes.toString('latin1', this.idAt + LENGTH_BYTES, behindField(this.bytes, this.idAt));
  }

  get data(): Buffer {
    return this.bytes.subarray(this.dataAt + LENGTH_BYTES, this.metadataAt);
  }

  get metadata(): Buffer {
    return this.bytes.subarray(this.metadataAt + LENGTH_BYTES, this.prevHashAt);
  }

  get prevHash(): Buffer {
    return this.bytes.subarray(this.prevHashAt + LENGTH_BYTES, this.hashAt);
  }

  get hash(): Buffer {
    return this.bytes.subarray(this.hashAt + LENGTH_BYTES, this.positionAt);
  }

  get position(): Position {
    return position(int8(this.bytes, this.positionAt + LENGTH_BYTES));
  }

  get recordedAt(): Instant {
    const at = behindField(this.bytes, this.positionAt) + LENGTH_BYTES;
    return (int8(this.bytes, at) / 1000 + POSTGRES_EPOCH_MILLIS) as Instant;
  }
}

function int8(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
