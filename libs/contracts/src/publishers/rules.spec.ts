import { instant } from '@tallystick/vocabulary';
import { PurchasePaid } from './purchase-paid.v1';
import type { PurchasePaidRequest } from './purchase-paid-request';
import { checkPurchase } from './purchase-rules';
import { ReturnMade } from './return-made.v1';
import { checkReturn } from './return-rules';
import { samplesOf } from '../samples';
import { checkTime } from './time-rules';

const receipt = { receivedAt: instant('2026-11-26T00:00:00Z'), acceptFromDays: 400 };

function sampleNamed<T extends object>(from: readonly { name: string; message: T }[], name: string): T {
  const found = from.find((sample) => sample.name === name);
  if (!found) throw new RangeError(`no sample ${name}`);
  return found.message;
}

const purchase = sampleNamed(samplesOf(PurchasePaid), 'minimal');
const linked = sampleNamed(samplesOf(ReturnMade), 'minimal');
const unlinked = sampleNamed(samplesOf(ReturnMade), 'unlinked');

const ofPurchase = (change: Partial<PurchasePaidRequest>): string =>
  inWords(checkPurchase({ ...purchase, ...change }, receipt));
const ofReturn = (from: ReturnMade, change: Partial<ReturnMade>): string =>
  inWords(checkReturn({ ...from, ...change }, receipt));
const inWords = (refused: { code: string; pointer: string } | undefined): string =>
  refused ? `${refused.code} ${refused.pointer}` : 'good';

describe('the rules of a purchase', () => {
  it('take one way to name the member: id, card token, or a whole identifier', () => {
    expect(ofPurchase({ member: { id: 'm' } })).toBe('good');
    expect(ofPurchase({ member: { cardToken: 'c' } })).toBe('good');
    expect(ofPurchase({ member: { type: 'phone', value: '+86' } })).toBe('good');
    expect(ofPurchase({ member: {} })).toBe('schema-invalid /member');
    expect(ofPurchase({ member: { id: 'm', cardToken: 'c' } })).toBe('schema-invalid /member');
    expect(ofPurchase({ member: { id: 'm', type: 'phone', value: '+86' } })).toBe('schema-invalid /member');
    expect(ofPurchase({ member: { type: 'phone' } })).toBe('schema-invalid /member');
    expect(ofPurchase({ member: { value: '+86' } })).toBe('schema-invalid /member');
    expect(ofPurchase({ member: { id: 'm', value: '+86' } })).toBe('schema-invalid /member');
  });

  it('refuse a line id that an earlier line has, as id-invalid at the later one', () => {
    const line = { sku: 's', quantity: '1', amount: '995' };
    expect(
      ofPurchase({
        lines: [
          { ...line, line: '1' },
          { ...line, line: '2' },
        ],
      }),
    ).toBe('good');
    expect(
      ofPurchase({
        lines: [
          { ...line, line: '1' },
          { ...line, line: '1' },
        ],
      }),
    ).toBe('id-invalid /lines/1/line');
  });

  it('take discount lines below zero, and a purchase that costs nothing', () => {
    const sold = { line: '1', sku: 's', quantity: '1', amount: '500' };
    const discount = { line: '2', sku: 'd', quantity: '1', amount: '-500' };
    const free = { lines: [sold, discount], tenders: [{ kind: 'cash', amount: '0' }], total: '0' };
    expect(ofPurchase(free)).toBe('good');
    expect(ofPurchase({ ...free, lines: [sold] })).toBe('total-mismatch /total');
  });

  it('sum exactly where floating point would not', () => {
    const big = '9000000000000000';
    const lines = ['1', '2'].map((line) => ({ line, sku: 's', quantity: '1', amount: line === '1' ? big : '1' }));
    const tenders = [{ kind: 'cash', amount: big }];
    expect(ofPurchase({ lines, tenders, total: big })).toBe('total-mismatch /total');
    expect(ofPurchase({ lines: lines.slice(0, 1), tenders, total: big })).toBe('good');
  });

  it('answer ids and dates before totals', () => {
    expect(ofPurchase({ total: '1', occurredAt: '2027-01-01T00:00:00Z' })).toBe('timestamp-invalid /occurredAt');
    expect(ofPurchase({ total: '1', occurredAt: '2020-01-01T00:00:00Z' })).toBe('too-old /occurredAt');
  });
});

