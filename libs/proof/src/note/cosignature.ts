import { sign, verify } from 'node:crypto';
import type { SignerKey, VerifierKey } from './keys';
import { NoteRefused, type NoteSignature, type SignedNote } from './note';

const TIME_BYTES = 8;

/**
 * The cosignature of a checkpoint's text: that, as of `seconds` (since 1970), its tree is the largest that the cosigner
 * has seen of the log, and holds all that it saw before (C2SP tlog-cosignature, `cosignature/v1`).
 */
export function cosign(text: string, seconds: number, { secret, verifier }: SignerKey): NoteSignature {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(seconds));
  const bytes = Buffer.concat([time, sign(null, cosigned(text, BigInt(seconds)), secret)]);
  return { name: verifier.name, id: verifier.id, bytes };
}

/**
 * When a cosigner saw the checkpoint, in seconds since 1970; undefined where the note does not carry its cosignature. Throws
 * {@link NoteRefused} where it carries a bad one.
 */
export function cosignedAt(note: SignedNote, { name, id, key }: VerifierKey): number | undefined {
  let latest: number | undefined;
  for (const signature of note.signatures) {
    if (signature.name !== name || signature.id !== id) continue;
    const { bytes } = signature;
    const seconds = bytes.length > TIME_BYTES ? bytes.readBigUInt64BE(0) : 0n;
    if (seconds === 0n || !verify(null, cosigned(note.text, seconds), key, bytes.subarray(TIME_BYTES))) {
      throw new NoteRefused(`the cosignature of ${name} is not good`);
    }
    latest = Math.max(latest ?? 0, Number(seconds));
  }
  return latest;
}

function cosigned(text: string, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}
