import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessTokens,
  createHttpApp,
  createHttpServer,
  Cursors,
  drain,
  type HttpApp,
  IdempotencyStore,
  Inside,
  listen,
  LOCAL_ISSUER,
  LocalIssuer,
} from '@tallystick/http';
import { Metrics } from '@tallystick/observability';
import { MembershipModule } from '../src/membership.module';
import { accountOf, grown, MembershipFixture, NOW, POLICY, SETTINGS } from './membership-fixture';

const AUDIENCE = 'tallystick/membership';

let folder: string;
let fixture: MembershipFixture;
let http: HttpApp;
let server: Server;
let url: string;
let issuer: LocalIssuer;
let keys = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'membership-api-'));
  fixture = await MembershipFixture.start();
  await fixture.prepare();
  const { pool, store } = fixture;
  issuer = await LocalIssuer.open(folder, {});
  http = await createHttpApp({
    service: 'membership',
    module: MembershipModule.forRoot({ pool, store, snapshots: store.snapshots, now: () => NOW, settings: SETTINGS }),
    authenticator: new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
    cursors: new Cursors(Buffer.alloc(32, 7)),
    idempotency: new IdempotencyStore(pool),
    metrics: new Metrics('membership'),
    inside: new Inside(),
    api: { title: 'Membership', version: '1' },
  });
  await http.open();
  server = createHttpServer(http.handle);
  url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
});

