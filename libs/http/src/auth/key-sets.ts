import { importJWK, type JWK, type KeyLike } from 'jose';
import { log } from '@tallystick/observability';

/** A public key of an issuer with the only algorithm it may be used with. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: 'ES256' | 'EdDSA' | 'RS256';
  readonly key: KeyLike | Uint8Array;
}

/** Where an issuer's public keys come from. */
export interface KeySet {
  /** The key of that id, or `undefined` where the issuer has none. Throws where the issuer cannot be asked at all. */
  find(kid: string): Promise<VerificationKey | undefined>;
}

/** Reads the keys of a JSON Web Key Set (RFC 7517); keys of other kinds than ours are left out. */
export async function keysOf(set: unknown): Promise<ReadonlyMap<string, VerificationKey>> {
  if (typeof set !== 'object' || set === null || !('keys' in set) || !Array.isArray(set.keys)) {
    throw new TypeError('the answer is no JSON Web Key Set');
  }
  const keys = new Map<string, VerificationKey>();
  for (const jwk of set.keys as readonly JWK[]) {
    const algorithm = algorithmOf(jwk);
    if (!algorithm || typeof jwk.kid !== 'string' || jwk.d !== undefined) continue;
    keys.set(jwk.kid, { kid: jwk.kid, algorithm, key: await importJWK(jwk, algorithm) });
  }
  return keys;
}

function algorithmOf({ kty, crv, use, alg }: JWK): VerificationKey['algorithm'] | undefined {
  if (use !== undefined && use !== 'sig') return undefined;
  const algorithm =
    kty === 'EC' && crv === 'P-256'
      ? 'ES256'
      : kty === 'OKP' && crv === 'Ed25519'
        ? 'EdDSA'
        : kty === 'RSA'
          ? 'RS256'
          : undefined;
  return alg === undefined || alg === algorithm ? algorithm : undefined;
}

/** Keys that never change while the process lives. */
export class FixedKeys implements KeySet {
  constructor(private readonly keys: ReadonlyMap<string, VerificationKey>) {}

  find(kid: string): Promise<VerificationKey | undefined> {
    return Promise.resolve(this.keys.get(kid));
  }
}

export interface RemoteKeysOptions {
  readonly url: URL;
  /** Milliseconds that only go forward. */
  readonly clock?: () => number;
}

const REFRESH_AFTER = 240_000;
const REFUSE_AFTER = 3_600_000;
const ASK_AGAIN_AFTER = 30_000;
const LARGEST_SET = 256 * 1024;

/**
 * Keys of an issuer over HTTP (trust §4 "Authentication"): one address, asked when its answer is older than 4 minutes
 * (a key that is gone is refused within 5) and for unknown key ids at most once in 30 s. Where the issuer is away, the
 * last answer serves for one hour.
 */
export class RemoteKeys implements KeySet {
  private keys: ReadonlyMap<string, VerificationKey> = new Map();
  private answeredAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | undefined;
  private readonly clock: () => number;

  constructor(private readonly options: RemoteKeysOptions) {
    this.clock = options.clock ?? (() => performance.now());
  }

  async find(kid: string): Promise<VerificationKey | undefined> {
    const now = this.clock();
    const mayAsk = this.asking !== undefined || now - this.askedAt >= ASK_AGAIN_AFTER;
    if (mayAsk && (now - this.answeredAt >= REFRESH_AFTER || !this.keys.has(kid))) await this.ask();
    if (this.clock() - this.answeredAt >= REFUSE_AFTER) throw new Error('the issuer has not told its keys for an hour');
    return this.keys.get(kid);
  }

  private ask(): Promise<void> {
    this.asking ??= this.fetchKeys().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async fetchKeys(): Promise<void> {
    this.askedAt = this.clock();
    try {
      const answer = await fetch(this.options.url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
      if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
      const text = await answer.text();
      if (text.length > LARGEST_SET) throw new Error('the key set is too large');
      this.keys = await keysOf(JSON.parse(text));
      this.answeredAt = this.clock();
    } catch (error) {
      log().warn({ err: error }, 'the keys of the token issuer could not be read');
    }
  }
}
