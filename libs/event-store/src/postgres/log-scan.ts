import { EventStoreError, type Position, position, type RecordedEvent } from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';
import { to as copyTo } from 'pg-copy-streams';
import { readFault } from './faults';

/** Signature, flags and length of the header extension of PostgreSQL's binary COPY format; ours has no extension. */
const HEADER_BYTES = 19;
const END_OF_ROWS = -1;
/** Enough for a transaction of whoever writes rows of them. */
const PIECE = 1_000;
/** Microseconds from 1970 to 2000, where PostgreSQL's clock starts. */
const POSTGRES_EPOCH_MILLIS = 946_684_800_000;

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
        `copy (select position, revision, version, recorded_at, event_id, prev_hash, hash, stream, type, data, metadata
           from ${schema}.event where position > ${after} and position <= ${upTo} order by position)
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
      events.push(eventOf(new Fields(bytes, at + 2)));
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
      if (at + 4 > bytes.length) return 0;
      at += 4 + bytes.readInt32BE(at);
    }
    return at <= bytes.length ? at : 0;
  }
}

/** The fields of one row, in their order; none of a log's columns is ever null. */
class Fields {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  next(): Buffer {
    const start = this.at + 4;
    this.at = start + this.bytes.readInt32BE(this.at);
    return this.bytes.subarray(start, this.at);
  }

  text(): string {
    const start = this.at + 4;
    this.at = start + this.bytes.readInt32BE(this.at);
    return this.bytes.toString('utf8', start, this.at);
  }

  int8(): number {
    this.at += 12;
    return this.bytes.readInt32BE(this.at - 8) * 0x1_0000_0000 + this.bytes.readUInt32BE(this.at - 4);
  }

  int4(): number {
    this.at += 8;
    return this.bytes.readInt32BE(this.at - 4);
  }

  int2(): number {
    this.at += 6;
    return this.bytes.readInt16BE(this.at - 2);
  }

  uuid(): string {
    this.at += 20;
    const hex = this.bytes.toString('hex', this.at - 16, this.at);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

function eventOf(fields: Fields): RecordedEvent {
  const place = fields.int8();
  const revision = fields.int4();
  const version = fields.int2();
  const recordedAt = (fields.int8() / 1000 + POSTGRES_EPOCH_MILLIS) as Instant;
  const id = fields.uuid();
  const prevHash = fields.next();
  const hash = fields.next();
  const stream = fields.text();
  const type = fields.text();
  const data = fields.next();
  const metadata = fields.next();
  return { id, type, version, data, metadata, prevHash, hash, stream, revision, position: position(place), recordedAt };
}
