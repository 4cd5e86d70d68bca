import type {
  AppendItem,
  AppendOutcome,
  LogPage,
  NewEvent,
  Position,
  ReadAllOptions,
  RecordedEvent,
} from '@tallystick/decider';
import type { Fetched, ProgressKeeper, Published } from '@tallystick/messaging';
import { MemoryBus, MemorySource, type WrittenRecord } from '../memory/memory-bus';
import { MemoryLog, repetition } from '../memory/memory-log';
import { MemoryProgress } from '../memory/memory-progress';
import type { SourceOptions } from '../suite/disk';

/** Loses the unique index over stream and revision: whoever comes writes behind whatever is there. */
export class UncheckedLog extends MemoryLog {
  protected override appendItem({ stream, events }: AppendItem): AppendOutcome {
    const { revision, position } = this.keep(stream, events);
    return { kind: 'appended', revision, position };
  }
}

const FORGOTTEN = 9;

/** Acknowledges before it keeps: now and then what it has acknowledged is gone. */
export class EarlyAckLog extends MemoryLog {
  private appends = 0;

  protected override appendItem(item: AppendItem): AppendOutcome {
    this.appends += 1;
    if (this.appends % FORGOTTEN > 0) return super.appendItem(item);
    const revision = (item.expected === 'none' ? -1 : item.expected) + item.events.length;
    return { kind: 'appended', revision };
  }
}

/** Keeps its last event in a buffer that a death takes with it. */
export class BufferedLog extends MemoryLog {
  loseTail(): void {
    const last = this.log.pop();
    if (last) this.streams.get(last.stream)?.pop();
  }
}

/** Knows no repetition: what is appended again is stored again. */
export class ForgetfulLog extends MemoryLog {
  protected override appendItem(item: AppendItem): AppendOutcome {
    const { stream, expected, events } = item;
    const known = this.streams.get(stream) ?? [];
    const at = expected === 'none' ? -1 : expected;
    if (at === known.length - 1 || !repetition(known, at, events)) return super.appendItem(item);
    const { revision, position } = this.keep(stream, events);
    return { kind: 'appended', revision, position };
  }
}

/** Is not atomic: of an append of several events only the first is kept. */
export class TornLog extends MemoryLog {
  protected override keep(stream: string, events: readonly NewEvent[]): RecordedEvent {
    return super.keep(stream, events.slice(0, 1));
  }
}

/** Gives positions out before it commits, and lets readers pass over what is not visible yet. */
export class LeakyLog extends MemoryLog {
  private reads = 0;

  override readAll(options: ReadAllOptions): LogPage {
    const page = super.readAll(options);
    this.reads += 1;
    return this.reads % 7 === 0 ? { ...page, events: page.events.slice(1) } : page;
  }
}

/** Moves the position when a record is fetched, before anybody has done anything with it. */
export class EagerSource extends MemorySource {
  constructor(private readonly options: SourceOptions) {
    super(options.topic, options.bus, options.calls, options.limit);
  }

  override async fetch(wanted: ReadonlyMap<number, Position>, max: number): Promise<Fetched> {
    const fetched = await super.fetch(wanted, max);
    const { consumer, topic, progress } = this.options;
    for (const [partition, to] of fetched.read) {
      const { epoch, position: from } = progress.standing(consumer, topic, partition);
      progress.move([{ consumer, topic, moves: [{ partition, epoch, from, to }] }]);
    }
    return fetched;
  }
}

/** Moves over what is refused and keeps no dead letter. */
export class LetterlessProgress extends MemoryProgress {
  override settle(
    checkpoint: Parameters<MemoryProgress['settle']>[0],
    _letters: Parameters<ProgressKeeper['settle']>[1],
  ): void {
    super.settle(checkpoint, []);
  }
}

/** Acknowledges records before they are kept: now and then one is gone. */
export class EarlyAckBus extends MemoryBus {
  private appends = 0;

  override append(topic: string, records: readonly WrittenRecord[]): Published[] {
    this.appends += 1;
    if (this.appends % FORGOTTEN > 0) return super.append(topic, records);
    return records.map(({ key: _key }, partition) => ({ partition, position: '9'.repeat(20) }));
  }
}
