import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { signedBytes, type TopicBinding } from './binding';
import { recordReader } from './record-reader';

const TOPIC = 'purchases.v1';
const value = Buffer.from('{"store":"hz-001"}');
const open: TopicBinding = { topic: TOPIC, tenant: 'demo', program: 'main', mode: 'open' };
const read = (bytes: Uint8Array) =>
  ({ ok: true, message: JSON.parse(Buffer.from(bytes).toString()) as object }) as const;

describe('recordReader', () => {
  it('53: refuses a record without value as empty', () => {
    const reader = recordReader({ binding: open, read });
    expect([reader(null, 'm-1', {}), reader(new Uint8Array(0), 'm-1', {})]).toEqual([
      { ok: false, code: 'empty' },
      { ok: false, code: 'empty' },
    ]);
  });

  it('refuses more than 256 KB as payload-too-large, before reading it', () => {
    const reader = recordReader({ binding: open, read: () => ({ ok: true, message: {} }) });
    expect(reader(Buffer.alloc(262_144), 'm-1', {}).ok).toBe(true);
    expect(reader(Buffer.alloc(262_145), 'm-1', {})).toEqual({ ok: false, code: 'payload-too-large' });
  });

  it('55: refuses a key that is not the one the message asks for, and none at all', () => {
    const reader = recordReader({ binding: open, read, keyOf: () => 'm-1' });
    expect(reader(value, 'm-1', {}).ok).toBe(true);
    expect(reader(value, 'm-2', {})).toEqual({ ok: false, code: 'key-mismatch' });
    expect(reader(value, null, {})).toEqual({ ok: false, code: 'key-mismatch' });
  });

  it('answers the code and pointer of the contract', () => {
    const refused = { ok: false, code: 'amount-invalid', pointer: '/total' } as const;
    expect(recordReader({ binding: open, read: () => refused })(value, 'm-1', {})).toEqual(refused);
  });

  it('vouches for the unit of a topic of its own, and for none where the topic is open', () => {
    const own = recordReader({ binding: { ...open, mode: 'topic-per-unit', unit: 'grocery' }, read });
    expect(own(value, 'm-1', {})).toMatchObject({ ok: true, unit: 'grocery' });
    expect(recordReader({ binding: open, read })(value, 'm-1', {})).not.toHaveProperty('unit');
  });
});

describe('a signed topic', () => {
  const till = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519');
  const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
  const binding: TopicBinding = {
    ...open,
    mode: 'signed',
    keys: [{ kid: 'till-1', unit: 'grocery', publicKey: pem(till.publicKey) }],
  };
  const reader = recordReader({ binding, read });
  const signature = (key: KeyObject, topic = TOPIC, recordKey = 'm-1'): string =>
    sign(null, signedBytes(topic, recordKey, value), key).toString('base64');
  const good = { kid: 'till-1', unit: 'grocery', sig: signature(till.privateKey) };

  it('takes what its unit signed, and vouches for the unit', () => {
    expect(reader(value, 'm-1', good)).toMatchObject({ ok: true, unit: 'grocery' });
  });

  it.each([
    ['no headers', {}],
    ['no signature', { kid: 'till-1', unit: 'grocery' }],
    ['an unknown key id', { ...good, kid: '../../dev/null' }],
    ['another unit', { ...good, unit: 'fashion' }],
    ['another key’s signature', { ...good, sig: signature(other.privateKey) }],
    ['the signature of another topic', { ...good, sig: signature(till.privateKey, 'returns.v1') }],
    ['the signature of another record key', { ...good, sig: signature(till.privateKey, TOPIC, 'm-2') }],
    ['a signature that is none', { ...good, sig: 'not base64 at all' }],
  ])('57: refuses %s as unauthentic', (_what, headers) => {
    expect(reader(value, 'm-1', headers)).toEqual({ ok: false, code: 'unauthentic' });
  });

  it('57: refuses a value that was changed after signing', () => {
    expect(reader(Buffer.from('{"store":"hz-002"}'), 'm-1', good)).toEqual({ ok: false, code: 'unauthentic' });
  });

  it('refuses keys that are not Ed25519 at the start', () => {
    const publicKey = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    const keys = [{ kid: 'till-1', unit: 'grocery', publicKey }];
    expect(() => recordReader({ binding: { ...binding, keys }, read })).toThrow(/Ed25519/);
  });
});
