import { instant } from '@tallystick/vocabulary';
import { ledgerSamples } from '../ledger/samples';
import { PurchasePaid } from '../publishers/purchase-paid.v1';
import { ReturnMade } from '../publishers/return-made.v1';
import { samplesOf } from '../samples';
import { readMessage } from './read-message';

const receivedAt = instant('2026-11-26T00:00:00Z');
const purchases = new Map(samplesOf(PurchasePaid).map(({ name, message }) => [name, message]));
const returns = new Map(samplesOf(ReturnMade).map(({ name, message }) => [name, message]));

/** What becomes of a value, and the key that its message asks for where it is good. */
function read(topic: string, value: object | string | Uint8Array): string {
  const bytes =
    value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const verdict = readMessage(topic, bytes, { receivedAt, acceptFromDays: 400 });
  return verdict.ok
    ? `good under ${verdict.contract.keyOf(verdict.value)}`
    : `${verdict.code} ${verdict.pointer}`.trim();
}

describe('a record of a topic (trust.md §3 E)', () => {
  it('52: is undecodable where it is no UTF-8, invalid-json where it is no JSON', () => {
    expect(read('purchases.v1', Uint8Array.of(0xff, 0xfe))).toBe('undecodable');
    expect(read('purchases.v1', 'hello')).toBe('invalid-json');
  });

  it.each(['shipped', 'served', 'invoiced', 'cancelled', 'return-made', ''])(
    '54: is unknown-schema of the type "%s", whatever else it holds',
    (type) => {
      expect(read('purchases.v1', { ...purchases.get('minimal'), type })).toBe('unknown-schema /type');
      expect(read('purchases.v1', { type, version: 1, parcel: 7 })).toBe('unknown-schema /type');
    },
  );

  it('54: is unknown-schema of another version and on a topic without contracts', () => {
    expect(read('purchases.v1', { ...purchases.get('minimal'), version: 2 })).toBe('unknown-schema /version');
    expect(read('purchases.v2', purchases.get('minimal') ?? {})).toBe('unknown-schema');
  });

  it('54: is schema-invalid where type or version are missing or of the wrong shape', () => {
    const { type: _, ...untyped } = purchases.get('minimal') ?? { type: '' };
    expect(read('purchases.v1', untyped)).toBe('schema-invalid /type');
    expect(read('purchases.v1', { ...purchases.get('minimal'), version: '1' })).toBe('schema-invalid /version');
  });

  it('55: has the member id as its key, else the card token, else the purchase id', () => {
    expect(read('purchases.v1', purchases.get('full') ?? {})).toBe('good under m-00017');
    expect(read('purchases.v1', purchases.get('card token') ?? {})).toBe('good under c-9f2b7c1e');
    expect(read('purchases.v1', purchases.get('minimal') ?? {})).toBe('good under R-2026-000123');
  });

  it('55: of a linked return without member has the purchase as its key, of an unlinked one the return', () => {
    expect(read('returns.v1', returns.get('minimal') ?? {})).toBe('good under R-2026-000123');
    expect(read('returns.v1', returns.get('unlinked') ?? {})).toBe('good under C-2026-000007');
    expect(read('returns.v1', returns.get('full') ?? {})).toBe('good under c-9f2b7c1e');
  });

  it('never names a member by phone or mail', () => {
    const value = { ...purchases.get('minimal'), member: { type: 'phone', value: '+86138' } };
    expect(read('purchases.v1', value)).toBe('unknown-field /member/type');
  });

  it('of a service is read by the same contract and key', () => {
    const [accrued] = ledgerSamples;
    const message = accrued?.message ?? {};
    expect(read('ledger.points-accrued.v1', message)).toBe('good under 5f0f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c');
  });
});
