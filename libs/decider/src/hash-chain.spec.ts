import { createHash } from 'node:crypto';
import { assert, nat, property, string, uint8Array, uuid } from 'fast-check';
import { eventHash, type HashInput, NO_HASH } from './hash-chain';

/** The format as design §6 "Event" words it, written a second time. */
function expectedHash(input: HashInput): string {
  const fields = [
    Buffer.from('tallystick/1'),
    Buffer.from(input.stream),
    Buffer.from(`${input.revision}`),
    Buffer.from(input.id),
    Buffer.from(input.type),
    Buffer.from(`${input.version}`),
    input.data,
    input.metadata,
    input.prevHash,
  ];
  const framed = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return createHash('sha256').update(Buffer.concat(framed)).digest('hex');
}

const FIRST: HashInput = {
  stream: 'account-demo_5e0c7a1e-0d3b-5f0a-9c1d-2f6a7b8c9d0e',
  revision: 0,
  id: '74738ff5-5367-5958-9aee-98fffdcd1876',
  type: 'PointsAccrued',
  version: 1,
  data: Buffer.from('{"points":"5"}'),
  metadata: Buffer.from('{"actor":"svc:ledger"}'),
  prevHash: NO_HASH,
};

describe('eventHash', () => {
  it('never changes for an event once stored (golden vector)', () => {
    expect(eventHash(FIRST).toString('hex')).toBe('fd56cfa3e1e749cb92384f5ac55ce8a0379c885bd1fb456dd4a4767dc38f0841');
    expect(expectedHash(FIRST)).toBe('fd56cfa3e1e749cb92384f5ac55ce8a0379c885bd1fb456dd4a4767dc38f0841');
  });

  it('is SHA-256 over the fields, each behind its length', () => {
    assert(
      property(
        string(),
        nat(),
        uuid(),
        string(),
        uint8Array(),
        uint8Array(),
        (stream, revision, id, type, data, metadata) => {
          const input = { stream, revision, id, type, version: 2, data, metadata, prevHash: eventHash(FIRST) };
          expect(eventHash(input).toString('hex')).toBe(expectedHash(input));
        },
      ),
    );
  });

  it('takes data of any size', () => {
    const large = { ...FIRST, data: new Uint8Array(900 * 1024).fill(7) };
    expect(eventHash(large).toString('hex')).toBe(expectedHash(large));
    expect(eventHash(FIRST).toString('hex')).toBe(expectedHash(FIRST));
  });

  it.each([
    ['stream', { stream: 'account-demo_x' }],
    ['revision', { revision: 1 }],
    ['id', { id: '74738ff5-5367-5958-9aee-98fffdcd1877' }],
    ['type', { type: 'PointsAccrue' }],
    ['version', { version: 2 }],
    ['data', { data: Buffer.from('{"points":"6"}') }],
    ['metadata', { metadata: new Uint8Array(0) }],
    ['prevHash', { prevHash: new Uint8Array(32).fill(1) }],
    ['border between two fields', { type: 'PointsAccrued1', version: 1 }],
  ])('changes with the %s', (_, change) => {
    expect(eventHash({ ...FIRST, ...change }).equals(eventHash(FIRST))).toBe(false);
  });
});
