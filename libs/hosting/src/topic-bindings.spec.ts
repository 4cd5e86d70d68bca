import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplesOf, PurchasePaid } from '@tallystick/contracts';
import { signedBytes } from '@tallystick/messaging';
import type { Instant } from '@tallystick/vocabulary';
import { outsideTopic } from './outside-topics';
import { bindingOf } from './topic-bindings';

const topic = 'purchases.v1';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const keys = [{ kid: 'k1', unit: 'market', publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bindings-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function settings(content: unknown): Record<string, string> {
  const file = join(folder, 'bindings.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { TALLY_BINDINGS: file };
}

const signedBinding = { topic, tenant: 'lake', program: 'main', mode: 'signed', keys };

describe('the binding of an outside topic', () => {
  it('is open for the tenant and program of the settings where no file is named', () => {
    expect(bindingOf(topic, { TALLY_TENANT: 'lake', TALLY_PROGRAM: 'club' })).toEqual({
      topic,
      tenant: 'lake',
      program: 'club',
      mode: 'open',
    });
  });

  it('is that of the file', () => {
    expect(bindingOf(topic, settings({ bindings: [signedBinding] }))).toEqual(signedBinding);
  });

  it('is open for a topic that the file does not name', () => {
    expect(bindingOf('returns.v1', settings({ bindings: [signedBinding] })).mode).toBe('open');
  });

  it.each([
    ['no JSON', '{', 'is not readable JSON'],
    ['an unknown field', { bindings: [{ ...signedBinding, open: true }] }, 'unknown-field at /bindings/0/open'],
    ['no keys', { bindings: [{ ...signedBinding, keys: undefined }] }, 'names no keys'],
    ['no unit', { bindings: [{ topic, tenant: 'lake', program: 'main', mode: 'topic-per-unit' }] }, 'names no unit'],
    ['another program', { bindings: [{ ...signedBinding, program: 'club' }] }, 'this process serves main'],
    ['a topic twice', { bindings: [signedBinding, signedBinding] }, 'is bound twice'],
  ])('fails the boot for a file with %s', (_, content, message) => {
    expect(() => bindingOf(topic, settings(content))).toThrow(message);
  });
});

describe('a signed outside topic', () => {
  const purchase = samplesOf(PurchasePaid)[0]!.message;
  const value = Buffer.from(JSON.stringify(purchase));
  const key = purchase.member?.id ?? purchase.member?.cardToken ?? purchase.id;
  const now = (): Instant => Date.parse(purchase.occurredAt) as Instant;
  const sig = sign(null, signedBytes(topic, key, value), privateKey).toString('base64');

  function read(headers: Record<string, string>) {
    const { reader } = outsideTopic(topic, settings({ bindings: [signedBinding] }), now);
    return reader(value, key, headers);
  }

  it('takes what its unit signed and vouches for the unit (case 56)', () => {
    expect(read({ kid: 'k1', unit: 'market', sig })).toMatchObject({ ok: true, unit: 'market' });
  });

  it.each([
    ['no signature', {}],
    ['an unknown key', { kid: 'k2', unit: 'market', sig }],
    ['another unit', { kid: 'k1', unit: 'park', sig }],
    ['a signature of other bytes', { kid: 'k1', unit: 'market', sig: Buffer.alloc(64).toString('base64') }],
  ])('refuses %s as unauthentic (case 57)', (_, headers) => {
    expect(read(headers)).toMatchObject({ ok: false, code: 'unauthentic' });
  });
});
