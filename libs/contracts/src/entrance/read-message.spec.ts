import { instant } from '@tallystick/vocabulary';
import { ledgerSamples } from '../ledger/samples';
import { PurchasePaid } from '../publishers/purchase-paid.v1';
import { ReturnMade } from '../publishers/return-made.v1';
import { samplesOf } from '../samples';
import { readRecord } from './read-message';

const receivedAt = instant('2026-11-26T00:00:00Z');
const purchases = new Map(samplesOf(PurchasePaid).map(({ name, message }) => [name, message]));
const returns = new Map(samplesOf(ReturnMade).map(({ name, message }) => [name, message]));

function read(topic: string, key: string | null, value: object | string | Uint8Array | null): string {
  const bytes =
    value === null || value instanceof Uint8Array
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const verdict = readRecord({ topic, key, value: bytes, receivedAt, acceptFromDays: 400 });
  return verdict.ok ? 'good' : `${verdict.code} ${verdict.pointer}`.trim();
}

describe('a record of a topic (trust.md §3 E)', () => {
  it('52: is undecodable where it is no UTF-8, invalid-json where it is no JSON', () => {
    expect(read('purchases.v1', 'k', Uint8Array.of(0xff, 0xfe))).toBe('undecodable');
    expect(read('purchases.v1', 'k', 'hello')).toBe('invalid-json');
  });

  it('53: is empty without a value, and without a byte in it', () => {
    expect(read('purchases.v1', 'k', '')).toBe('empty');
    expect(read('purchases.v1', 'k', null)).toBe('empty');
  });

  it.each(['shipped', 'served', 'invoiced', 'cancelled', 'return-made', ''])(
    '54: is unknown-schema of the type "%s", whatever else it holds',
    (type) => {
      expect(read('purchases.v1', 'k', { ...purchases.get('minimal'), type })).toBe('unknown-schema /type');
      expect(read('purchases.v1', 'k', { type, version: 1, parcel: 7 })).toBe('unknown-schema /type');
    },
  );

  it('54: is unknown-schema of another version and on a topic without contracts', () => {
    expect(read('purchases.v1', 'k', { ...purchases.get('minimal'), version: 2 })).toBe('unknown-schema /version');
    expect(read('purchases.v2', 'k', purchases.get('minimal') ?? {})).toBe('unknown-schema');
  });

  it('54: is schema-invalid where type or version are missing or of the wrong shape', () => {
    const { type: _, ...untyped } = purchases.get('minimal') ?? { type: '' };
    expect(read('purchases.v1', 'k', untyped)).toBe('schema-invalid /type');
    expect(read('purchases.v1', 'k', { ...purchases.get('minimal'), version: '1' })).toBe('schema-invalid /version');
  });

  it('55: has the member id as its key, else the card token, else the purchase id', () => {
    expect(read('purchases.v1', 'm-00017', purchases.get('full') ?? {})).toBe('good');
    expect(read('purchases.v1', 'R-2026-000124', purchases.get('full') ?? {})).toBe('key-mismatch');
    expect(read('purchases.v1', 'c-9f2b7c1e', purchases.get('card token') ?? {})).toBe('good');
    expect(read('purchases.v1', 'R-2026-000123', purchases.get('minimal') ?? {})).toBe('good');
    expect(read('purchases.v1', null, purchases.get('minimal') ?? {})).toBe('key-mismatch');
    expect(read('purchases.v1', '', purchases.get('minimal') ?? {})).toBe('key-mismatch');
  });

  it('55: of a linked return without member has the purchase as its key, of an unlinked one the return', () => {
    expect(read('returns.v1', 'R-2026-000123', returns.get('minimal') ?? {})).toBe('good');
    expect(read('returns.v1', 'C-2026-000008', returns.get('minimal') ?? {})).toBe('key-mismatch');
    expect(read('returns.v1', 'C-2026-000007', returns.get('unlinked') ?? {})).toBe('good');
    expect(read('returns.v1', 'c-9f2b7c1e', returns.get('full') ?? {})).toBe('good');
  });

  it('names its content as the fault before its key', () => {
    expect(read('purchases.v1', 'wrong', { ...purchases.get('full'), total: '1' })).toBe('total-mismatch /total');
  });

  it('never names a member by phone or mail', () => {
    const value = { ...purchases.get('minimal'), member: { type: 'phone', value: '+86138' } };
    expect(read('purchases.v1', 'k', value)).toBe('unknown-field /member/type');
  });

  it('of a service is read by the same contract and key', () => {
    const [accrued] = ledgerSamples;
    const message = accrued?.message ?? {};
    expect(read('ledger.points-accrued.v1', '5f0f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c', message)).toBe('good');
    expect(read('ledger.points-accrued.v1', 'm-00017', message)).toBe('key-mismatch');
  });
});
