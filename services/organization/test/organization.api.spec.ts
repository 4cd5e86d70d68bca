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
import { OrganizationModule } from '../src/organization.module';
import { OrganizationFixture } from './organization-fixture';

const AUDIENCE = 'tallystick/organization';
const LONG_AGO = '2020-01-01T08:00:00+08:00';

let folder: string;
let fixture: OrganizationFixture;
let http: HttpApp;
let server: Server;
let url: string;
let issuer: LocalIssuer;
let keys = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'organization-api-'));
  fixture = await OrganizationFixture.start();
  const { pool, store } = fixture;
  issuer = await LocalIssuer.open(folder, {});
  http = await createHttpApp({
    service: 'organization',
    module: OrganizationModule.forRoot({
      pool,
      store,
      snapshots: store.snapshots,
      now: () => fixture.now,
      settings: {},
      roles: new Set(['http']),
    }),
    authenticator: new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
    cursors: new Cursors(Buffer.alloc(32, 7)),
    idempotency: new IdempotencyStore(pool),
    metrics: new Metrics('organization'),
    inside: new Inside(),
    api: { title: 'Organization', version: '1' },
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

interface Got {
  readonly status: number;
  readonly body: { readonly code?: string; readonly items?: readonly object[] };
}

async function call(
  method: string,
  path: string,
  body?: object,
  { permissions = ['*'], tenant = 'demo', key = `k-${++keys}` } = {},
): Promise<Got> {
  const token = await issuer.issue({ subject: 'ann', tenant, program: 'main', permissions, audience: AUDIENCE });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Got['body'] };
}

const NODES = '/v1/organization/nodes';
const group = { node: 'group', kind: 'group', name: 'Group', validFrom: LONG_AGO };
const market = {
  node: 'market',
  kind: 'unit',
  name: 'Market',
  parent: 'group',
  validFrom: LONG_AGO,
  legalEntity: 'Market Ltd',
  ownership: 'own',
};
const store = {
  node: 'hz-001',
  kind: 'store',
  name: 'West Lake',
  parent: 'market',
  validFrom: LONG_AGO,
  zone: 'Asia/Shanghai',
};
const declare = (...nodes: object[]) => call('PUT', NODES, { nodes });

describe('PUT organization/nodes', () => {
  it('declares parents and children together, and answers how much was new', async () => {
    await expect(declare(group, market, store)).resolves.toEqual({ status: 200, body: { declared: 3 } });
    await expect(declare(group, market, store)).resolves.toEqual({ status: 200, body: { declared: 0 } });
    await fixture.project();
    await expect(call('GET', NODES)).resolves.toMatchObject({
      status: 200,
      body: {
        items: [
          { node: 'group', kind: 'group', open: true },
          { node: 'hz-001', unit: 'market', zone: 'Asia/Shanghai', validFrom: '2020-01-01T00:00:00.000Z' },
          { node: 'market', unit: 'market', legalEntity: 'Market Ltd' },
        ],
      },
    });
  });

  it('answers a repeated request as before', async () => {
    const nodes = [{ ...store, node: 'hz-900' }];
    const first = await call('PUT', NODES, { nodes }, { key: 'once' });
    expect(first).toEqual({ status: 200, body: { declared: 1 } });
    await expect(call('PUT', NODES, { nodes }, { key: 'once' })).resolves.toEqual(first);
  });

  it.each([
    ['node-parent-missing', 422, { ...store, node: 'x', parent: undefined }],
    ['node-parent-unknown', 422, { ...store, node: 'x', parent: 'nowhere' }],
    ['node-parent-unknown', 422, { ...store, node: 'x', validFrom: '2019-01-01T00:00:00Z' }],
    ['node-level-invalid', 422, { ...market, node: 'x', parent: 'hz-001' }],
    ['node-kind-conflict', 409, { ...store, node: 'market' }],
    ['unit-legal-entity-missing', 422, { ...market, node: 'x', legalEntity: undefined }],
    ['store-zone-missing', 422, { ...store, node: 'x', zone: undefined }],
    ['schema-invalid', 422, { ...store, node: 'x', zone: 'Moon/Tranquility' }],
    ['unknown-field', 422, { ...store, node: 'x', tenant: 'other' }],
  ])('refuses with %s, and nothing of the request counts', async (code, status, node) => {
    const before = (await fixture.events()).length;
    await expect(declare({ ...store, node: 'new-one' }, node)).resolves.toMatchObject({ status, body: { code } });
    expect((await fixture.events()).length).toBe(before);
  });

  it('is for those who may write the organization, and shows nothing to another tenant', async () => {
    const permissions = ['organization:read'];
    await expect(call('PUT', NODES, { nodes: [group] }, { permissions })).resolves.toMatchObject({ status: 403 });
    await expect(call('GET', NODES, undefined, { tenant: 'other' })).resolves.toEqual({
      status: 200,
      body: { items: [] },
    });
    await expect(call('GET', NODES, undefined, { permissions: ['members:read'] })).resolves.toMatchObject({
      status: 403,
    });
  });
});

describe('the program', () => {
  const program = { name: 'Main', zone: 'Asia/Shanghai', currency: 'CNY', acceptPurchasesFromDays: 400 };

  it('is declared, told, and the last declaration counts', async () => {
    await expect(call('GET', '/v1/program')).resolves.toMatchObject({ status: 404, body: { code: 'not-found' } });
    await expect(call('PUT', '/v1/program', program)).resolves.toEqual({ status: 200, body: { declared: true } });
    await expect(call('PUT', '/v1/program', program)).resolves.toEqual({ status: 200, body: { declared: false } });
    const club = { ...program, name: 'Club' };
    await call('PUT', '/v1/program', club);
    await expect(call('GET', '/v1/program')).resolves.toEqual({
      status: 200,
      body: { ...program, program: 'main', name: 'Club', referenceWaitSeconds: 300 },
    });
  });

  it('is not declared again by a request that is repeated late', async () => {
    const [summer, winter] = ['Summer', 'Winter'].map((name) => ({ ...program, name }));
    await call('PUT', '/v1/program', summer, { key: 'summer' });
    await call('PUT', '/v1/program', winter, { key: 'winter' });
    await expect(call('PUT', '/v1/program', summer, { key: 'summer' })).resolves.toEqual({
      status: 200,
      body: { declared: true },
    });
    await expect(call('GET', '/v1/program')).resolves.toMatchObject({ body: { name: 'Winter' } });
  });

  it('keeps its currency, and has a zone that there is', async () => {
    await expect(call('PUT', '/v1/program', { ...program, currency: 'EUR' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'program-currency-conflict' },
    });
    await expect(call('PUT', '/v1/program', { ...program, zone: 'Nowhere' })).resolves.toMatchObject({ status: 422 });
  });
});
