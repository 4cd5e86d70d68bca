import { gzipSync } from 'node:zlib';
import type { PurchaseLine } from '@tallystick/contracts';
import { BootedSuite, bytesOf, purchaseOf } from './booted-suite';

jest.setTimeout(120_000);

const good = purchaseOf('B-1', 'm-1', '700');

/** The good purchase as text, with some JSON in the place of one that names its total, or of the field that is named. */
const withJson = (field: string, json: string): string =>
  JSON.stringify({ ...good, [field]: '@@' }).replace('"@@"', () => json);
const withText = (field: string, text: string): string => withJson(field, JSON.stringify(text));
const line: PurchaseLine = { line: '1', sku: 'apple', quantity: '1', amount: '700' };
const withLine = (more: object): string => JSON.stringify({ ...good, lines: [{ ...line, ...more }] });
const lines = (count: number): string =>
  JSON.stringify({ ...good, lines: Array.from({ length: count }, (_, n) => ({ ...line, line: `${n}` })) });
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Case, what is wrong, the bytes that are sent and published, status over HTTP, and the code at both entrances. */
const CASES: readonly (readonly [number, string, string | Uint8Array, number, string])[] = [
  [1, 'a minus sign', withText('total', '-5'), 422, 'amount-invalid'],
  [3, 'a number for a text', withJson('total', '10'), 422, 'schema-invalid'],
  [3, 'a boolean for a text', withJson('total', 'true'), 422, 'schema-invalid'],
  [4, 'a number that no double holds', withJson('total', '9007199254740993'), 422, 'schema-invalid'],
  [5, '2^63', withText('total', '9223372036854775808'), 422, 'amount-out-of-range'],
  [6, 'a number without end', withJson('total', '1e309'), 422, 'schema-invalid'],
  [7, 'NaN', withText('total', 'NaN'), 422, 'amount-invalid'],
  [7, 'Infinity', withText('total', 'Infinity'), 422, 'amount-invalid'],
  [8, 'a decimal point', withText('total', '7.00'), 422, 'amount-scale'],
  [9, 'an empty text', withText('total', ''), 422, 'amount-invalid'],
  [9, 'blanks', withText('total', ' 12 '), 422, 'amount-invalid'],
  [9, 'hexadecimal', withText('total', '0x10'), 422, 'amount-invalid'],
  [10, 'full-width digits', withText('total', '１２'), 422, 'amount-invalid'],
  [10, 'Arabic digits', withText('total', '١٢'), 422, 'amount-invalid'],
  [11, 'leading zeros', withText('total', '007'), 422, 'amount-invalid'],
  [11, 'a plus sign', withText('total', '+7'), 422, 'amount-invalid'],
  [11, 'minus zero', withText('total', '-0'), 422, 'amount-invalid'],
  [11, 'an exponent', withText('total', '1e3'), 422, 'amount-invalid'],
  [11, 'an underscore', withText('total', '1_000'), 422, 'amount-invalid'],
  [13, 'lines that do not sum', withText('total', '701'), 422, 'total-mismatch'],
  [16, 'broken JSON', JSON.stringify(good).slice(0, -1), 400, 'invalid-json'],
  [17, 'a key twice', JSON.stringify(good).replace('{', '{"total":"1",'), 400, 'invalid-json'],
  [18, 'an unknown field', withText('more', 'x'), 422, 'unknown-field'],
  [19, 'a tenant of its own', withText('tenantId', 'other'), 422, 'unknown-field'],
  [19, 'a status of its own', withText('status', 'approved'), 422, 'unknown-field'],
  [20, 'a prototype', JSON.stringify(good).replace('{', '{"__proto__":{"admin":true},'), 422, 'unknown-field'],
  [20, 'a constructor below', withJson('member', '{"constructor":{"prototype":{}}}'), 422, 'unknown-field'],
  [21, 'depth', withJson('order', '['.repeat(20) + ']'.repeat(20)), 400, 'too-deep'],
  [21, 'brackets', '['.repeat(200_000), 400, 'too-deep'],
  [22, 'size', withText('order', 'x'.repeat(262_144)), 413, 'payload-too-large'],
  [25, 'a list for an object', withJson('member', '[{"id":"m-1"}]'), 422, 'schema-invalid'],
  [26, '2,001 lines', lines(2_001), 422, 'too-many-items'],
  [31, 'U+0000', withLine({ sku: 'a\u0000' }), 422, 'text-invalid'],
  [32, 'a lone surrogate', withLine({ brand: '@' }).replace('@', '\\ud800'), 422, 'text-invalid'],
  [33, 'an id in NFC', withText('id', 'Caf\u00e9'), 422, 'id-invalid'],
  [33, 'an id in NFD', withText('id', 'Cafe\u0301'), 422, 'id-invalid'],
  [34, 'an override in a code', withText('id', 'a\u202eb'), 422, 'id-invalid'],
  [34, 'a zero-width character in a code', withText('id', 'a\u200bb'), 422, 'id-invalid'],
  [35, 'a text too long', withLine({ sku: '👍'.repeat(201) }), 422, 'text-too-long'],
  [36, 'a day that is none', withText('occurredAt', '2026-02-30T10:00:00Z'), 422, 'timestamp-invalid'],
  [36, 'a time that is none', withText('occurredAt', '2026-11-01T24:00:01Z'), 422, 'timestamp-invalid'],
  [36, 'no zone', withText('occurredAt', '2026-11-01T10:00:00'), 422, 'timestamp-invalid'],
  [36, 'the year 9999', withText('occurredAt', '9999-12-31T23:59:59Z'), 422, 'timestamp-invalid'],
  [36, 'a day in a month', withText('occurredAt', daysAgo(-31)), 422, 'timestamp-invalid'],
  [37, 'a purchase of the year before last', withText('occurredAt', daysAgo(401)), 422, 'too-old'],
  [38, 'SQL for an id', withText('id', "' OR 1=1--"), 422, 'id-invalid'],
];

