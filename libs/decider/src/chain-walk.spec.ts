import { ChainWalk } from './chain-walk';
import { eventHash, type HashInput, NO_HASH, sealed } from './hash-chain';

type Stored = HashInput & { readonly hash: Uint8Array };

const DATA = Buffer.from('{"积分":"5"}');

/** Stored events of one stream, each chained to the one before it. */
function chainOf(stream: string, count: number): Stored[] {
  const events: Stored[] = [];
  for (let revision = 0; revision < count; revision++) {
    const prevHash = events.at(-1)?.hash ?? NO_HASH;
    const input = { stream, revision, id: `id-${revision}`, type: 'Said', version: 1, data: DATA, prevHash };
    const event = { ...input, metadata: Buffer.alloc(revision % 3) };
    events.push({ ...event, hash: eventHash(event) });
  }
  return events;
}

/** What a walk says of events, all at once or each by itself. */
function walk(events: readonly Stored[], atOnce = true): [number, string][] {
  const walked = new ChainWalk();
  const pieces = events.map((event) => Buffer.from(sealed(event)));
  if (atOnce) return [...walked.take(Buffer.concat(pieces))];
  return pieces.flatMap((piece, index) => [...walked.take(piece)].map(([, what]): [number, string] => [index, what]));
}

describe('a walk along the chains of a log', () => {
  const [a, b] = [chainOf('account-demo_a', 12), chainOf('account-demo_b', 3)];
  const log = [...a.slice(0, 2), b[0]!, ...a.slice(2, 11), b[1]!, a[11]!, b[2]!];

  it('finds nothing wrong with chains that hold, and counts them', () => {
    const walked = new ChainWalk();
    expect([...walked.take(Buffer.concat(log.map((event) => Buffer.from(sealed(event)))))]).toEqual([]);
    expect(walked.streams).toBe(2);
    expect(walk(log, false)).toEqual([]);
  });

  it('finds a byte that was changed, and nothing after it', () => {
    const changed = log.map((event, index) => (index === 5 ? { ...event, data: Buffer.from('{"积分":"6"}') } : event));
    expect(walk(changed)).toEqual([[5, 'hash differs from the stored bytes']]);
  });

  it('finds an event that was replaced by one with a fitting hash, by its successor', () => {
    const data = Buffer.from('{}');
    const changed = log.map((event, index) =>
      index === 1 ? { ...event, data, hash: eventHash({ ...event, data }) } : event,
    );
    expect(walk(changed)).toEqual([[3, 'predecessor hash differs']]);
  });

  it('finds an event that is missing, at the start of a stream as well', () => {
    expect(walk(log.filter((_, index) => index !== 4))).toEqual([[4, 'revision out of order']]);
    expect(walk(log.slice(1))).toEqual([[0, 'revision out of order']]);
  });

  it('finds a stream that does not begin with nothing before it', () => {
    const event = { ...a[0]!, prevHash: Buffer.alloc(32, 1) };
    expect(walk([{ ...event, hash: eventHash(event) }])).toEqual([[0, 'predecessor hash differs']]);
  });

  it('takes the bytes that a store has sealed already', () => {
    const bytes = Buffer.from(sealed(a[0]!));
    expect(sealed({ ...a[1]!, sealed: bytes })).toBe(bytes);
  });
});
