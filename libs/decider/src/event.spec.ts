import { assert, bigInt, property } from 'fast-check';
import { bodyOf, metadataOf, type NewEvent, position, START } from './event';
import { NO_HASH } from './hash-chain';

function eventWith(fields: Partial<NewEvent>): NewEvent {
  const empty = new Uint8Array(0);
  return { id: '', type: 'T', version: 1, data: empty, metadata: empty, prevHash: NO_HASH, hash: NO_HASH, ...fields };
}

describe('position', () => {
  it('sorts as text the way the numbers do', () => {
    const places = bigInt({ min: 0n, max: 2n ** 63n - 1n });
    assert(
      property(places, places, (a, b) => {
        expect(position(a) < position(b)).toBe(a < b);
        expect(BigInt(position(a))).toBe(a);
      }),
    );
  });

  it('of the start lies before every event', () => {
    expect(START < position(1)).toBe(true);
    expect(START).toBe(position(0));
  });
});

describe('bodyOf', () => {
  it('parses the stored bytes once', () => {
    const event = eventWith({ data: Buffer.from('{"points":"5"}') });
    expect(bodyOf(event)).toEqual({ points: '5' });
    expect(bodyOf(event)).toBe(bodyOf(event));
  });

  it('gives the object that the bytes were made from where it is at hand', () => {
    const body = { points: '5' };
    expect(bodyOf(eventWith({ body }))).toBe(body);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => bodyOf(eventWith({ data: Uint8Array.of(0x22, 0xff, 0x22) }))).toThrow('not valid for encoding utf-8');
  });
});

describe('metadataOf', () => {
  const metadata = (value: object): NewEvent => eventWith({ metadata: Buffer.from(JSON.stringify(value)) });

  it('fills in the ids that follow from others', () => {
    expect(metadataOf(metadata({ actor: 'svc:ledger', commandId: 'c' }))).toEqual({
      actor: 'svc:ledger',
      commandId: 'c',
      correlationId: 'c',
      causationId: 'c',
    });
    expect(metadataOf(metadata({ actor: 'a', commandId: 'c', correlationId: 'k' }))).toMatchObject({
      correlationId: 'k',
      causationId: 'k',
    });
  });

  it('is absent where an event carries none', () => {
    expect(metadataOf(eventWith({}))).toBeUndefined();
  });
});
