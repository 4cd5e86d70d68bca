import { type Instant, instant } from '@tallystick/vocabulary';
import { Optional, Part, PositiveAmount, Text } from '../decorators';
import { PurchasePaidRequest } from '../publishers/purchase-paid-request';
import { checkPurchase } from '../publishers/purchase-rules';
import { samplesOf } from '../samples';
import { PurchasePaid } from '../publishers/purchase-paid.v1';
import { validateAsClass } from '../validation/class-path';
import { validatorOf } from '../validation/compiled';
import type { Verdict } from '../validation/faults';
import { readMessage } from './read-message';
import { readStrictJson } from './strict-json';

class Named {
  @Text(200)
  readonly name!: string;

  @Optional()
  @Part(() => Named)
  readonly parent?: Named;
}

const receivedAt = instant('2026-11-24T12:00:00Z');
const purchase = samplesOf(PurchasePaid).find(({ name }) => name === 'full')?.message;
const receipt = { receivedAt, acceptFromDays: 400 };

/** What the topic and the HTTP route answer to the same bytes; they must be one answer. */
function answer(text: string, about: { receivedAt: Instant; acceptFromDays: number | null } = receipt): string {
  const bytes = Buffer.from(text);
  const onTopic = inWords(readMessage('purchases.v1', bytes, about));
  const json = readStrictJson(bytes);
  const body = json.ok ? validatorOf(PurchasePaidRequest)(json.value) : json;
  const atHttp = inWords(body.ok ? (checkPurchase(body.value, about) ?? body) : body);
  expect(atHttp).toBe(onTopic);
  return onTopic;
}

function inWords(verdict: { ok: boolean; code?: string; pointer?: string }): string {
  return verdict.ok ? 'good' : `${verdict.code} ${verdict.pointer}`.trim();
}

/** The full purchase as text, with some JSON put in the place of the value at a path of keys. */
function withJson(path: string, json: string): string {
  const marker = '@@here@@';
  const message: Record<string, unknown> = JSON.parse(JSON.stringify(purchase));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, message);
  holder[last] = marker;
  return JSON.stringify(message).replace(`"${marker}"`, json);
}

const withText = (path: string, text: string) => withJson(path, JSON.stringify(text));

describe('trust.md §3 A: numbers', () => {
  it('takes the purchase that the cases start from', () => {
    expect(answer(JSON.stringify(purchase))).toBe('good');
  });

  it('1: a minus sign where the amount may not be negative is amount-invalid; a line may have one', () => {
    expect(answer(withText('total', '-5'))).toBe('amount-invalid /total');
    expect(answer(withText('tenders.0.amount', '-5'))).toBe('amount-invalid /tenders/0/amount');
    expect(answer(withText('lines.0.amount', '-16800'))).toBe('total-mismatch /total');
  });

  it('2: "0" where more is required is amount-invalid', () => {
    class HoldRequest {
      @PositiveAmount()
      readonly amount!: string;
    }
    expect(inWords(validatorOf(HoldRequest)({ amount: '0' }))).toBe('amount-invalid /amount');
    expect(inWords(validateAsClass(HoldRequest, { amount: '0' }))).toBe('amount-invalid /amount');
    expect(inWords(validatorOf(HoldRequest)({ amount: '1' }))).toBe('good');
  });

  it.each(['10', 'true', '9007199254740993', '1e309', '[]', '{}', 'null'])(
    '3, 4, 6: %s for a text is schema-invalid',
    (json) => {
      expect(answer(withJson('total', json))).toBe('schema-invalid /total');
      expect(answer(withJson('lines.0.amount', json))).toBe('schema-invalid /lines/0/amount');
    },
  );

  it('5: more than 9·10¹⁵ is amount-out-of-range', () => {
    expect(answer(withText('total', '9223372036854775808'))).toBe('amount-out-of-range /total');
    expect(answer(withText('lines.0.cost', '9000000000000001'))).toBe('amount-out-of-range /lines/0/cost');
    expect(answer(withText('lines.0.cost', '9000000000000000'))).toBe('good');
  });

  it.each([
    'NaN',
    'Infinity',
    '',
    ' 12 ',
    '0x10',
    '\uff11\uff10',
    '\u0661\u0662',
    '007',
    '+7',
    '-0',
    '1e3',
    '1_000',
    '1,000',
  ])('7, 9, 10, 11: "%s" is amount-invalid', (text) => {
    expect(answer(withText('total', text))).toBe('amount-invalid /total');
    expect(answer(withText('lines.0.amount', text))).toBe('amount-invalid /lines/0/amount');
  });

  it('8: a decimal point in minor units is amount-scale; a quantity has 3 decimals, a unit price 6', () => {
    expect(answer(withText('total', '19.90'))).toBe('amount-scale /total');
    expect(answer(withText('lines.0.amount', '-1.5'))).toBe('amount-scale /lines/0/amount');
    expect(answer(withText('lines.0.quantity', '1.2345'))).toBe('amount-scale /lines/0/quantity');
    expect(answer(withText('lines.0.quantity', '1.234'))).toBe('good');
    expect(answer(withText('lines.0.unitPrice', '1.2345678'))).toBe('amount-scale /lines/0/unitPrice');
    expect(answer(withText('lines.0.quantity', '.5'))).toBe('amount-invalid /lines/0/quantity');
  });

  it('13: lines or tenders that do not sum to the total are total-mismatch', () => {
    expect(answer(withText('total', '16001'))).toBe('total-mismatch /total');
    expect(answer(withText('lines.0.amount', '16799'))).toBe('total-mismatch /total');
    expect(answer(withText('tenders.0.amount', '14999'))).toBe('total-mismatch /tenders');
  });
});

