import type { Headers } from './binding';
import { type TopicBinding, voucherOf } from './binding';

export type ReadResult =
  | { readonly ok: true; readonly message: object; readonly unit?: string }
  | { readonly ok: false; readonly code: string; readonly pointer?: string };

/** Makes a message of a record's bytes, or says by which code it is refused (trust.md §3 E). Never throws. */
export type RecordReader = (value: Uint8Array | null, key: string | null, headers: Headers) => ReadResult;

/** What the contracts say about a value: `readStrictJson` and the compiled validator of its type, in one function. */
export type ContractReader = (value: Uint8Array) => ReadResult;

export interface RecordReaderOptions {
  readonly binding: TopicBinding;
  readonly read: ContractReader;
  /** The key under which the message must be published; `undefined` where any will do. */
  readonly keyOf?: (message: object) => string;
  /** Largest value; default 256 KB (design §6 "Size limits"). */
  readonly maxBytes?: number;
}

/** The guard and the pipe of a topic that publishers outside write. The first fault answers, in the order of design §6. */
export function recordReader({ binding, read, keyOf, maxBytes = 262_144 }: RecordReaderOptions): RecordReader {
  const vouch = voucherOf(binding);
  return (value, key, headers) => {
    if (value === null || value.length === 0) return { ok: false, code: 'empty' };
    if (value.length > maxBytes) return { ok: false, code: 'payload-too-large' };
    const vouched = vouch(value, key, headers);
    if (vouched === 'unauthentic') return { ok: false, code: 'unauthentic' };
    const result = read(value);
    if (!result.ok) return result;
    if (key === null || (keyOf && keyOf(result.message) !== key)) return { ok: false, code: 'key-mismatch' };
    return vouched.unit === undefined ? result : { ...result, unit: vouched.unit };
  };
}
