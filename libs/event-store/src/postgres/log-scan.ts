import {
  type EventMetadata,
  EventStoreError,
  HASH_FORMAT,
  type Position,
  position,
  type RecordedEvent,
} from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { to as copyTo } from 'pg-copy-streams';
import { readFault } from './faults';

/** Signature, flags and length of the header extension of PostgreSQL's binary COPY format; ours has no extension. */
const HEADER_BYTES = 19;
const END_OF_ROWS = -1;
const LENGTH = 4;
const ZERO = 0x30;
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
 * Yields pieces of about {@link PIECE} events. Throws as the port's reads do.
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
  const connection = await pool.connect().catch((error: unknown) => {
    throw readFault(error);
  });
  let isDone = false;
  try {
    const rows = new EventRows();
    const stream = connection.query(
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
    isDone = true;
    if (events.length > 0) yield events;
  } catch (error) {
    throw readFault(error);
  } finally {
    // A connection in the middle of a COPY cannot be used for anything else.
    connection.release(!isDone);
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
      if (at + LENGTH > bytes.length) return 0;
      at = behind(bytes, at);
    }
    return at <= bytes.length ? at : 0;
  }
}

/** Where the field after another begins; none of a log's columns is ever null. */
function behind(bytes: Buffer, at: number): number {
  return at + LENGTH + ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}

/**
 * An event that lies in the bytes of its row. Who reads a whole log looks at few of the fields: the others are made
 * when they are asked for.
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
    const streamAt = behind(bytes, start);
    const revisionAt = behind(bytes, streamAt);
    this.idAt = behind(bytes, revisionAt);
    const typeAt = behind(bytes, this.idAt);
    const versionAt = behind(bytes, typeAt);
    this.dataAt = behind(bytes, versionAt);
    this.metadataAt = behind(bytes, this.dataAt);
    this.prevHashAt = behind(bytes, this.metadataAt);
    this.hashAt = behind(bytes, this.prevHashAt);
    this.positionAt = behind(bytes, this.hashAt);
    this.stream = bytes.toString('utf8', streamAt + LENGTH, revisionAt);
    this.revision = decimal(bytes, revisionAt + LENGTH, this.idAt);
    this.type = bytes.toString('utf8', typeAt + LENGTH, versionAt);
    this.version = decimal(bytes, versionAt + LENGTH, this.dataAt);
  }

  get sealed(): Buffer {
    return this.bytes.subarray(this.start, this.positionAt);
  }

  get id(): string {
    return this.bytes.toString('latin1', this.idAt + LENGTH, behind(this.bytes, this.idAt));
  }

  get data(): Buffer {
    return this.bytes.subarray(this.dataAt + LENGTH, this.metadataAt);
  }

  get metadata(): Buffer {
    return this.bytes.subarray(this.metadataAt + LENGTH, this.prevHashAt);
  }

  get prevHash(): Buffer {
    return this.bytes.subarray(this.prevHashAt + LENGTH, this.hashAt);
  }

  get hash(): Buffer {
    return this.bytes.subarray(this.hashAt + LENGTH, this.positionAt);
  }

  get position(): Position {
    return position(int8(this.bytes, this.positionAt + LENGTH));
  }

  get recordedAt(): Instant {
    const at = behind(this.bytes, this.positionAt) + LENGTH;
    return (int8(this.bytes, at) / 1000 + POSTGRES_EPOCH_MILLIS) as Instant;
  }
}

function int8(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

/** A number from decimal digits. */
function decimal(bytes: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + bytes[at]! - ZERO;
  return number;
}
