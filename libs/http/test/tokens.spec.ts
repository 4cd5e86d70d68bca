import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign as signBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { AccessTokens, IdempotencyStore, listen, LocalIssuer, RemoteKeys } from '../src';
import { createIdempotencyTable } from './idempotency-table';
import { AUDIENCE, refusalOf, startTinyService, type TinyService } from './tiny-service';

const ISSUER = 'https://issuer.example';
const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-http-'));
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

let database: TestDatabase;
let pool: Pool;
let service: TinyService;
let issuerServer: Server;
let asked: string[] = [];
let published: Record<string, unknown>[] = [];
let isAway = false;
let tick = 0;
let now = Date.now();
let jwksUrl: URL;

beforeAll(async () => {
  for (const [kid, key] of Object.entries({ ec, ed, rsa }))
    published.push({ ...(await exportJWK(key.publicKey)), kid });
  issuerServer = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.statusCode = isAway ? 500 : 200;
    response.end(JSON.stringify({ keys: published }));
  });
  jwksUrl = new URL(`http://127.0.0.1:${await listen(issuerServer, 0, '127.0.0.1')}/keys`);
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'tokens-spec' });
  await createIdempotencyTable(pool);
  const keys = new RemoteKeys({ url: jwksUrl, clock: () => tick });
  const authenticator = new AccessTokens({ issuer: ISSUER, audience: AUDIENCE, keys, clock: () => now });
  service = await startTinyService(dataFolder, new IdempotencyStore(pool), { authenticator });
}, 60_000);

afterAll(async () => {
  await service.close();
  issuerServer.close();
  issuerServer.closeAllConnections();
  await pool.end();
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

const seconds = () => Math.floor(now / 1_000);
const goodClaims = (): JWTPayload => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'till-1',
  iat: seconds(),
  exp: seconds() + 600,
  tenant: 'demo',
  program: 'main',
  permissions: ['transfers:read'],
});

function sign(
  claims: JWTPayload = goodClaims(),
  header: Partial<JWTHeaderParameters> = {},
  key: KeyObject | Uint8Array = ec.privateKey,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'ec', ...header }).sign(key);
}

