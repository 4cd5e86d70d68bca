import { hash } from 'node:crypto';

/** Names the format below, so that a later one can stand beside it (docs/decisions, "hash format"). */
export const HASH_FORMAT = 'tallystick/1';

/** The predecessor's hash at revision 0. */
export const NO_HASH: Uint8Array = new Uint8Array(32);

/** What the hash of an event is made of. */
export interface HashInput {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly prevHash: Uint8Array;
}

let scratch = Buffer.allocUnsafe(64 * 1024);
let end = 0;

/**
 * SHA-256 over, each behind its length in 4 bytes (big endian): `tallystick/1`, stream, revision, event id, type,
 * version (both decimal text), data bytes, metadata bytes, prevHash. A verifier hashes stored bytes; it never serializes.
 * Of an event that lies in one piece ({@link sealed}) it hashes the piece.
 */
export function eventHash(input: HashInput & { readonly sealed?: Uint8Array }): Buffer {
  const piece = input.sealed?.subarray(0, -SEALED_HASH_BYTES) ?? inOnePiece(input);
  // By way of text, since bytes out of `hash` are an allocation of their own outside the heap, 32 bytes at a time.
  return Buffer.from(hash('sha256', piece, 'binary'), 'binary');
}

/** What stands behind the hashed bytes in a sealed piece: a SHA-256 behind its length. */
const SEALED_HASH_BYTES = 4 + 32;

function inOnePiece(input: HashInput): Uint8Array {
  putInput(input);
  return scratch.subarray(0, end);
}

/**
 * An event as the chain sees it: the input of its hash, and behind it the stored hash with its length, in one piece.
 * What is sealed needs nothing beside it to be verified. The bytes are good until the next call.
 */
export function sealed(event: HashInput & { readonly hash: Uint8Array; readonly sealed?: Uint8Array }): Uint8Array {
  if (event.sealed) return event.sealed;
  putInput(event);
  putBytes(event.hash);
  return scratch.subarray(0, end);
}

function putInput(input: HashInput): void {
  end = 0;
  putText(HASH_FORMAT);
  putText(input.stream);
  putText(String(input.revision));
  putText(input.id);
  putText(input.type);
  putText(String(input.version));
  putBytes(input.data);
  putBytes(input.metadata);
  putBytes(input.prevHash);
}

function putText(text: string): void {
  reserve(4 + text.length * 3);
  const length = scratch.write(text, end + 4, 'utf8');
  scratch.writeUInt32BE(length, end);
  end += 4 + length;
}

function putBytes(bytes: Uint8Array): void {
  reserve(4 + bytes.length);
  scratch.writeUInt32BE(bytes.length, end);
  scratch.set(bytes, end + 4);
  end += 4 + bytes.length;
}

function reserve(bytes: number): void {
  if (end + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, end + bytes));
  scratch.copy(larger, 0, 0, end);
  scratch = larger;
}
