import { hash } from 'node:crypto';
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { log } from '@tallystick/observability';
import { LRUCache } from 'lru-cache';
import { Problem, problem } from '../problem';
import { type Authenticator, type Caller, EVERY_PERMISSION } from './caller';
import type { KeySet } from './key-sets';
import { LOCAL_ISSUER } from './local-issuer';

export interface AccessTokensOptions {
  /** The `iss` that a token must say, letter by letter. */
  readonly issuer: string;
  /** The `aud` of this service. */
  readonly audience: string | readonly string[];
  readonly keys: KeySet;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const LEEWAY_S = 30;
const LONGEST_LIFE_S = 15 * 60;
const LONGEST_TOKEN = 8_192;
const REMEMBERED_MS = 5_000;
const KID = /^[A-Za-z0-9._-]{1,128}$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,23}$/;
const SUBJECT = /^[\x21-\x7e]{1,128}$/;
const PERMISSION = /^(\*|[a-z][a-z0-9-]*:[a-z][a-z0-9-]*)$/;

/**
 * Access tokens of one issuer (RFC 9068; trust §4 "Authentication"): ES256, EdDSA or RS256 under a key of the issuer's
 * set, exact issuer, our audience, type `at+jwt`, a life of 15 minutes at most, 30 s leeway. Key addresses and keys in
 * the token's header are never looked at. The permission that stands for all counts only in tokens of the local issuer;
 * elsewhere it is left out. Whatever is wrong, the answer is the same 401; the reason is only logged.
 */
export class AccessTokens implements Authenticator {
  private readonly known = new LRUCache<string, Caller & { readonly until: number }>({ max: 10_000 });
  private readonly clock: () => number;

  constructor(private readonly options: AccessTokensOptions) {
    this.clock = options.clock ?? Date.now;
  }

  authenticate(authorization: string | undefined): Promise<Caller> | Caller {
    if (!authorization?.startsWith('Bearer ') || authorization.length > LONGEST_TOKEN) return refuse('no bearer token');
    const token = authorization.slice('Bearer '.length);
    const digest = hash('sha256', token, 'base64');
    const known = this.known.get(digest);
    if (known && known.until > this.clock()) return known;
    return this.verify(token, digest);
  }

  private async verify(token: string, digest: string): Promise<Caller> {
    const now = this.clock();
    let payload: JWTPayload;
    try {
      const { kid } = decodeProtectedHeader(token);
      if (typeof kid !== 'string' || !KID.test(kid)) return refuse('no well-formed kid');
      const found = await this.options.keys.find(kid);
      if (!found) return refuse('unknown kid');
      ({ payload } = await jwtVerify(token, found.key, {
        algorithms: [found.algorithm],
        issuer: this.options.issuer,
        audience: typeof this.options.audience === 'string' ? this.options.audience : [...this.options.audience],
        typ: 'at+jwt',
        clockTolerance: LEEWAY_S,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: new Date(now),
      }));
    } catch (error) {
      if (error instanceof Problem) throw error;
      return refuse(error instanceof Error ? error.message : 'unreadable');
    }
    const caller = callerOf(payload, now / 1_000);
    const expiresAt = (payload.exp ?? 0) * 1_000;
    this.known.set(digest, { ...caller, until: Math.min(expiresAt, now + REMEMBERED_MS) });
    return caller;
  }
}

function callerOf(payload: JWTPayload, nowS: number): Caller {
  const { sub, iat = Number.NaN, exp = Number.NaN, iss } = payload;
  if (!(iat <= nowS + LEEWAY_S)) return refuse('issued in the future');
  if (!(exp - iat <= LONGEST_LIFE_S)) return refuse('lives too long');
  const { tenant, program, unit, permissions } = payload;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) return refuse('no subject');
  if (typeof tenant !== 'string' || !NAME.test(tenant)) return refuse('no tenant');
  if (typeof program !== 'string' || !NAME.test(program)) return refuse('no program');
  if (unit !== undefined && (typeof unit !== 'string' || !SUBJECT.test(unit))) return refuse('unit is no id');
  if (!Array.isArray(permissions) || !permissions.every(isPermission)) return refuse('no permissions');
  const held = new Set(permissions);
  if (iss !== LOCAL_ISSUER) held.delete(EVERY_PERMISSION);
  return { tenant, program, subject: sub, unit, permissions: held, credential: `${iss}#${sub}` };
}

function isPermission(value: unknown): value is string {
  return typeof value === 'string' && PERMISSION.test(value);
}

function refuse(reason: string): never {
  log().info({ reason, code: 'invalid-token' }, 'a credential is refused');
  throw problem('invalid-token', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
}
