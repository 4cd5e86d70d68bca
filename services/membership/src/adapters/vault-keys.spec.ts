import { randomBytes } from 'node:crypto';
import { open, seal, VaultKeys } from './vault-keys';

const keys = new VaultKeys(Buffer.alloc(32, 7));

describe('vault keys', () => {
  it('open what they sealed', () => {
    const { key, sealed } = keys.newMemberKey();
    expect(keys.openMemberKey(sealed)).toEqual(key);
  });

  it('do not open what another master key sealed', () => {
    const { sealed } = new VaultKeys(Buffer.alloc(32, 8)).newMemberKey();
    expect(() => keys.openMemberKey(sealed)).toThrow();
  });

  it('refuse a value under another context', () => {
    const key = randomBytes(32);
    expect(() => open(key, seal(key, Buffer.from('138'), 'phone'), 'email')).toThrow();
  });

  it('seal the same value differently each time', () => {
    const key = randomBytes(32);
    expect(seal(key, Buffer.from('138'), 'phone')).not.toEqual(seal(key, Buffer.from('138'), 'phone'));
  });

  it('index a value by tenant, type and value', () => {
    const index = keys.blindIndex('demo', 'phone', '138');
    expect(keys.blindIndex('demo', 'phone', '138')).toEqual(index);
    expect(keys.blindIndex('other', 'phone', '138')).not.toEqual(index);
    expect(keys.blindIndex('demo', 'email', '138')).not.toEqual(index);
  });

  it('make a card token of tenant, member and command that nobody tells without the master key', () => {
    const token = keys.cardToken('demo', 'ann', 'c-1');
    expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new VaultKeys(Buffer.alloc(32, 7)).cardToken('demo', 'ann', 'c-1')).toBe(token);
    const others = [
      new VaultKeys(Buffer.alloc(32, 8)).cardToken('demo', 'ann', 'c-1'),
      keys.cardToken('other', 'ann', 'c-1'),
      keys.cardToken('demo', 'bob', 'c-1'),
      keys.cardToken('demo', 'ann', 'c-2'),
    ];
    expect(new Set([token, ...others]).size).toBe(5);
  });

  it('refuse a master key that is too short', () => expect(() => new VaultKeys(Buffer.alloc(16))).toThrow(RangeError));
});