/** A token made of parts as they are. */
function assembled(header: object, claims: object | string, signature = 'AAAA'): string {
  const encode = (part: object | string) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

/** A well signed token whose claims are this text. */
function signedText(claims: string): string {
  const head = assembled({ alg: 'ES256', typ: 'at+jwt', kid: 'ec' }, claims, '').slice(0, -1);
  const signature = signBytes('sha256', Buffer.from(head), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${head}.${signature.toString('base64url')}`;
}

const call = (token: string) => service.get('/v1/transfers', { authorization: `Bearer ${token}` });
const REFUSED = '401 invalid-token';

describe('A token of the issuer', () => {
  it.each([
    ['ES256', { alg: 'ES256', kid: 'ec' }, ec.privateKey],
    ['EdDSA', { alg: 'EdDSA', kid: 'ed' }, ed.privateKey],
    ['RS256', { alg: 'RS256', kid: 'rsa' }, rsa.privateKey],
  ] as const)('is taken under %s', async (_, header, key) => {
    expect((await call(await sign(goodClaims(), header, key))).status).toBe(200);
  });

  it('is taken as the text that its parts make', async () => {
    expect((await call(signedText(JSON.stringify(goodClaims())))).status).toBe(200);
  });

  it('is judged with a leeway of 30 s', async () => {
    expect((await call(await sign({ ...goodClaims(), iat: seconds() - 700, exp: seconds() - 20 }))).status).toBe(200);
    expect(await refusalOf(call(await sign({ ...goodClaims(), iat: seconds() - 700, exp: seconds() - 31 })))).toBe(
      REFUSED,
    );
  });

  it('is refused from its end on although it was seen before', async () => {
    const token = await sign({ ...goodClaims(), exp: seconds() + 2 });
    expect((await call(token)).status).toBe(200);
    now += 40_000;
    expect(await refusalOf(call(token))).toBe(REFUSED);
  });
});

describe('A token is refused with the one same body', () => {
  const cases: Record<string, () => string | Promise<string>> = {
    '76: alg none': () => assembled({ alg: 'none', typ: 'at+jwt', kid: 'ec' }, goodClaims(), ''),
    '76: alg None': () => assembled({ alg: 'None', typ: 'at+jwt', kid: 'ec' }, goodClaims(), ''),
    '76: alg nOnE': () => assembled({ alg: 'nOnE', typ: 'at+jwt', kid: 'ec' }, goodClaims()),
    '77: HS256 keyed with the public key': () => {
      const head = assembled({ alg: 'HS256', typ: 'at+jwt', kid: 'rsa' }, goodClaims(), '').slice(0, -1);
      const secret = rsa.publicKey.export({ type: 'spki', format: 'pem' });
      return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
    },
    '77: a key under the algorithm of another': () => sign(goodClaims(), { alg: 'PS256', kid: 'rsa' }, rsa.privateKey),
    '78: unknown kid': () => sign(goodClaims(), { kid: 'other' }),
    '78: kid that is a path': () => sign(goodClaims(), { kid: '../../dev/null' }),
    '78: kid that is SQL': () => sign(goodClaims(), { kid: "' UNION SELECT" }),
    '78: kid of 5 KB': () => sign(goodClaims(), { kid: 'k'.repeat(5_000) }),
    '78: no kid': () => sign(goodClaims(), { kid: undefined }),
    '79: jku of an attacker': () => sign(goodClaims(), { kid: 'evil', jku: 'http://127.0.0.1:9/keys' }),
    '79: x5u of an attacker': () => sign(goodClaims(), { kid: 'evil', x5u: 'http://127.0.0.1:9/keys' }),
    '79: jwk of an attacker': async () => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return sign(goodClaims(), { jwk: await exportJWK(own.publicKey) }, own.privateKey);
    },
    '80: another issuer': () => sign({ ...goodClaims(), iss: 'https://other.example' }),
    '80: the issuer with a slash': () => sign({ ...goodClaims(), iss: `${ISSUER}/` }),
    '81: another audience': () => sign({ ...goodClaims(), aud: 'tallystick/other' }),
    '81: a list of audiences without us': () => sign({ ...goodClaims(), aud: ['a', 'b'] }),
    '81: no audience': () => sign({ ...goodClaims(), aud: undefined }),
    '82: expired': () => sign({ ...goodClaims(), iat: seconds() - 800, exp: seconds() - 60 }),
    '82: nbf ahead': () => sign({ ...goodClaims(), nbf: seconds() + 60 }),
    '82: issued tomorrow': () => sign({ ...goodClaims(), iat: seconds() + 86_400, exp: seconds() + 86_500 }),
    '82: no exp': () => sign({ ...goodClaims(), exp: undefined }),
    '82: exp a string': () => signedText(JSON.stringify({ ...goodClaims(), exp: '9999999999' })),
    '82: exp 1e309': () => signedText(JSON.stringify({ ...goodClaims(), exp: 0 }).replace('"exp":0', '"exp":1e309')),
    '82: lives for an hour': () => sign({ ...goodClaims(), exp: seconds() + 3_600 }),
    '83: an ID token': () => sign(goodClaims(), { typ: 'JWT' }),
    '83: no type': () => sign(goodClaims(), { typ: undefined }),
    '84: an edited payload': async () => {
      const [header, , signature] = (await sign()).split('.');
      return `${header}.${Buffer.from(JSON.stringify({ ...goodClaims(), tenant: 'other' })).toString('base64url')}.${signature}`;
    },
    'no tenant': () => sign({ ...goodClaims(), tenant: undefined }),
    'permissions that are text': () => sign({ ...goodClaims(), permissions: '*' }),
    'not a token': () => 'nonsense',
    'larger than 8 KB': () => 'x'.repeat(8_200),
  };

  it.each(Object.keys(cases))('%s', async (name) => {
    const answer = await call((await cases[name]?.()) ?? '');
    const body = (await answer.json()) as object;
    expect([answer.status, { ...body, traceId: '' }]).toEqual([
      401,
      {
        type: '/problems/invalid-token',
        title: 'The access token is not valid',
        status: 401,
        code: 'invalid-token',
        traceId: '',
      },
    ]);
  });

  it('also where there is none, or it is no bearer token', async () => {
    expect(await refusalOf(fetch(`${service.url}/v1/transfers`))).toBe(REFUSED);
    expect(await refusalOf(service.get('/v1/transfers', { authorization: 'Basic eDp5' }))).toBe(REFUSED);
  });

  it('before its body is looked at', async () => {
    const answer = fetch(`${service.url}/v1/transfers`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(await refusalOf(answer)).toBe(REFUSED);
  });
});

describe('A permission', () => {
  it('that is lacking is 403', async () => {
    const answer = service.post('/v1/transfers', { id: 'a', amount: '1' }, { authorization: `Bearer ${await sign()}` });
    expect(await refusalOf(answer)).toBe('403 forbidden');
  });

  it("that stands for all of them is nobody's whom an outside issuer vouches for", async () => {
    const all = await sign({ ...goodClaims(), permissions: ['*'] });
    expect(await refusalOf(call(all))).toBe('403 forbidden');
    const more = await sign({ ...goodClaims(), permissions: ['*', 'transfers:read'] });
    expect((await call(more)).status).toBe(200);
    const body = { id: 'a', amount: '1' };
    const answer = service.post('/v1/transfers', body, { authorization: `Bearer ${more}` });
    expect(await refusalOf(answer)).toBe('403 forbidden');
  });
});

describe('The keys of the issuer', () => {
  const keys = () => new RemoteKeys({ url: jwksUrl, clock: () => tick });

  it('are asked for at most once in 30 s, whatever key ids come (case 85)', async () => {
    asked = [];
    const set = keys();
    for (let n = 0; n < 10_000; n++) await set.find(randomBytes(8).toString('hex'));
    expect(asked).toEqual(['/keys']);
    tick += 30_000;
    await set.find('other');
    expect(asked).toEqual(['/keys', '/keys']);
  });

  it('that are gone are refused within 5 minutes (case 85)', async () => {
    const set = keys();
    expect(await set.find('ec')).toBeDefined();
    const before = published;
    published = before.filter(({ kid }) => kid !== 'ec');
    tick += 300_000 - 5_000;
    expect(await set.find('ec')).toBeUndefined();
    published = before;
  });

  it('serve for an hour while the issuer is away, then no more', async () => {
    const set = keys();
    expect(await set.find('ec')).toBeDefined();
    isAway = true;
    tick += 3_599_000;
    expect(await set.find('ec')).toBeDefined();
    tick += 1_000;
    await expect(set.find('ec')).rejects.toThrow('has not told its keys');
    isAway = false;
    tick += 30_000;
    expect(await set.find('ec')).toBeDefined();
  });
});

describe('The local issuer', () => {
  it('keeps its key in the data folder, readable by its owner alone, and tells the public part', async () => {
    const [first, second] = await Promise.all([LocalIssuer.open(dataFolder, {}), LocalIssuer.open(dataFolder, {})]);
    expect(first.jwks()).toEqual(second.jwks());
    expect(JSON.stringify(first.jwks())).not.toContain('"d"');
    expect(statSync(join(dataFolder, 'local-issuer.jwk.json')).mode & 0o777).toBe(0o600);
  });

  it('fails the boot in production (case 88)', async () => {
    await expect(LocalIssuer.open(dataFolder, { NODE_ENV: 'production' })).rejects.toThrow('not for production');
  });
});
