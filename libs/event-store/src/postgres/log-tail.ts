import { type NewEvent, type Position, position, type RecordedEvent } from '@tallystick/decider';

/** How far a tail may outgrow its size before it is cut. */
const OUTGROWN = 1.2;

/**
 * The last committed events of a log, as objects, for subscribers of the writer's own process. It holds an unbroken run
 * of positions: where another writer's events lie between, it starts anew.
 */
export class LogTail {
  private events: RecordedEvent[] = [];
  private first = 0;

  constructor(private readonly size: number) {}

  /** Position of the last event held, 0 where there is none. */
  get last(): number {
    return this.events.length === 0 ? 0 : this.first + this.events.length - 1;
  }

  /** Takes one commit's events, whose positions follow each other. */
  push(first: number, events: readonly RecordedEvent[]): void {
    if (this.size === 0 || events.length === 0) return;
    if (this.events.length === 0 || first !== this.last + 1) {
      this.events = [];
      this.first = first;
    }
    for (const event of events) this.events.push(event);
    if (this.events.length > this.size * OUTGROWN) this.drop(this.events.length - this.size);
  }

  /** Up to `max` events after a position; `undefined` where the run does not begin at or before the next one. */
  after(after: Position, max: number): readonly RecordedEvent[] | undefined {
    const next = Number(after) + 1;
    if (this.events.length === 0 || next < this.first || next > this.last) return undefined;
    return this.events.slice(next - this.first, next - this.first + max);
  }

  private drop(count: number): void {
    this.events = this.events.slice(count);
    this.first += count;
  }
}

/** The events of one commit as a reader would find them; their bodies are frozen, since many will read them. */
export function recordedRun(
  first: number,
  recordedAt: RecordedEvent['recordedAt'],
  appended: readonly { readonly stream: string; readonly revision: number; readonly event: NewEvent }[],
): RecordedEvent[] {
  return appended.map(({ stream, revision, event }, index) => {
    const { id, type, version, data, metadata, prevHash, hash, body, said } = event;
    if (typeof body === 'object' && body !== null) Object.freeze(body);
    if (said) Object.freeze(said);
    const place = position(first + index);
    return {
      id,
      type,
      version,
      data,
      metadata,
      prevHash,
      hash,
      body,
      said,
      stream,
      revision,
      position: place,
      recordedAt,
    };
  });
}
