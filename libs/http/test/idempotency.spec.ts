import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { IdempotencyStore } from '../src';
import { createIdempotencyTable } from './idempotency-table';
import { nextKey, postgresLedger, refusalOf, startTinyService, type TinyService } from './tiny-service';

let database: TestDatabase;
let pool: Pool;
let services: readonly [TinyService, TinyService];
const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-http-'));

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 8, applicationName: 'idempotency-spec' });
  await createIdempotencyTable(pool);
  const ledger = await postgresLedger(pool);
  const start = () => startTinyService(dataFolder, new IdempotencyStore(pool), { ledger });
  services = [await start(), await start()];
}, 60_000);

afterAll(async () => {
  for (const service of services) await service.close();
  await pool.end();
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

const body = { id: 't-1', amount: '10' };
const post = (key: string, what: unknown = body, headers: Record<string, string> = {}, replica: 0 | 1 = 0) =>
  services[replica].post('/v1/transfers', what, { 'idempotency-key': key, ...headers });

/** Status and body as they came. */
async function exactly(answer: Promise<Response>): Promise<string> {
  const got = await answer;
  return `${got.status} ${got.headers.get('content-type')} ${await got.text()}`;
}

describe('An idempotency key', () => {
  it('is demanded of every request that changes something (case 39)', async () => {
    const token = await services[0].token();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = fetch(`${services[0].url}/v1/transfers`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await refusalOf(answer)).toBe('400 idempotency-key-missing');
  });

  it.each(['', 'x'.repeat(129), 'a b', 'ü', "'; drop table", 'a,b'])('may not be "%s" (case 40)', async (key) => {
    expect(await refusalOf(post(key))).toBe('400 idempotency-key-invalid');
  });

  it('answers the same request for ever byte for byte, on every replica, with one effect', async () => {
    const key = nextKey();
    const before = await services[0].ledger.count();
    const first = await exactly(post(key));
    expect(first).toMatch(/^201 application\/json/);
    expect([await exactly(post(key)), await exactly(post(key, body, {}, 1))]).toEqual([first, first]);
    expect(await services[0].ledger.count()).toBe(before + 1);
  });

  it('used for another body or another address is refused and changes nothing (case 41)', async () => {
    const key = nextKey();
    await post(key);
    const before = await services[0].ledger.count();
    expect(await refusalOf(post(key, { ...body, amount: '11' }))).toBe('422 idempotency-key-reused');
    expect(await refusalOf(post(key, { ...body, amount: '11' }, {}, 1))).toBe('422 idempotency-key-reused');
    expect(await services[0].ledger.count()).toBe(before);
  });

  it('of 50 requests at once lets one through (case 42)', async () => {
    const key = nextKey();
    const before = await services[0].ledger.count();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => exactly(post(key, body, {}, n % 2 === 0 ? 0 : 1))),
    );
    const others = answers.filter((answer) => !answer.startsWith('201 '));
    expect(new Set(answers.filter((answer) => answer.startsWith('201 '))).size).toBe(1);
    expect(others.filter((answer) => !answer.includes('idempotency-in-progress'))).toEqual([]);
    expect(await services[0].ledger.count()).toBe(before + 1);
  });

  it('of another tenant is another key (case 43)', async () => {
    const key = nextKey();
    const before = await services[0].ledger.count();
    const foreign = `Bearer ${await services[0].token(['*'], 'other')}`;
    const answers = [await post(key), await post(key, body, { authorization: foreign })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(await services[0].ledger.count()).toBe(before + 2);
  });

  it('taken by a process that died before it answered is answered by the next one (case 44)', async () => {
    const key = nextKey();
    const first = await exactly(post(key));
    await pool.query('select 1');
    const fresh = await startTinyService(dataFolder, new IdempotencyStore(pool), { ledger: services[0].ledger });
    const again = await exactly(fresh.post('/v1/transfers', body, { 'idempotency-key': key }));
    await fresh.close();
    expect(again).toBe(first);
  });

  it('keeps a final refusal, trace id included', async () => {
    const key = nextKey();
    const tooMuch = { ...body, amount: '100000' };
    const first = await exactly(post(key, tooMuch));
    expect(first).toContain('"code":"insufficient-points"');
    expect([await exactly(post(key, tooMuch)), await exactly(post(key, tooMuch, {}, 1))]).toEqual([first, first]);
  });

  it('keeps nothing of a fault: the same request is carried out anew', async () => {
    const key = nextKey();
    expect((await post(key, { ...body, amount: '5' })).status).toBe(500);
    const kept = await pool.query('select status from idempotency where key = $1', [key]);
    expect(kept.rows).toEqual([{ status: null }]);
  });

  it('is not used up by a body that is refused for its shape', async () => {
    const key = nextKey();
    expect(await refusalOf(post(key, { ...body, amount: '-1' }))).toBe('422 amount-invalid /amount');
    expect((await post(key)).status).toBe(201);
  });

  it('costs one statement for all requests that arrive together', async () => {
    let statements = 0;
    const counted = createPool(database.url, { max: 1, applicationName: 'counted' });
    counted.on('acquire', () => statements++);
    const store = new IdempotencyStore(counted);
    const request = (n: number) => ({
      tenant: 'demo',
      credential: 'c',
      key: `together-${n}`,
      bodyHash: Buffer.alloc(32),
      commandId: '00000000-0000-5000-8000-000000000000',
    });
    const taken = await Promise.all(Array.from({ length: 400 }, (_, n) => store.take(request(n))));
    await counted.end();
    expect([statements, new Set(taken.map(({ kind }) => kind))]).toEqual([1, new Set(['new'])]);
  });
});
