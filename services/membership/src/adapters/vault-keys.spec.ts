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

  it('refuse a master key that is too short', () => expect(() => new VaultKeys(Buffer.alloc(16))).toThrow(RangeError));
});