describe('The same bytes at both entrances', () => {
  let booted: BootedSuite;
  let fates: readonly string[];

  beforeAll(async () => {
    booted = await BootedSuite.start([{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1/1000' }]);
    fates = await booted.fateOf(CASES.map(([, , value]) => ({ key: 'm-1', value: Buffer.from(value) })));
  });

  afterAll(() => booted.stop());

  const evaluationOf = async (id: string): Promise<unknown> => {
    const { body } = await booted.connection.client.send('GET', `/v1/purchases/till-1/${id}`);
    return (body as { evaluation: unknown }).evaluation;
  };

  it.each(CASES.map(([number, what, , status, code], index) => [number, what, status, code, index] as const))(
    'get the same answer in case %i, %s: %i %s',
    async (_number, _what, status, code, index) => {
      const answer = await booted.post('/v1/purchases', CASES[index]![2]);
      const body = (await answer.json()) as { code: string };
      expect([answer.status, body.code, fates[index]]).toEqual([status, code, code]);
    },
  );

  it('left nothing behind: no event, no points, no prototype', async () => {
    const events = await booted.pool.query("select from campaigns.event where type like 'Purchase%'");
    expect([events.rowCount, await booted.pointsOf('m-1'), Reflect.get({}, 'admin')]).toEqual([0, '0', undefined]);
  });

  it('share 100 points over 3 lines by largest remainder (case 14)', async () => {
    const three = ['33333', '33333', '33334'].map((amount, n) => ({ ...line, line: `${n + 1}`, amount }));
    const http = await booted.post(
      '/v1/purchases',
      bytesOf(purchaseOf('C-14-http', 'm-14', '100000', { lines: three })),
    );
    const onTopic = purchaseOf('C-14-topic', 'm-14', '100000', { lines: three });
    expect([http.status, await booted.fateOf([{ key: 'm-14', value: bytesOf(onTopic) }])]).toEqual([201, ['taken']]);
    for (const id of ['C-14-http', 'C-14-topic']) {
      const { grants } = (await evaluationOf(id)) as {
        grants: readonly { amount: string; allocation: { amount: string }[] }[];
      };
      expect(grants.map(({ amount, allocation }) => [amount, ...allocation.map((part) => part.amount)])).toEqual([
        ['100', '33', '33', '34'],
      ]);
    }
    expect(await booted.pointsOf('m-14')).toBe('200');
  });

  it('keep 0.1 % of one minor unit as 0 points on record (case 15)', async () => {
    const http = await booted.post('/v1/purchases', bytesOf(purchaseOf('C-15-http', 'm-15', '1')));
    const fate = await booted.fateOf([{ key: 'm-15', value: bytesOf(purchaseOf('C-15-topic', 'm-15', '1')) }]);
    expect([http.status, fate]).toEqual([201, ['taken']]);
    for (const id of ['C-15-http', 'C-15-topic']) {
      expect(await evaluationOf(id)).toMatchObject({ rules: [{ rule: 'base' }], grants: [] });
    }
    expect(await booted.pointsOf('m-15')).toBe('0');
  });

  it('over HTTP may be packed, and are unpacked as far as 256 KB (case 23)', async () => {
    const packed = { 'content-encoding': 'gzip' };
    const bomb = await booted.post('/v1/purchases', gzipSync(Buffer.alloc(50_000_000, 0x20)), packed);
    const taken = await booted.post('/v1/purchases', gzipSync(bytesOf(purchaseOf('C-23', 'm-23', '7'))), packed);
    expect([bomb.status, taken.status]).toEqual([413, 201]);
  });

  it('over HTTP must be called JSON (case 24)', async () => {
    const answer = await booted.post('/v1/purchases', bytesOf(good), { 'content-type': 'text/plain' });
    expect([answer.status, await answer.json()]).toEqual([
      415,
      expect.objectContaining({ code: 'unsupported-media-type' }),
    ]);
  });
});
