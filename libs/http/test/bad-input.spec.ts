import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PurchasePaid, samplesOf } from '@tallystick/contracts';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { IdempotencyStore } from '../src';
import { createIdempotencyTable } from './idempotency-table';
import { refusalOf, startTinyService, type TinyService } from './tiny-service';

let database: TestDatabase;
let pool: Pool;
let service: TinyService;
const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-http-'));

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 4, applicationName: 'http-spec' });
  await createIdempotencyTable(pool);
  service = await startTinyService(dataFolder, new IdempotencyStore(pool));
}, 60_000);

afterAll(async () => {
  await service.close();
  await pool.end();
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

const good = { id: 't-1', amount: '10' };
const posted = (body: unknown, headers?: Record<string, string>) =>
  refusalOf(service.post('/v1/transfers', body, headers));
/** `{"id":"t-1","amount":<text>}`, the text as it is. */
const withAmount = (text: string) => posted(`{"id":"t-1","amount":${text}}`);

describe('A body with an amount (trust §3 A)', () => {
  it.each([
    [1, '"-5"', '422 amount-invalid /amount'],
    [2, '"0"', '422 amount-invalid /amount'],
    [3, '10', '422 schema-invalid /amount'],
    [3, 'true', '422 schema-invalid /amount'],
    [4, '9007199254740993', '422 schema-invalid /amount'],
    [5, '"9223372036854775808"', '422 amount-out-of-range /amount'],
    [6, '1e309', '422 schema-invalid /amount'],
    [7, '"NaN"', '422 amount-invalid /amount'],
    [7, '"Infinity"', '422 amount-invalid /amount'],
    [8, '"1.0"', '422 amount-scale /amount'],
    [9, '""', '422 amount-invalid /amount'],
    [9, '" 12 "', '422 amount-invalid /amount'],
    [9, '"0x10"', '422 amount-invalid /amount'],
    [10, '"\uff11\uff12"', '422 amount-invalid /amount'],
    [10, '"١٢"', '422 amount-invalid /amount'],
    [11, '"007"', '422 amount-invalid /amount'],
    [11, '"+7"', '422 amount-invalid /amount'],
    [11, '"-0"', '422 amount-invalid /amount'],
    [11, '"1e3"', '422 amount-invalid /amount'],
    [11, '"1_000"', '422 amount-invalid /amount'],
  ])('is refused as case %i says: %s', async (_case, text, answer) => {
    expect(await withAmount(text)).toBe(answer);
  });

  it('takes zero where zero is allowed and a minus sign where a correction is', async () => {
    const answer = await service.post('/v1/transfers', { ...good, fee: '0', correction: '-3' });
    expect(answer.status).toBe(201);
  });
});

describe('The bytes of a body (trust §3 B, C)', () => {
  it.each([
    [16, '{"id":', '400 invalid-json'],
    [16, '', '400 invalid-json'],
    [17, '{"id":"a","id":"b","amount":"1"}', '400 invalid-json /id'],
    [18, '{"id":"a","amount":"1","more":1}', '422 unknown-field /more'],
    [19, '{"id":"a","amount":"1","tenantId":"other"}', '422 unknown-field /tenantId'],
    [19, '{"id":"a","amount":"1","approvedBy":"me"}', '422 unknown-field /approvedBy'],
    [20, '{"id":"a","amount":"1","__proto__":{"admin":true}}', '422 unknown-field /__proto__'],
    [20, '{"id":"a","amount":"1","note":{"constructor":{"prototype":{}}}}', '422 unknown-field /note/constructor'],
    [20, '{"id":"a","amount":"1","note":{"prototype":1}}', '422 unknown-field /note/prototype'],
    [25, '[{"id":"a","amount":"1"}]', '422 schema-invalid'],
    [
      26,
      `{"id":"a","amount":"1","notes":[${Array(4).fill('{"id":"n","text":"x"}').join()}]}`,
      '422 too-many-items /notes',
    ],
    [31, '{"id":"a","amount":"1","note":{"id":"n","text":"x\\u0000"}}', '422 text-invalid /note/text'],
    [32, '{"id":"a","amount":"1","note":{"id":"n","text":"\\ud800"}}', '422 text-invalid /note/text'],
    [33, '{"id":"cafe\u0301","amount":"1"}', '422 id-invalid /id'],
    [35, `{"id":"a","amount":"1","note":{"id":"n","text":"${'x'.repeat(201)}"}}`, '422 text-too-long /note/text'],
    [38, '{"id":"\' OR 1=1--","amount":"1"}', '422 id-invalid /id'],
  ])('case %i: %s', async (_case, body, answer) => {
    expect((await posted(body)).replace(/ $/, '')).toBe(answer);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('may have unseen characters in a text, which an answer writes escaped, and in no code (case 34)', async () => {
    const text = 'a\u202eb\u200bc\ufeff\u2028';
    const answer = await service.post('/v1/transfers', { ...good, note: { id: 'n', text } });
    const written = await answer.text();
    expect(answer.status).toBe(201);
    expect(written).toContain(String.raw`"a\u202eb\u200bc\ufeff\u2028"`);
    expect(JSON.parse(written)).toMatchObject({ note: { text } });
    expect(await posted({ ...good, id: 'a\u200b1' })).toBe('422 id-invalid /id');
    expect(await posted({ ...good, id: 'a\u202e1' })).toBe('422 id-invalid /id');
    const named = await service.post('/v1/transfers', { ...good, 'a\u202eb': 1 });
    expect(await named.text()).toContain(String.raw`"pointer":"/a\u202eb"`);
  });

  it.each([
    ['21 levels', `{"id":"a","note":${'['.repeat(20)}${']'.repeat(20)}}`],
    ['200,000 brackets', '['.repeat(200_000)],
  ])('are too deep with %s (case 21)', async (_, body) => {
    expect(await posted(body)).toMatch(/^400 too-deep/);
  });

  it('are too large above 256 KB, by their announced length and by what really comes (case 22)', async () => {
    expect(await posted(`{"id":"${'x'.repeat(262_144)}"}`)).toBe('413 payload-too-large');
    const answer = await rawRequest([
      'POST /v1/transfers HTTP/1.1',
      'host: x',
      `authorization: Bearer ${await service.token()}`,
      'content-type: application/json',
      'transfer-encoding: chunked',
      '',
      `${(300_000).toString(16)}`,
      'x'.repeat(300_000),
      '0',
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*"code":"payload-too-large"/s);
  });

  it('are unpacked from gzip only as far as 256 KB (case 23)', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
    expect(await refusalOf(service.post('/v1/transfers', bomb, { 'content-encoding': 'gzip' }))).toBe(
      '413 payload-too-large',
    );
    const packed = gzipSync(JSON.stringify(good));
    expect((await service.post('/v1/transfers', packed, { 'content-encoding': 'gzip' })).status).toBe(201);
    expect(await refusalOf(service.post('/v1/transfers', packed, { 'content-encoding': 'br' }))).toBe(
      '415 unsupported-media-type',
    );
    expect(await refusalOf(service.post('/v1/transfers', 'no gzip', { 'content-encoding': 'gzip' }))).toBe(
      '400 bad-request',
    );
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
    '',
  ])('are refused under the content type "%s" (case 24)', async (type) => {
    expect(await posted(good, { 'content-type': type })).toBe('415 unsupported-media-type');
  });

  it('are judged by the same contract as topics', async () => {
    const message = samplesOf(PurchasePaid)[0]?.message;
    expect((await service.post('/v1/purchases', message)).status).toBe(201);
    expect(
      await refusalOf(service.post('/v1/purchases', { ...message, lines: Array(2_001).fill(message?.lines[0]) })),
    ).toMatch(/^(422 too-many-items|413 payload-too-large)/);
  });
});

describe('The framing of a request', () => {
  it('is refused and the socket closed where Content-Length stands beside Transfer-Encoding (case 27)', async () => {
    const answer = await rawRequest([
      'POST /v1/transfers HTTP/1.1',
      'host: x',
      'content-type: application/json',
      'content-length: 4',
      'transfer-encoding: chunked',
      '',
      '0',
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*connection: close.*"code":"bad-request"/is);
  });

  it('may have 16 KB of headers (case 28)', async () => {
    const answer = await rawRequest([
      'GET /v1/transfers HTTP/1.1',
      'host: x',
      `x-large: ${'x'.repeat(64 * 1024)}`,
      '',
      '',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"header-too-large"/s);
  });

  it.each(['TRACE', 'TRACK'])('may not have the method %s (case 95)', async (method) => {
    const answer = await rawRequest([`${method} /v1/nowhere HTTP/1.1`, 'host: x', 'connection: close', '', '']);
    expect(answer).toMatch(/^HTTP\/1\.1 (405|400) /);
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'may not override the method by %s (case 95)',
    async (name) => {
      expect(await posted(good, { [name]: 'DELETE' })).toBe('405 method-not-allowed');
    },
  );
});

describe('A query', () => {
  const asked = (query: string, headers?: Record<string, string>) =>
    refusalOf(service.get(`/v1/transfers${query}`, headers));

  it.each([
    [25, '?unit[]=a&unit[]=b', '422 schema-invalid /unit'],
    [25, '?unit[$ne]=', '422 schema-invalid /unit'],
    [25, '?unit=a&unit=b', '422 schema-invalid /unit'],
    [29, '?limit=1000000000', '422 limit-invalid /limit'],
    [29, '?limit=501', '422 limit-invalid /limit'],
    [29, '?limit=0', '422 limit-invalid /limit'],
    [29, '?limit=1e2', '422 limit-invalid /limit'],
    [29, '?limit=', '422 limit-invalid /limit'],
    [30, '?cursor=abc', '400 cursor-invalid'],
    [30, `?cursor=${Buffer.from('["1"]').toString('base64url')}.${'A'.repeat(22)}`, '400 cursor-invalid'],
    [91, '?unit=*', '422 id-invalid /unit'],
    [91, '?include=members.cards', '422 unknown-field /include'],
    [91, '?tenant=other', '422 unknown-field /tenant'],
  ])('is refused as case %i says: %s', async (_case, query, answer) => {
    expect(await asked(query)).toBe(answer);
  });

  it('may not name a tenant by a header (case 91)', async () => {
    expect(await asked('', { 'x-tenant': 'other' })).toBe('422 unknown-field /x-tenant');
  });

  it('walks a list by cursors that hold for its own filters only (case 30)', async () => {
    const first = (await (await service.get('/v1/transfers?limit=3&unit=a')).json()) as {
      items: string[];
      next: string;
    };
    const second = await (await service.get(`/v1/transfers?limit=3&unit=a&cursor=${first.next}`)).json();
    expect([first.items, second]).toEqual([['0', '1', '2'], { items: ['3', '4', '5'], next: expect.any(String) }]);
    expect(await asked(`?unit=b&cursor=${first.next}`)).toBe('400 cursor-invalid');
    const foreign = await service.token(['*'], 'other');
    expect(await asked(`?unit=a&cursor=${first.next}`, { authorization: `Bearer ${foreign}` })).toBe(
      '400 cursor-invalid',
    );
  });
});

describe('A problem', () => {
  it('is RFC 9457 with code, trace id and pointers, in the language asked for', async () => {
    const answer = await service.post(
      '/v1/transfers',
      { id: 'a', amount: '-1' },
      { 'accept-language': 'zh-CN,en;q=0.5', 'x-correlation-id': 'c-1' },
    );
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await answer.json()).toEqual({
      type: '/problems/amount-invalid',
      title: '数值不符合格式',
      status: 422,
      code: 'amount-invalid',
      traceId: 'c-1',
      errors: [{ pointer: '/amount', code: 'amount-invalid' }],
    });
  });

  it('of a decider carries its facts and the status of its family', async () => {
    const answer = await service.post('/v1/transfers', { id: 'a', amount: '100000' });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'insufficient-points', facts: { available: '1' } });
  });

  it('shows nothing of the inside where something went wrong there', async () => {
    const answer = await service.post('/v1/transfers', { id: 'a', amount: '5' });
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringMatching(/secret|relation|Error/)]);
  });

  it('tells the trace id of a traceparent', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await service.get('/v1/transfers/unknown', { traceparent });
    expect(await answer.json()).toMatchObject({ code: 'not-found', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
  });
});

describe('A precondition', () => {
  it('of freshness is met or refused as projection-behind (I22)', async () => {
    expect((await service.get('/v1/transfers/known?min-position=10')).status).toBe(200);
    const behind = await service.get('/v1/transfers/known', { 'min-position': '11' });
    expect([behind.headers.get('retry-after'), await refusalOf(behind)]).toEqual(['1', '503 projection-behind']);
    expect(await refusalOf(service.get('/v1/transfers/known?min-position=-1'))).toBe('422 position-invalid');
  });
});

/** Sends lines as they are and answers all that comes back until the other side closes. */
function rawRequest(lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(service.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (/"traceId":"[^"]+"[^}]*}$/.test(text)) socket.end();
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
    socket.write(lines.join('\r\n'));
  });
}
