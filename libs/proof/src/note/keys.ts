import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** What an Ed25519 key signs: whole notes (C2SP signed-note), or that a checkpoint was seen (C2SP tlog-cosignature). */
export const SIGNATURE_TYPES = { note: 0x01, cosignature: 0x04 } as const;
export type SignatureType = keyof typeof SIGNATURE_TYPES;

/** Who signed: a name and the first 4 bytes of a hash over name, type and key, big endian. */
export interface KeyName {
  readonly name: string;
  readonly id: number;
}

/** A key that checks signatures of one type. */
export interface VerifierKey extends KeyName {
  readonly type: SignatureType;
  readonly key: KeyObject;
  /** `<name>+<id, hex>+<type and key, base64>`, as C2SP tools write it. */
  readonly text: string;
}

/** A key that makes signatures, and the one that checks them. */
export interface SignerKey {
  readonly secret: KeyObject;
  readonly verifier: VerifierKey;
}

const ED25519_BYTES = 32;
/** DER of an Ed25519 key before its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
/** No blank and no plus (C2SP signed-note). */
const NAME = /^[^\s+]+$/u;
const KEY_TEXT = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;

/** The signer whose Ed25519 secret is this seed of 32 bytes (RFC 8032). Throws where seed or name is out of form. */
export function signerOf(name: string, type: SignatureType, seed: Uint8Array): SignerKey {
  if (seed.length !== ED25519_BYTES) throw new TypeError('a signing key is 32 bytes');
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, verifier: verifierOf(name, type, spki.subarray(SPKI.length)) };
}

/** Reads a verifier key from its text. Throws a TypeError where it is no Ed25519 key of a known type, or its id is another's. */
export function readVerifierKey(text: string): VerifierKey {
  const [, name = '', id, encoded = ''] = KEY_TEXT.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const type = (Object.keys(SIGNATURE_TYPES) as SignatureType[]).find((known) => SIGNATURE_TYPES[known] === bytes[0]);
  if (!type || bytes.length !== 1 + ED25519_BYTES) throw new TypeError(`not a verifier key: ${text}`);
  const verifier = verifierOf(name, type, bytes.subarray(1));
  if (verifier.text !== text) throw new TypeError(`the id of the verifier key is not ${id}: ${text}`);
  return verifier;
}

function verifierOf(name: string, type: SignatureType, raw: Uint8Array): VerifierKey {
  if (!NAME.test(name)) throw new TypeError(`not a name of a key: ${name}`);
  const typed = Buffer.concat([Buffer.of(SIGNATURE_TYPES[type]), raw]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().readUInt32BE(0);
  const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
  const text = `${name}+${id.toString(16).padStart(8, '0')}+${typed.toString('base64')}`;
  return { name, id, type, key, text };
}
