import { type AppendItem, type AppendOutcome, NO_HASH, position } from '@tallystick/decider';

/** An event as the rules look at it. */
export interface StoredMark {
  readonly id: string;
  readonly hash: Uint8Array;
  /** Absent for one that this very batch is about to write. */
  readonly position?: bigint;
}

/** What is known of one stream: its head, and the events that items of the batch may be repeating. */
export interface ExaminedStream {
  head: number;
  readonly marks: Map<number, StoredMark>;
}

/** What becomes of an item: a final outcome, or it is to be written, or it repeats one that is about to be written. */
export type Verdict = AppendOutcome | 'write' | { readonly kind: 'repeats'; readonly revision: number };

/**
 * Rules R1 to R6 of event-store-contract.md §1.1 for items in order, those of one stream seeing each other. Exact N
 * below the head: ids are compared pairwise with what is stored from N+1 on, whatever their age; all equal is success,
 * anything else wrong-expected with the actual head. Exact N at the head: written, ids unseen. Beyond: wrong-expected.
 * Payloads are never compared. Where the revision fits and the head's hash is not the one that the item goes on from,
 * somebody else wrote that revision: wrong-expected, too.
 */
export function judge(items: readonly AppendItem[], streams: ReadonlyMap<string, ExaminedStream>): Verdict[] {
  return items.map((item) => {
    const stream = streams.get(item.stream)!;
    const expected = item.expected === 'none' ? -1 : item.expected;
    if (expected < stream.head) return repeated(item, expected, stream);
    if (expected > stream.head) return wrong(stream);
    const headHash = expected < 0 ? NO_HASH : stream.marks.get(expected)!.hash;
    if (Buffer.compare(headHash, item.events[0]!.prevHash) !== 0) return wrong(stream);
    for (const { id, hash } of item.events) stream.marks.set(++stream.head, { id: id.toLowerCase(), hash });
    return 'write';
  });
}

function repeated({ events }: AppendItem, expected: number, stream: ExaminedStream): Verdict {
  const known = events.every(({ id }, index) => {
    const at = expected + 1 + index;
    return at <= stream.head && stream.marks.get(at)?.id === id.toLowerCase();
  });
  if (!known) return wrong(stream);
  const revision = expected + events.length;
  const last = stream.marks.get(revision)!;
  if (last.position === undefined) return { kind: 'repeats', revision };
  return { kind: 'appended', revision, position: position(last.position) };
}

function wrong({ head }: ExaminedStream): AppendOutcome {
  return { kind: 'wrong-expected', actual: head < 0 ? 'none' : head };
}
