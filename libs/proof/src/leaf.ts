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
export function leafBytes(leaf: Leaf): Buffer {
  return Buffer.from(inOnePiece(leaf));
}

/** Where leaves are put together; the bytes are good until the next one. */
let scratch = Buffer.allocUnsafe(1024);

function inOnePiece({ position, recordedAt, stream, revision, hash }: Leaf): Buffer {
  const most = FIXED_BYTES + stream.length * MOST_BYTES_A_CHARACTER + hash.length;
  if (scratch.length < most) scratch = Buffer.allocUnsafe(most);
  let end = putText(LEAF_FORMAT, 0);
  end = putText(position, end);
  end = putText(String(recordedAt), end);
  end = putText(stream, end);
  end = putText(String(revision), end);
  end = scratch.writeUInt32BE(hash.length, end);
  scratch.set(hash, end);
  return scratch.subarray(0, end + hash.length);
}

/** Room for every field but the stream and the hash, and all lengths. */
const FIXED_BYTES = 256;
const MOST_BYTES_A_CHARACTER = 3;

function putText(text: string, at: number): number {
  const written = scratch.write(text, at + 4, 'utf8');
  return scratch.writeUInt32BE(written, at) + written;
}

/** The leaf hash of an event (RFC 6962 over {@link leafBytes}). */
export function eventLeafHash(leaf: Leaf): Buffer {
  return leafHash(inOnePiece(leaf));
}