describe('trust.md §3 B: shape and size', () => {
  it('16, 17: broken JSON and a key twice are invalid-json', () => {
    expect(answer(JSON.stringify(purchase).slice(0, -1))).toBe('invalid-json');
    expect(answer(JSON.stringify(purchase).replace('{', '{"total":"1",'))).toBe('invalid-json /total');
  });

  it.each(['status', 'balance', 'tenantId', 'approvedBy', 'grantedAt', 'toString'])(
    '18, 19: %s is unknown-field',
    (name) => {
      expect(answer(withJson(name, '"1"'))).toBe(`unknown-field /${name}`);
      expect(answer(withJson(`lines.1.${name}`, '"1"'))).toBe(`unknown-field /lines/1/${name}`);
      expect(answer(withJson(`member.${name}`, '"1"'))).toBe(`unknown-field /member/${name}`);
    },
  );

  it('20: keys that reach into prototypes are unknown-field, before anything else of the shape', () => {
    expect(answer(withJson('lines.0', '{"__proto__":{"admin":true}}'))).toBe('unknown-field /lines/0/__proto__');
    expect(answer(withJson('member', '{"constructor":{"prototype":{}}}'))).toBe('unknown-field /member/constructor');
    expect('admin' in {}).toBe(false);
  });

  it('21: nesting deeper than 20 is too-deep', () => {
    expect(answer(withJson('order', '['.repeat(20) + ']'.repeat(20)))).toBe('too-deep');
    expect(answer('['.repeat(200_000))).toBe('too-deep');
  });

  it('22: more than 256 KB are payload-too-large', () => {
    expect(answer(withText('order', 'x'.repeat(262_144)))).toBe('payload-too-large');
  });

  it('25: a list where an object is asked for is schema-invalid, and the other way round', () => {
    expect(answer(withJson('member', '[{"id":"m-1"}]'))).toBe('schema-invalid /member');
    expect(answer(withJson('lines.0', '[{"line":"1"}]'))).toBe('schema-invalid /lines/0');
    expect(answer(withJson('lines', '{"0":{}}'))).toBe('schema-invalid /lines');
    expect(answer('[]')).toBe('schema-invalid');
    expect(answer('"purchase"')).toBe('schema-invalid');
  });

  it('26: 2,001 lines are too-many-items, 2,000 are not, none is schema-invalid', () => {
    const line = (index: number) => `{"line":"${index}","sku":"s","quantity":"1","amount":"0"}`;
    const lines = (count: number) => `[${Array.from({ length: count }, (_, index) => line(index)).join()}]`;
    expect(answer(withJson('lines', lines(2001)))).toBe('too-many-items /lines');
    expect(answer(withJson('lines', lines(2000)))).toBe('total-mismatch /total');
    expect(answer(withJson('lines', '[]'))).toBe('schema-invalid /lines');
  });

  it('refuses null for a field that may be absent', () => {
    expect(answer(withJson('order', 'null'))).toBe('schema-invalid /order');
    expect(answer(withJson('member', 'null'))).toBe('schema-invalid /member');
  });
});

