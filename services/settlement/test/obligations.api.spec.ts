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
import { SettlementModule } from '../src/settlement.module';
import { ACCRUED, accrued, lot, REVERSED, reversed, SettlementFixture } from './settlement-fixture';

const AUDIENCE = 'tallystick/settlement';

let folder: string;
let settlement: SettlementFixture;
let http: HttpApp;
let server: Server;
let url: string;
let issuer: LocalIssuer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settlement-api-'));
  settlement = await SettlementFixture.start();
  issuer = await LocalIssuer.open(folder, {});
  http = await createHttpApp({
    service: 'settlement',
    module: SettlementModule.forRoot(settlement),
    authenticator: new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
    cursors: new Cursors(Buffer.alloc(32, 7)),
    idempotency: new IdempotencyStore(settlement.pool),
    metrics: new Metrics('settlement'),
    inside: new Inside(),
    api: { title: 'Settlement', version: '1' },
  });
  await http.open();
  server = createHttpServer(http.handle);
  url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  await settlement.hear(ACCRUED, accrued('m-1', 1, lot('P1', 100), lot('P2', 30, 'park', '3/2')));
  await settlement.hear(REVERSED, reversed('m-1', 2, lot('P1', -40)));
});

afterAll(async () => {
  if (server) await drain(server, 100);
  await http?.close();
  await settlement?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Who {
  readonly tenant?: string;
  readonly permissions?: readonly string[];
  readonly unit?: string;
}

async function get(path: string, { tenant = 'demo', permissions = ['settlement:read'], unit }: Who = {}) {
  const claims = { subject: 'ann', tenant, program: 'main', permissions, audience: AUDIENCE };
  const token = await issuer.issue({ ...claims, ...(unit === undefined ? {} : { unit }) });
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: (await answer.json()) as { items?: object[]; code?: string } };
}

const NOTHING = { reversed: '0', redeemed: '0', expired: '0', adjusted: '0', transferred: '0' };
const place = { store: 'hz-001', asset: 'POINTS' };
const market = { issuer: 'market', ...place, ...NOTHING, points: '60', issued: '100', reversed: '-40' };
const park = { issuer: 'park', ...place, ...NOTHING, points: '30', issued: '30' };

describe('GET obligations', () => {
  it('tells what each unit owes, net of reversals, at exact costs', async () => {
    await expect(get('/v1/obligations')).resolves.toEqual({
      status: 200,
      body: {
        items: [
          { ...market, costs: [{ unitCost: '1/100', points: '60' }] },
          { ...park, costs: [{ unitCost: '3/2', points: '30' }] },
        ],
      },
    });
  });

  it('narrows to one unit', async () => {
    await expect(get('/v1/obligations?unit=park')).resolves.toMatchObject({ body: { items: [park] } });
  });

  it('shows a caller of one unit that unit only', async () => {
    await expect(get('/v1/obligations', { unit: 'park' })).resolves.toMatchObject({ body: { items: [park] } });
    await expect(get('/v1/obligations?unit=market', { unit: 'park' })).resolves.toMatchObject({ body: { items: [] } });
  });

  it('shows nothing of another tenant', async () => {
    await expect(get('/v1/obligations', { tenant: 'other' })).resolves.toEqual({ status: 200, body: { items: [] } });
  });

  it('refuses who may not read settlements, and parameters that it does not know', async () => {
    await expect(get('/v1/obligations', { permissions: ['members:read'] })).resolves.toMatchObject({ status: 403 });
    await expect(get('/v1/obligations?unit=*')).resolves.toMatchObject({ status: 422 });
    await expect(get('/v1/obligations?store=x')).resolves.toMatchObject({
      status: 422,
      body: { code: 'unknown-field' },
    });
  });
});
