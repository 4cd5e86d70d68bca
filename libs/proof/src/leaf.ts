import { leafHash } from './tree/hashes';

/** Names the form of the leaves, so that a later one can stand beside it. */
export const LEAF_FORMAT = 'tallystick-leaf/1';

/** What a leaf of the tree over a log says of one event (design §6). */
export interface Leaf {
  /** The event's place in its log, 20 digits. */
  readonly position: string;
  /** Milliseconds since 1970, as the store stamped it. */
  readonly recordedAt: number;
  readonly stream: string;
  readonly revision: number;
  /** The hash of the stream's chain at the event, which stands for its bytes. */
  readonly hash: Uint8Array;
}

/**
 * The bytes of a leaf, each field behind its length in 4 bytes (big endian), as in the hash of an event:
 * `tallystick-leaf/1` · position · recordedAt · stream · revision (all text) · hash. Position and time are the store's and
 * not part of an event's hash; here they are, so no event changes its place in the log unseen.
 */
export function leafBytes({ position, recordedAt, stream, revision, hash }: Leaf): Buffer {
  const text = [LEAF_FORMAT, position, String(recordedAt), stream, String(revision)];
  const length = text.reduce((sum, field) => sum + 4 + Buffer.byteLength(field), 4 + hash.length);
  const bytes = Buffer.allocUnsafe(length);
  let end = 0;
  for (const field of text) {
    const written = bytes.write(field, end + 4, 'utf8');
    end = bytes.writeUInt32BE(written, end) + written;
  }
  end = bytes.writeUInt32BE(hash.length, end);
  bytes.set(hash, end);
  return bytes;
}

/** The leaf hash of an event (RFC 6962 over {@link leafBytes}). */
export function eventLeafHash(leaf: Leaf): Buffer {
  return leafHash(leafBytes(leaf));
}
