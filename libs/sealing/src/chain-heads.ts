import { type ChainBreak, eventHash, type EventStore, NO_HASH, type RecordedEvent } from '@tallystick/decider';
import { sameHash } from '@tallystick/proof';
import { LRUCache } from 'lru-cache';

/** Why an event may not become a leaf. */
export interface ChainFault {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly what: ChainBreak;
}

interface Head {
  readonly revision: number;
  readonly hash: Uint8Array;
}

const START_OF_STREAM: Head = { revision: -1, hash: NO_HASH };
/** Streams whose head is remembered; another one's last event is read from the log. */
const REMEMBERED = 50_000;

/**
 * Holds the events that are to be sealed to their chains (trust I7): every hash is that of the stored bytes, every revision
 * follows the one before it and names its hash.
 */
export class ChainHeads {
  private readonly heads = new LRUCache<string, Head>({ max: REMEMBERED });

  constructor(private readonly store: Pick<EventStore, 'readStreams'>) {}

  /** Looks at the next events of the log, in order; answers the first that breaks its chain, or nothing. */
  async firstFault(events: readonly RecordedEvent[]): Promise<ChainFault | undefined> {
    await this.readMissing(events);
    for (const event of events) {
      const { stream, revision, position } = event;
      const what = this.breakOf(event, this.heads.get(stream) ?? START_OF_STREAM);
      if (what) {
        // What was taken before the fault is looked at again with it.
        this.heads.clear();
        return { stream, revision, position, what };
      }
      // A copy: where the event lies in what was read, its hash would keep all of that in memory.
      this.heads.set(stream, { revision, hash: Buffer.from(event.hash) });
    }
    return undefined;
  }

  private breakOf(event: RecordedEvent, head: Head): ChainBreak | undefined {
    if (event.revision !== head.revision + 1) return 'revision out of order';
    if (!sameHash(event.prevHash, head.hash)) return 'predecessor hash differs';
    return sameHash(eventHash(event), event.hash) ? undefined : 'hash differs from the stored bytes';
  }

  private async readMissing(events: readonly RecordedEvent[]): Promise<void> {
    const missing = new Map<string, number>();
    for (const { stream, revision } of events) {
      if (revision > 0 && !missing.has(stream) && !this.heads.has(stream)) missing.set(stream, revision - 1);
    }
    for (const { stream, revision } of events) if (revision === 0) missing.delete(stream);
    if (missing.size === 0) return;
    for (const [stream, [before]] of await this.store.readStreams(missing)) {
      if (before) this.heads.set(stream, { revision: before.revision, hash: before.hash });
    }
  }
}
