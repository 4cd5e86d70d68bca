import { type Position, position, type RecordedEvent } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { CustomTypesConfig } from 'pg';

const BYTEA = 17;
const ESCAPE_PREFIX = 2;

/** A row of {@link EVENT_COLUMNS}, in that order. */
export type EventRow = readonly [
  position: string,
  stream: string,
  revision: string,
  id: string,
  type: string,
  version: string,
  data: Buffer,
  metadata: Buffer,
  prevHash: Buffer,
  hash: Buffer,
  recordedMillis: string,
];

/** What a reader selects from `event e`. */
export const EVENT_COLUMNS = `e.position, e.stream, e.revision, e.event_id, e.type, e.version, e.data, e.metadata,
  e.prev_hash, e.hash, (date_part('epoch', e.recorded_at) * 1000)::bigint`;

/**
 * Text for every column but bytea. `pg` reads results as UTF-8 text before any parser sees them, so bytes come in hex;
 * parsers set elsewhere in the process do not reach these rows.
 */
export const ROW_TYPES: CustomTypesConfig = {
  getTypeParser: (oid) => (Number(oid) === BYTEA ? bytes : text),
};

/** A stored fact as the port gives it. */
export function recordedEvent(row: EventRow): RecordedEvent {
  return {
    id: row[3],
    type: row[4],
    version: Number(row[5]),
    data: row[6],
    metadata: row[7],
    prevHash: row[8],
    hash: row[9],
    stream: row[1],
    revision: Number(row[2]),
    position: toPosition(row[0]),
    recordedAt: Number(row[10]) as Instant,
  };
}

export function toPosition(value: string): Position {
  return position(BigInt(value));
}

function bytes(value: string | Buffer): Buffer {
  const hex = value.toString();
  return Buffer.from(hex.slice(ESCAPE_PREFIX), 'hex');
}

function text(value: string | Buffer): string {
  return value.toString();
}