afterAll(async () => {
  if (server) await drain(server, 100);
  await http?.close();
  await fixture?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Who {
  readonly permissions?: readonly string[];
  readonly unit?: string;
  readonly tenant?: string;
  readonly key?: string;
}

interface Got {
  readonly status: number;
  readonly body: {
    readonly member: string;
    readonly code?: string;
    readonly next?: string;
    readonly items: { readonly identifier: string }[];
  };
}

async function call(method: string, path: string, body?: object, who: Who = {}): Promise<Got> {
  const { permissions = ['*'], unit, tenant = 'demo', key = `k-${++keys}` } = who;
  const claims = { subject: 'till-1', tenant, program: 'main', permissions, audience: AUDIENCE };
  const token = await issuer.issue({ ...claims, ...(unit === undefined ? {} : { unit }) });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Got['body'] };
}

const person = (type: string, value: string, verified = true) => ({ type, value, verified });
const enrol = (identifiers: object[], who?: Who, store = 'hz-001') =>
  call('POST', '/v1/members', { identifiers, store }, who);

describe('POST members', () => {
  it('enrols, and answers the same member to whoever registers again', async () => {
    const first = await enrol([person('phone', '1380001')]);
    expect(first).toMatchObject({ status: 201, body: { account: accountOf(first.body.member) } });
    await expect(enrol([person('phone', '1380001'), person('email', 'a@b.c')])).resolves.toEqual(first);
  });

  it('answers a repeated request as before, and refuses the key for another one', async () => {
    const first = await enrol([person('phone', '1380002')], { key: 'once' });
    await expect(enrol([person('phone', '1380002')], { key: 'once' })).resolves.toEqual(first);
    await expect(enrol([person('phone', '1380003')], { key: 'once' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('answers 20 callers at once with one member', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => enrol([person('phone', '1380004')])));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.member}`)).size).toBe(1);
  });

  it('leaves identifiers of several members to a person', async () => {
    await enrol([person('phone', '1380005')]);
    await enrol([person('email', 'five@b.c')]);
    await expect(enrol([person('phone', '1380005'), person('email', 'five@b.c')])).resolves.toMatchObject({
      status: 409,
      body: { code: 'enrolment-ambiguous' },
    });
  });

  it('refuses a store that is not known, or of another unit than the caller’s, alike', async () => {
    for (const [store, unit] of [
      ['nowhere', undefined],
      ['wh-001', 'market'],
    ] as const) {
      await expect(enrol([person('phone', '1380006')], unit ? { unit } : {}, store)).resolves.toMatchObject({
        status: 404,
        body: { code: 'unknown-store' },
      });
    }
    await expect(enrol([person('phone', '1380006')], { unit: 'park' }, 'wh-001')).resolves.toMatchObject({
      status: 201,
    });
  });

  it('refuses blanks for an identifier, none at all, and fields that it does not know', async () => {
    await expect(enrol([person('phone', '  ')])).resolves.toMatchObject({
      status: 422,
      body: { code: 'text-invalid' },
    });
    await expect(enrol([])).resolves.toMatchObject({ status: 422 });
    await expect(enrol([{ ...person('phone', '1'), tenant: 'x' }])).resolves.toMatchObject({
      status: 422,
      body: { code: 'unknown-field' },
    });
  });

  it('is for those who may write members', async () => {
    await expect(enrol([person('phone', '1')], { permissions: ['members:read'] })).resolves.toMatchObject({
      status: 403,
    });
  });
});

describe('cards', () => {
  it('are random tokens that name a member, the same for the same request', async () => {
    const { body } = await enrol([person('phone', '1381001')]);
    const path = `/v1/members/${body.member}/cards`;
    const first = await call('POST', path, {}, { key: 'card-1' });
    expect(first).toMatchObject({ status: 201, body: { member: body.member } });
    await expect(call('POST', path, {}, { key: 'card-1' })).resolves.toEqual(first);
    const second = await call('POST', path, {}, { key: 'card-2' });
    expect(second.body).not.toEqual(first.body);
  });

  it('are issued to nobody who is not enrolled, and under no name that cannot be one', async () => {
    await expect(call('POST', '/v1/members/nobody/cards', {})).resolves.toMatchObject({
      status: 404,
      body: { code: 'member-not-enrolled' },
    });
    await expect(call('POST', '/v1/members/no%00body/cards', {})).resolves.toMatchObject({ status: 422 });
  });
});

describe('POST members/resolve', () => {
  it('finds the member by a verified identifier, and nobody by any other', async () => {
    const { body } = await enrol([person('phone', '1382001'), person('email', 'not-verified@b.c', false)]);
    const resolve = (type: string, value: string, who?: Who) =>
      call('POST', '/v1/members/resolve', { type, value }, who);
    await expect(resolve('phone', '1382001')).resolves.toEqual({ status: 200, body });
    for (const [type, value, tenant] of [
      ['email', 'not-verified@b.c', 'demo'],
      ['email', '1382001', 'demo'],
      ['phone', '1382001', 'other'],
    ] as const) {
      await expect(resolve(type, value, { tenant })).resolves.toMatchObject({
        status: 404,
        body: { code: 'not-found' },
      });
    }
  });
});

describe('GET members', () => {
  it('lists identifiers of one type once over pages, to those who may read what is personal', async () => {
    const values = Array.from({ length: 5 }, (_, n) => `EXT-${n}`);
    for (const value of values) await enrol([person('external', value)]);
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page++) {
      const { status, body } = await call('GET', `/v1/members?type=external&limit=2${cursor}`);
      expect(status).toBe(200);
      seen.push(...body.items.map(({ identifier }) => identifier));
      if (body.next === undefined) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toEqual(values);
    await expect(
      call('GET', '/v1/members?type=external', undefined, { permissions: ['members:read'] }),
    ).resolves.toMatchObject({ status: 403 });
    await expect(call('GET', '/v1/members?type=external', undefined, { tenant: 'other' })).resolves.toMatchObject({
      body: { items: [] },
    });
  });
});

describe('the tier policy and a member', () => {
  it('are declared, read, and tell the tier that holds now', async () => {
    await expect(call('GET', '/v1/tier-policy')).resolves.toMatchObject({ status: 404 });
    await expect(call('PUT', '/v1/tier-policy', POLICY)).resolves.toEqual({ status: 200, body: { declared: true } });
    await expect(call('PUT', '/v1/tier-policy', POLICY)).resolves.toEqual({ status: 200, body: { declared: false } });
    await expect(call('GET', '/v1/tier-policy')).resolves.toEqual({ status: 200, body: POLICY });
    const { body } = await enrol([person('phone', '1383001')]);
    await fixture.hear(
      grown(body.member, 1, 5000, '2026-03-01T10:00:00.000Z'),
      grown('never-enrolled', 1, 10, '2026-03-01T10:00:00.000Z'),
    );
    await expect(call('GET', `/v1/members/${body.member}`)).resolves.toEqual({
      status: 200,
      body: {
        member: body.member,
        account: accountOf(body.member),
        enrolledAt: '2026-11-24T12:00:00.000Z',
        tier: 'gold',
        tiers: [{ tier: 'gold', validFrom: '2026-03-01T10:00:00.000Z' }],
      },
    });
    await expect(call('GET', '/v1/members/unheard-of')).resolves.toMatchObject({ status: 404 });
    await expect(call('GET', `/v1/members/${body.member}`, undefined, { tenant: 'other' })).resolves.toMatchObject({
      status: 404,
    });
  });

  it('are not declared again by a request that is repeated late', async () => {
    const lifetime = { ...POLICY, window: 'lifetime' };
    await call('PUT', '/v1/tier-policy', lifetime, { key: 'lifetime' });
    await call('PUT', '/v1/tier-policy', POLICY, { key: 'yearly' });
    await expect(call('PUT', '/v1/tier-policy', lifetime, { key: 'lifetime' })).resolves.toEqual({
      status: 200,
      body: { declared: true },
    });
    await expect(call('GET', '/v1/tier-policy')).resolves.toMatchObject({ body: { window: 'calendar-year' } });
  });

  it('refuse tiers that do not ascend or come twice', async () => {
    const declare = (...levels: object[]) => call('PUT', '/v1/tier-policy', { ...POLICY, levels });
    const silver = { tier: 'silver', from: '1000' };
    await expect(declare(silver, { tier: 'gold', from: '1000' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'tier-levels-not-ascending' },
    });
    await expect(declare(silver, silver)).resolves.toMatchObject({ status: 422, body: { code: 'tier-twice' } });
    await expect(declare({ tier: 'silver', from: '-1' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'amount-invalid' },
    });
  });
});
