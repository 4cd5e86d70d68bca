import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, type KeyLike, SignJWT } from 'jose';
import { FixedKeys, type KeySet, keysOf } from './key-sets';

/** `iss` of tokens that an installation makes for itself; no issuer outside can have this name. */
export const LOCAL_ISSUER = 'urn:tallystick:local';

/** A token to be issued: who, where, what it may do, and for which service. */
export interface TokenRequest {
  readonly subject: string;
  readonly tenant: string;
  readonly program: string;
  readonly permissions: readonly string[];
  readonly audience: string | readonly string[];
  readonly unit?: string;
  /** Seconds, at most 900; default 900. */
  readonly ttl?: number;
}

/**
 * Issues tokens for one machine, so that nothing else need be installed to try the product. Its key lies in the data
 * folder (0600). The boot fails in production (trust case 88).
 */
export class LocalIssuer {
  private constructor(
    private readonly key: KeyLike | Uint8Array,
    private readonly publicJwk: JWK,
    readonly keySet: KeySet,
  ) {}

  /** Opens the issuer of a data folder, making its key where there is none (two starters agree on one). */
  static async open(
    dataFolder: string,
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ): Promise<LocalIssuer> {
    if (environment['NODE_ENV'] === 'production') {
      throw new Error('the local token issuer is not for production: set OIDC_ISSUER');
    }
    const jwk = await storedKey(join(dataFolder, 'local-issuer.jwk.json'));
    const { d: _, ...publicJwk } = jwk;
    const keys = await keysOf({ keys: [publicJwk] });
    return new LocalIssuer(await importJWK(jwk, 'ES256'), publicJwk, new FixedKeys(keys));
  }

  /** What `/.well-known/jwks.json` answers. */
  jwks(): { readonly keys: readonly JWK[] } {
    return { keys: [this.publicJwk] };
  }

  /** An access token as {@link AccessTokens} demands it. */
  issue({ subject, tenant, program, permissions, audience, unit, ttl = 900 }: TokenRequest): Promise<string> {
    return new SignJWT({ tenant, program, permissions: [...permissions], ...(unit !== undefined && { unit }) })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.publicJwk.kid })
      .setIssuer(LOCAL_ISSUER)
      .setAudience(typeof audience === 'string' ? audience : [...audience])
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${Math.min(ttl, 900)}s`)
      .sign(this.key);
  }
}

async function storedKey(file: string): Promise<JWK> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known);
  await mkdir(join(file, '..'), { recursive: true });
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') };
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, JSON.stringify(jwk), { mode: 0o600 });
  await chmod(draft, 0o600);
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  return JSON.parse(await readFile(file, 'utf8'));
}
