import { eventLeafHash, leafBytes } from './leaf';

const LEAF = {
  position: '00000000000000000001',
  recordedAt: 1_700_000_000_000,
  stream: 'account-demo_5e0c7a1e-0d3b-5f0a-9c1d-2f6a7b8c9d0e',
  revision: 0,
  hash: Buffer.from('fd56cfa3e1e749cb92384f5ac55ce8a0379c885bd1fb456dd4a4767dc38f0841', 'hex'),
};

describe('a leaf', () => {
  it('is its five facts, each behind its length, after the name of the form', () => {
    const fields = ['tallystick-leaf/1', LEAF.position, '1700000000000', LEAF.stream, '0', LEAF.hash];
    const framed = fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    });
    expect(leafBytes(LEAF)).toEqual(Buffer.concat(framed));
  });

  it('has the hash that the decision record gives as its golden vector', () => {
    expect(eventLeafHash(LEAF).toString('hex')).toBe(
      'e7a8f05222415c5e37062a8e0ccee13dbde897b6981d8e07a8b498b991f7f73b',
    );
  });

  it.each([
    ['position', { position: '00000000000000000002' }],
    ['time', { recordedAt: 1_700_000_000_001 }],
    ['stream', { stream: 'account-demo_x' }],
    ['revision', { revision: 1 }],
    ['hash', { hash: Buffer.alloc(32) }],
  ])('is another one when its %s is another', (_what, change) => {
    expect(eventLeafHash({ ...LEAF, ...change })).not.toEqual(eventLeafHash(LEAF));
  });
});
