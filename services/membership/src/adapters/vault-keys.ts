import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Seals and opens values of the vault, and names them for look-up, all under one master key from outside. */
export class VaultKeys {
  private readonly wrapping: Buffer;
  private readonly indexing: Buffer;
  private readonly cards: Buffer;

  /** `master`: 32 bytes or more that all replicas have in common. */
  constructor(master: Uint8Array) {
    if (master.length < KEY_BYTES) throw new RangeError('the vault key has 32 bytes or more');
    this.wrapping = derived(master, 'wrap member keys');
    this.indexing = derived(master, 'blind index');
    this.cards = derived(master, 'card tokens');
  }

  /** A new member key, and its sealed form for storage. Destroying the sealed form erases whatever it sealed. */
  newMemberKey(): { key: Buffer; sealed: Buffer } {
    const key = randomBytes(KEY_BYTES);
    return { key, sealed: seal(this.wrapping, key, 'member key') };
  }

  openMemberKey(sealed: Uint8Array): Buffer {
    return open(this.wrapping, sealed, 'member key');
  }

  /** Seals what belongs to no member yet. */
  sealForTenant(tenant: string, value: string): Buffer {
    return seal(this.wrapping, Buffer.from(value), `tenant ${tenant}`);
  }

  /** The same value of the same type has the same index; nobody without the key can compute or enumerate it. */
  blindIndex(tenant: string, type: string, value: string): Buffer {
    return createHmac('sha256', this.indexing).update(`${tenant}\0${type}\0${value}`).digest();
  }

  /** The card token that a command issues to a member, a UUID: always the same, and nobody without the key can tell it. */
  cardToken(tenant: string, member: string, command: string): string {
    return uuidOf(createHmac('sha256', this.cards).update(`${tenant}\0${member}\0${command}`).digest());
  }
}

/** AES-256-GCM: nonce, ciphertext and tag in one; `context` must be the same to open. */
export function seal(key: Uint8Array, value: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where the key, the context or a byte is another. */
export function open(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

/** A UUID of 122 bits of a hash (RFC 9562, version 8). */
export function uuidOf(digest: Buffer): string {
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function derived(master: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, new Uint8Array(), `tallystick vault: ${purpose}`, KEY_BYTES));
}
