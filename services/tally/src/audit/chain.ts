import { type EventStore, eventHash, eventsAfter, NO_HASH, type RecordedEvent } from '@tallystick/decider';

/** Where a log's chain breaks first. */
export interface ChainFault {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly what: 'revision out of order' | 'predecessor hash differs' | 'hash differs from the stored bytes';
}

export interface ChainReport {
  readonly service: string;
  readonly events: number;
  readonly streams: number;
  readonly faults: readonly ChainFault[];
}

export interface ReadLogOptions {
  readonly onEvents?: (events: readonly RecordedEvent[]) => void;
}

/** A broken log is broken after the first few; the rest would only be repeats. */
const MOST_FAULTS = 20;

/** Recomputes every hash from the stored bytes and follows every stream from revision 0 (trust I7). */
export async function verifyChain(
  service: string,
  log: EventStore,
  options: ReadLogOptions = {},
): Promise<ChainReport> {
  const heads = new Map<string, { revision: number; hash: Uint8Array }>();
  const faults: ChainFault[] = [];
  let events = 0;
  for await (const page of eventsAfter(log)) {
    for (const event of page) {
      const what = faultOf(event, heads.get(event.stream));
      if (what && faults.length < MOST_FAULTS) {
        faults.push({ stream: event.stream, revision: event.revision, position: event.position, what });
      }
      heads.set(event.stream, { revision: event.revision, hash: event.hash });
    }
    events += page.length;
    options.onEvents?.(page);
  }
  return { service, events, streams: heads.size, faults };
}

function faultOf(
  event: RecordedEvent,
  before: { revision: number; hash: Uint8Array } | undefined,
): ChainFault['what'] | undefined {
  if (event.revision !== (before?.revision ?? -1) + 1) return 'revision out of order';
  if (Buffer.compare(event.prevHash, before?.hash ?? NO_HASH) !== 0) return 'predecessor hash differs';
  return Buffer.compare(eventHash(event), event.hash) === 0 ? undefined : 'hash differs from the stored bytes';
}
