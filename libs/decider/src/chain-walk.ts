import { hash } from 'node:crypto';
import { NO_HASH } from './hash-chain';
import { behindField, decimalAt, LENGTH_BYTES } from './length-prefixed';

/** What is wrong with an event's place in its chain. */
export type ChainBreak = 'revision out of order' | 'predecessor hash differs' | 'hash differs from the stored bytes';

interface Head {
  revision: number;
  hash: string;
}

const START_OF_STREAM = text(NO_HASH, 0, NO_HASH.length);

/**
 * Recomputes every hash from the stored bytes and follows every stream from revision 0 (trust I7). It reads what it
 * compares out of the very bytes that were hashed, and keeps one head a stream.
 */
export class ChainWalk {
  private readonly heads = new Map<string, Head>();

  get streams(): number {
    return this.heads.size;
  }

  /** Takes sealed events that lie one behind the other, in log order; answers what is wrong, by their index. */
  take(events: Buffer): Map<number, ChainBreak> {
    const breaks = new Map<number, ChainBreak>();
    for (let at = 0, index = 0; at < events.length; index++) {
      const stream = behindField(events, at);
      const revision = behindField(events, stream);
      const afterRevision = behindField(events, revision);
      // Id, type, version, data and metadata bear on the chain only as bytes of its hash.
      let prevHash = afterRevision;
      for (let i = 0; i < 5; i++) prevHash = behindField(events, prevHash);
      const end = behindField(events, prevHash);
      const next = behindField(events, end);
      const step: Head = {
        revision: decimalAt(events, revision + LENGTH_BYTES, afterRevision),
        hash: text(events, end + LENGTH_BYTES, next),
      };
      const what = this.follow(
        text(events, stream + LENGTH_BYTES, revision),
        text(events, prevHash + LENGTH_BYTES, end),
        step,
      );
      if (what) breaks.set(index, what);
      else if (hash('sha256', events.subarray(at, end), 'binary') !== step.hash) {
        breaks.set(index, 'hash differs from the stored bytes');
      }
      at = next;
    }
    return breaks;
  }

  private follow(stream: string, prevHash: string, step: Head): ChainBreak | undefined {
    const head = this.heads.get(stream);
    if (!head) {
      this.heads.set(stream, step);
      if (step.revision !== 0) return 'revision out of order';
      return prevHash === START_OF_STREAM ? undefined : 'predecessor hash differs';
    }
    const [revision, expected] = [head.revision, head.hash];
    head.revision = step.revision;
    head.hash = step.hash;
    if (step.revision !== revision + 1) return 'revision out of order';
    return prevHash === expected ? undefined : 'predecessor hash differs';
  }
}

/** Bytes as text of one character a byte: equal texts are equal bytes, and cost no allocation outside the heap. */
function text(bytes: Uint8Array, from: number, to: number): string {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString('binary', from, to);
}
