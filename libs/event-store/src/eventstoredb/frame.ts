import { EventStoreError, type NewEvent, position, type RecordedEvent } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';

/**
 * First byte of the metadata that we store. The client tries JSON on whatever metadata it reads and hands out bytes only
 * where that fails; no JSON text begins with this one.
 */
const FRAME = 0x01;
const HEADER_BYTES = 3;
const HASH_BYTES = 32;
const FIXED_BYTES = HEADER_BYTES + 2 * HASH_BYTES;

/** What the client reads back of one event, as far as we look at it. */
export interface StoredEvent {
  readonly id: string;
  readonly streamId: string;
  readonly type: string;
  readonly revision: bigint;
  readonly created: Date;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly position?: { readonly commit: bigint };
}

/** Version (2 bytes, big endian), predecessor's hash, hash and metadata bytes as one: what EventStoreDB has no field for. */
export function encodeFrame({ version, prevHash, hash, metadata }: NewEvent): Uint8Array {
  const frame = new Uint8Array(FIXED_BYTES + metadata.length);
  frame[0] = FRAME;
  frame[1] = version >> 8;
  frame[2] = version & 0xff;
  frame.set(prevHash, HEADER_BYTES);
  frame.set(hash, HEADER_BYTES + HASH_BYTES);
  frame.set(metadata, FIXED_BYTES);
  return frame;
}

/** A stored fact as the port gives it; throws `invalid` on an event of ours that we did not write. */
export function recordedEvent(stored: StoredEvent, commit: bigint | undefined): RecordedEvent {
  const { id, type, streamId: stream, metadata: frame, data, created } = stored;
  if (!(frame instanceof Uint8Array) || frame[0] !== FRAME || frame.length < FIXED_BYTES) {
    throw new EventStoreError('invalid', `${stream}: event ${id} was not written by this application`);
  }
  if (!(data instanceof Uint8Array)) throw new EventStoreError('invalid', `${stream}: event ${id} is not binary`);
  const place = stored.position?.commit ?? commit;
  if (place === undefined) throw new EventStoreError('invalid', 'EventStoreDB 22.6 or later is needed (positions)');
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  return {
    id,
    type,
    version: bytes.readUInt16BE(1),
    data,
    metadata: bytes.subarray(FIXED_BYTES),
    prevHash: bytes.subarray(HEADER_BYTES, HEADER_BYTES + HASH_BYTES),
    hash: bytes.subarray(HEADER_BYTES + HASH_BYTES, FIXED_BYTES),
    stream,
    revision: Number(stored.revision),
    position: position(place),
    recordedAt: created.getTime() as Instant,
  };
}
