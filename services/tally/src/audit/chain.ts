import { type ChainBreak, type EventStore, eventsAfter, type RecordedEvent, sealed } from '@tallystick/decider';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Where a log's chain breaks first. */
export interface ChainFault {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly what: ChainBreak;
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

/** What the thread found in one piece, by the index of the event, and how many streams it has met so far. */
export interface ChainAnswer {
  readonly breaks: ReadonlyMap<number, ChainBreak>;
  readonly streams: number;
}

/** A broken log is broken after the first few; the rest would only be repeats. */
const MOST_FAULTS = 20;

/** Pieces that the thread may be behind: they lie in memory until it has answered. */
const LEAD = 4;

/**
 * Recomputes every hash from the stored bytes and follows every stream from revision 0 (trust I7), on a thread of its
 * own; what `onEvents` does with the events happens beside it.
 */
export async function verifyChain(
  service: string,
  log: EventStore,
  options: ReadLogOptions = {},
): Promise<ChainReport> {
  const thread = new ChainThread();
  let events = 0;
  try {
    for await (const page of eventsAfter(log)) {
      await thread.take(page);
      events += page.length;
      options.onEvents?.(page);
    }
    await thread.upTo(0);
    return { service, events, streams: thread.streams, faults: thread.faults };
  } finally {
    await thread.end();
  }
}

class ChainThread {
  readonly faults: ChainFault[] = [];
  streams = 0;
  private readonly worker = new Worker(require.resolve('./chain-thread'));
  private readonly open: (readonly RecordedEvent[])[] = [];
  private fault: Error | undefined;
  private size = 0;

  constructor() {
    this.worker.on('message', (answer: ChainAnswer) => this.hear(answer));
    this.worker.on('error', (error: Error) => (this.fault = error));
  }

  /** Gives the next events of the log to the thread, once it is near enough. */
  async take(events: readonly RecordedEvent[]): Promise<void> {
    const bytes = this.joined(events);
    this.worker.postMessage(bytes, [bytes.buffer]);
    this.open.push(events);
    await this.upTo(LEAD);
  }

  /** Resolves when the thread is no more than so many pieces behind. */
  async upTo(pieces: number): Promise<void> {
    while (this.open.length > pieces) {
      if (this.fault) throw this.fault;
      await once(this.worker, 'message');
    }
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private hear({ breaks, streams }: ChainAnswer): void {
    const events = this.open.shift()!;
    this.streams = streams;
    for (const [index, what] of breaks) {
      if (this.faults.length >= MOST_FAULTS) return;
      const { stream, revision, position } = events[index]!;
      this.faults.push({ stream, revision, position, what });
    }
  }

  /** The sealed events one behind the other, in memory that can be given away. */
  private joined(events: readonly RecordedEvent[]): Uint8Array<ArrayBuffer> {
    let bytes = new Uint8Array(this.size);
    let end = 0;
    for (const event of events) {
      const piece = sealed(event);
      if (end + piece.length > bytes.length) {
        const larger = new Uint8Array((end + piece.length) * 2);
        larger.set(bytes.subarray(0, end));
        bytes = larger;
      }
      bytes.set(piece, end);
      end += piece.length;
    }
    this.size = Math.max(this.size, end + (end >> 3));
    return bytes.subarray(0, end);
  }
}
