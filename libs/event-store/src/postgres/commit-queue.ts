import { type AppendItem, type BatchAppended, type Checkpoint, EventStoreError } from '@tallystick/decider';
import { bytesOf } from '../append-request';
import { encodeItems } from './append-statement';
import type { Committer, Part, PartResult } from './commit';

const MAX_EVENTS = 1_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** Enough waiting work that the next commit is encoded while one is still in flight. */
const WORTH_ENCODING = 250;

interface QueuedPart extends Part {
  readonly events: number;
  readonly bytes: number;
  settle(result: PartResult): void;
}

/**
 * Group commit without linger: what waits when a commit ends goes into the next one together, in order of arrival, up to
 * 1,000 events or 8 MiB. A larger call is cut between items, unless checkpoints are to move with all of it.
 */
export class CommitQueue {
  private readonly queue: QueuedPart[] = [];
  private queuedEvents = 0;
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly service: string,
    private readonly committer: Committer,
  ) {}

  /** Commits items that {@link faultOf} found good. */
  async submit(items: readonly AppendItem[], checkpoints: readonly Checkpoint[]): Promise<BatchAppended> {
    if (items.length === 0 && checkpoints.length === 0) return { outcomes: [], checkpointsMoved: false };
    const cut = checkpoints.length > 0 ? [items] : cutToSize(items);
    const results = await Promise.all(cut.map((some) => this.enqueue({ items: some, checkpoints })));
    return {
      outcomes: results.flatMap((result) => result.outcomes),
      checkpointsMoved: results.some((result) => result.checkpointsMoved),
    };
  }

  /** Takes nothing more and resolves when what was taken is settled. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private enqueue(part: Part): Promise<PartResult> {
    if (this.closed) return Promise.resolve(refused(part, this.service));
    return new Promise((settle) => {
      const events = part.items.reduce((sum, item) => sum + item.events.length, 0);
      const bytes = part.items.reduce((sum, item) => sum + bytesOf(item.events), 0);
      this.queue.push({ ...part, events, bytes, settle });
      this.queuedEvents += events;
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    let inFlight: Promise<void> = Promise.resolve();
    await inFlight;
    for (;;) {
      if (this.queuedEvents < WORTH_ENCODING) await inFlight;
      if (this.queue.length === 0) break;
      const group = this.takeGroup();
      const encoded = encodeItems(group.flatMap((part) => part.items));
      await inFlight;
      inFlight = this.committer.commit(group, encoded).then((results) => {
        results.forEach((result, index) => group[index]!.settle(result));
      });
    }
    this.running = undefined;
  }

  private takeGroup(): QueuedPart[] {
    let events = 0;
    let bytes = 0;
    let count = 0;
    for (const part of this.queue) {
      events += part.events;
      bytes += part.bytes;
      if (count > 0 && (events > MAX_EVENTS || bytes > MAX_BYTES)) break;
      count += 1;
    }
    const group = this.queue.splice(0, count);
    for (const part of group) this.queuedEvents -= part.events;
    return group;
  }
}

function cutToSize(items: readonly AppendItem[]): AppendItem[][] {
  const pieces: AppendItem[][] = [];
  let events = MAX_EVENTS;
  let bytes = 0;
  for (const item of items) {
    events += item.events.length;
    bytes += bytesOf(item.events);
    if (events > MAX_EVENTS || bytes > MAX_BYTES) {
      pieces.push([]);
      events = item.events.length;
      bytes = bytesOf(item.events);
    }
    pieces[pieces.length - 1]!.push(item);
  }
  return pieces;
}

function refused(part: Part, service: string): PartResult {
  const error = new EventStoreError('unavailable', `the event store of ${service} is closed`);
  return { checkpointsMoved: false, outcomes: part.items.map(() => ({ kind: 'failed', error })) };
}