describe('trust.md §3 C: text and dates', () => {
  it('31, 32: U+0000 and lone surrogates are text-invalid', () => {
    expect(answer(withJson('lines.0.sku', '"a\\u0000"'))).toBe('text-invalid /lines/0/sku');
    expect(answer(withJson('lines.0.brand', '"\\ud800"'))).toBe('text-invalid /lines/0/brand');
    expect(inWords(validatorOf(Named)({ name: 'a\u0000' }))).toBe('text-invalid /name');
    expect(inWords(validatorOf(Named)({ name: '\udc00' }))).toBe('text-invalid /name');
  });

  it.each(['Caf\u00e9', 'Cafe\u0301', "' OR 1=1--", '', 'a b', 'a/b', 'a\u200bb', 'x'.repeat(65)])(
    '33, 38: "%s" is no business id: id-invalid',
    (id) => {
      expect(answer(withText('id', id))).toBe('id-invalid /id');
      expect(answer(withText('member.id', id))).toBe('id-invalid /member/id');
      expect(answer(withText('lines.1.line', id))).toBe('id-invalid /lines/1/line');
    },
  );

  it.each(['Till', 'till_1', '-till', 'x'.repeat(25), ''])('33: "%s" is no source: id-invalid', (source) => {
    expect(answer(withText('source', source))).toBe('id-invalid /source');
  });

  it('34: right-to-left override and zero-width characters are good in a text and id-invalid in a code', () => {
    expect(answer(withText('lines.0.brand', 'x\u202ey\u200bz'))).toBe('good');
    for (const code of ['x\u202ey', 'x\u200by']) {
      expect(answer(withText('id', code))).toBe('id-invalid /id');
      expect(answer(withJson('member', JSON.stringify({ cardToken: code })))).toBe('id-invalid /member/cardToken');
    }
  });

  it('35: one character more than the limit is text-too-long, counted in code points', () => {
    expect(inWords(validatorOf(Named)({ name: '👍'.repeat(200) }))).toBe('good');
    expect(inWords(validatorOf(Named)({ name: '👍'.repeat(201) }))).toBe('text-too-long /name');
    expect(inWords(validateAsClass(Named, { name: '👍'.repeat(201) }))).toBe('text-too-long /name');
    expect(answer(withText('lines.0.sku', 'x'.repeat(65)))).toBe('text-too-long /lines/0/sku');
  });

  it.each([
    '2026-02-30T10:00:00Z',
    '2026-11-22T24:00:01Z',
    '2026-11-22T10:00:00',
    '9999-12-31T23:59:59Z',
    '2026-12-25T12:00:00Z',
    '2026-11-25T12:00:01Z',
    '2026-11-22',
    '2026-11-22 10:00:00Z',
    '',
  ])('36: "%s" is timestamp-invalid', (time) => {
    expect(answer(withText('occurredAt', time))).toBe('timestamp-invalid /occurredAt');
  });

  it('36: one day ahead of receipt is good', () => {
    expect(answer(withText('occurredAt', '2026-11-25T20:00:00+08:00'))).toBe('good');
  });

  it('37: a purchase older than the program accepts is too-old; without limit none is', () => {
    const old = withText('occurredAt', '2025-10-20T11:59:59Z');
    expect(answer(withText('occurredAt', '2025-10-20T12:00:00Z'))).toBe('good');
    expect(answer(old)).toBe('too-old /occurredAt');
    expect(answer(old, { receivedAt, acceptFromDays: null })).toBe('good');
  });
});

describe('the order of faults (design §6 "Refusals")', () => {
  it('answers shape before text, text before ids and dates, these before amounts, these before totals', () => {
    const bad = { ...purchase, total: '1.5', id: 'a b', currency: 'cny', extra: 1, order: 5 };
    expect(answer(JSON.stringify(bad))).toBe('unknown-field /extra');
    expect(answer(JSON.stringify({ ...bad, extra: undefined }))).toBe('schema-invalid /order');
    expect(answer(JSON.stringify({ ...bad, extra: undefined, order: 'o' }))).toBe('text-invalid /currency');
    const shaped = { ...bad, extra: undefined, order: 'o', currency: 'CNY' };
    expect(answer(JSON.stringify(shaped))).toBe('id-invalid /id');
    expect(answer(JSON.stringify({ ...shaped, id: 'a' }))).toBe('amount-scale /total');
    expect(answer(JSON.stringify({ ...shaped, id: 'a', total: '1' }))).toBe('total-mismatch /total');
  });

  it('names a parent before its parts, entries by number, and lists what else is wrong', () => {
    const lines = Array.from({ length: 11 }, (_, index) => ({ ...purchase?.lines[0], line: index === 0 ? '0' : ' ' }));
    const verdict: Verdict<object> = validatorOf(PurchasePaid)({ ...purchase, lines, total: '' });
    const pointers = verdict.ok ? [] : verdict.errors.map(({ pointer }) => pointer);
    expect(pointers.slice(0, 2)).toEqual(['/lines/1/line', '/lines/2/line']);
    expect(pointers.slice(-2)).toEqual(['/lines/10/line', '/total']);
  });
});
