import { isUtf8 } from 'node:buffer';
import { type Verdict, refusal } from '../validation/faults';
import { LOOK_CLOSER, TOO_DEEP, scanBytes } from './byte-scan';
import { findHiddenFault } from './close-look';

/** Largest message at either entrance (design §6 "Size limits"). */
export const MAX_MESSAGE_BYTES = 262_144;

export interface StrictJsonLimits {
  /** Default {@link MAX_MESSAGE_BYTES}. */
  readonly maxBytes?: number;
}

/**
 * Reads JSON as both entrances do, before any schema. Refusals, in this order: `payload-too-large`, `undecodable` (no
 * UTF-8), `too-deep` (more than 20 open brackets), `invalid-json` (no JSON, or a key twice in one object),
 * `unknown-field` (a key `__proto__`, `constructor` or `prototype`), `text-invalid` (U+0000 or a lone surrogate).
 */
export function readStrictJson(
  bytes: Uint8Array,
  { maxBytes = MAX_MESSAGE_BYTES }: StrictJsonLimits = {},
): Verdict<unknown> {
  if (bytes.length > maxBytes) return refusal('payload-too-large');
  if (!isUtf8(bytes)) return refusal('undecodable');
  const scan = scanBytes(bytes);
  if (scan === TOO_DEEP) return refusal('too-deep');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refusal('invalid-json');
  }
  return (scan === LOOK_CLOSER ? findHiddenFault(text) : undefined) ?? { ok: true, value };
}