describe('the rules of a return', () => {
  it('ask for quantity or amount on each line of a linked one', () => {
    expect(
      ofReturn(linked, {
        lines: [
          { line: '1', quantity: '1' },
          { line: '2', amount: '5' },
        ],
      }),
    ).toBe('good');
    expect(ofReturn(linked, { lines: [{ line: '1', quantity: '1' }, { line: '2' }] })).toBe(
      'schema-invalid /lines/1/amount',
    );
  });

  it('ask for sku and amount on each line of an unlinked one, and for tenders', () => {
    const tenders = [{ kind: 'cash', amount: '5' }];
    expect(ofReturn(unlinked, { tenders, lines: [{ line: '1', sku: 's', amount: '5' }] })).toBe('good');
    expect(ofReturn(unlinked, { tenders, lines: [{ line: '1', amount: '5' }] })).toBe('schema-invalid /lines/0/sku');
    expect(ofReturn(unlinked, { tenders, lines: [{ line: '1', sku: 's', quantity: '1' }] })).toBe(
      'schema-invalid /lines/0/amount',
    );
    expect(ofReturn(unlinked, { tenders: undefined })).toBe('schema-invalid /tenders');
  });

  it('compare the total with lines that all have an amount, and tenders with the total', () => {
    const lines = [
      { line: '1', amount: '300' },
      { line: '2', amount: '200' },
    ];
    const cash = (amount: string) => [{ kind: 'cash', amount }];
    expect(ofReturn(linked, { lines, total: '500', tenders: cash('500') })).toBe('good');
    expect(ofReturn(linked, { lines, total: '501' })).toBe('total-mismatch /total');
    expect(ofReturn(linked, { lines, total: '500', tenders: cash('499') })).toBe('total-mismatch /tenders');
    expect(ofReturn(linked, { lines, tenders: cash('499') })).toBe('total-mismatch /tenders');
    const open = [
      { line: '1', amount: '300' },
      { line: '2', quantity: '1' },
    ];
    expect(ofReturn(linked, { lines: open, total: '999' })).toBe('good');
    expect(ofReturn(linked, { lines: open, tenders: cash('7') })).toBe('good');
    expect(ofReturn(linked, { lines: open, total: '999', tenders: cash('7') })).toBe('total-mismatch /tenders');
  });

  it('refuse a line id twice, two names of one member, and a time too far ahead or too old', () => {
    const twice = [
      { line: '1', quantity: '1' },
      { line: '1', quantity: '2' },
    ];
    expect(ofReturn(linked, { lines: twice })).toBe('id-invalid /lines/1/line');
    expect(ofReturn(linked, { member: { id: 'm', cardToken: 'c' } })).toBe('schema-invalid /member');
    expect(ofReturn(linked, { occurredAt: '2026-11-28T00:00:00Z' })).toBe('timestamp-invalid /occurredAt');
    expect(ofReturn(linked, { occurredAt: '2020-11-28T00:00:00Z' })).toBe('too-old /occurredAt');
  });
});

describe('the rule about time by itself', () => {
  it('answers as the rules of a purchase do', () => {
    expect(inWords(checkTime('2026-11-26T10:00:00+10:00', receipt))).toBe('good');
    expect(inWords(checkTime('2026-11-27T00:00:01Z', receipt))).toBe('timestamp-invalid /occurredAt');
    expect(inWords(checkTime('2025-10-21T23:59:59Z', receipt))).toBe('too-old /occurredAt');
    expect(inWords(checkTime('2025-10-21T23:59:59Z', { ...receipt, acceptFromDays: null }))).toBe('good');
  });
});
