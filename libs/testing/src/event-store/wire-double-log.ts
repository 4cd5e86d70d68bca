/** An event as a node keeps it. */
export interface NodeEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** Offset in the log's bytes: ordered, never contiguous. */
  readonly position: bigint;
  readonly data: Uint8Array;
  readonly customMetadata: Uint8Array;
  readonly headers: readonly (readonly [string, string])[];
  readonly created: number;
}

export type ProposedEvent = Pick<NodeEvent, 'id' | 'data' | 'customMetadata' | 'headers'>;

export type NodeAppended =
  | { readonly kind: 'written'; readonly revision: number; readonly position: bigint }
  | { readonly kind: 'already'; readonly revision: number }
  | { readonly kind: 'wrong'; readonly current: number };

/** Bytes that a node spends on an event besides what it carries. */
const RECORD_OVERHEAD = 120;

/** The log of a node: rules R1 to R4 and R6 of event-store-contract.md §1.1, in memory. */
export class NodeLog {
  readonly all: NodeEvent[] = [];
  private readonly streams = new Map<string, NodeEvent[]>();
  private end = 0n;
  private readonly waiting = new Set<() => void>();

  stream(name: string): readonly NodeEvent[] | undefined {
    return this.streams.get(name);
  }

  /** `expected`: an exact revision, -1 for no stream. */
  append(name: string, expected: number, events: readonly ProposedEvent[]): NodeAppended {
    const stream = this.streams.get(name) ?? [];
    const current = stream.length - 1;
    if (expected > current) return { kind: 'wrong', current };
    if (expected < current) {
      const known = events.every(({ id }, index) => stream[expected + 1 + index]?.id === id);
      return known ? { kind: 'already', revision: expected + events.length } : { kind: 'wrong', current };
    }
    this.streams.set(name, stream);
    for (const event of events) this.write(name, stream, event);
    for (const wake of [...this.waiting]) wake();
    return { kind: 'written', revision: stream.length - 1, position: stream[stream.length - 1]!.position };
  }

  /** Index in `all` of the first event at or behind a position. */
  indexFrom(position: bigint): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves with the next append, or when the signal aborts. */
  grown(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        stop.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      stop.addEventListener('abort', done);
      if (stop.aborted) done();
    });
  }

  private write(name: string, stream: NodeEvent[], event: ProposedEvent): void {
    const stored = { ...event, stream: name, revision: stream.length, position: this.end, created: Date.now() };
    this.end += BigInt(RECORD_OVERHEAD + event.data.length + event.customMetadata.length);
    stream.push(stored);
    this.all.push(stored);
  }
}
