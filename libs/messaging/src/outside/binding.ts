import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A unit's key, by which records of a `signed` topic are known to be its own. */
export interface PublisherKey {
  readonly kid: string;
  readonly unit: string;
  /** Ed25519 public key, PEM (SubjectPublicKeyInfo). */
  readonly publicKey: string;
}

/** What a topic of outside publishers vouches for (design §6 "Names": tenant and program never come from the body). */
export interface TopicBinding {
  readonly topic: string;
  readonly tenant: string;
  readonly program: string;
  /**
   * `open`: whoever may write the topic may write for every unit. `topic-per-unit`: the topic is `unit`'s own.
   * `signed`: each record carries its unit's Ed25519 signature, see {@link signedBytes}.
   */
  readonly mode: 'open' | 'topic-per-unit' | 'signed';
  readonly unit?: string;
  readonly keys?: readonly PublisherKey[];
}

/** Whose record it is, as far as the binding can tell; or that its signature does not hold. */
export type Vouched = { readonly unit?: string } | 'unauthentic';

export type Headers = Readonly<Record<string, string>>;

/** Headers of a signed record: the key's id, the unit that signs, the signature in base64. */
export const SIGNATURE_HEADERS = { kid: 'kid', unit: 'unit', signature: 'sig' } as const;

/**
 * What a publisher of a `signed` topic signs with Ed25519 (RFC 8032): topic, line feed, key, line feed, then the value's
 * bytes as they are sent. Topic and key are UTF-8 and hold no line feed. The signature does not cover the headers: the
 * unit follows from the key id.
 */
export function signedBytes(topic: string, key: string, value: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${topic}\n${key}\n`, 'utf8'), value]);
}

/** Answers for each record of a topic which unit the binding vouches for. Keys are read once; a bad key throws here. */
export function voucherOf(binding: TopicBinding): (value: Uint8Array, key: string | null, headers: Headers) => Vouched {
  if (binding.mode === 'open') return () => ({});
  if (binding.mode === 'topic-per-unit') {
    if (binding.unit === undefined) throw new TypeError(`the binding of ${binding.topic} names no unit`);
    const vouched = { unit: binding.unit };
    return () => vouched;
  }
  const keys = new Map<string, { unit: string; publicKey: KeyObject }>();
  for (const { kid, unit, publicKey } of binding.keys ?? []) {
    const key = createPublicKey(publicKey);
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`the key ${kid} of ${binding.topic} is not Ed25519`);
    keys.set(kid, { unit, publicKey: key });
  }
  return (value, key, headers) => {
    const signer = keys.get(headers[SIGNATURE_HEADERS.kid] ?? '');
    const signature = headers[SIGNATURE_HEADERS.signature];
    if (!signer || !signature || key === null || key.includes('\n')) return 'unauthentic';
    if (headers[SIGNATURE_HEADERS.unit] !== signer.unit) return 'unauthentic';
    const bytes = signedBytes(binding.topic, key, value);
    return verify(null, bytes, signer.publicKey, Buffer.from(signature, 'base64'))
      ? { unit: signer.unit }
      : 'unauthentic';
  };
}
