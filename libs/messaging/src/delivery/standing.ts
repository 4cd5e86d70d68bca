import { START } from '@tallystick/decider';
import { type Lag, PARTITIONS } from '../bus';
import type { ProgressKeeper } from './keeper';
import type { LaneSet } from './lane-set';
import type { TopicSource } from './source';

/** How old an answer may be that a publisher is held back by, or that says whether all is settled. */
const LOOK_MS = 100;

/** How far one consumer is on one topic: by its own partitions, or by all of them whoever holds them. */
export class Standing {
  private lookedAt = -Infinity;
  private looking: Promise<void> = Promise.resolve();
  private seenAt = -Infinity;
  private seen: Promise<Lag[]> = Promise.resolve([]);

  constructor(
    private readonly lanes: LaneSet,
    private readonly options: { readonly source: TopicSource; readonly keeper: ProgressKeeper },
  ) {}

  /** Looks the head up, unless that was done (or begun) within `atMostEveryMs`; a failed look is done again at once. */
  look(atMostEveryMs = LOOK_MS): Promise<void> {
    const now = performance.now();
    if (now - this.lookedAt < atMostEveryMs) return this.looking;
    this.lookedAt = now;
    this.looking = this.options.source.look().catch((error: unknown) => {
      this.lookedAt = -Infinity;
      throw error;
    });
    return this.looking;
  }

  /** Looks the head up and answers how far the partitions held here are behind it. */
  async behind(): Promise<number> {
    await this.look();
    const lag = this.held().map(({ behind }) => behind);
    return this.options.source.countsRecords ? lag.reduce((sum, one) => sum + one, 0) : Math.max(0, ...lag);
  }

  /** The partitions held here by what is before them, not by what waits in line, and by the head as last seen. */
  held(): Lag[] {
    return [...this.lanes].map(({ partition, front }) => this.lagAt(partition, front));
  }

  /** Every partition of the topic: those held here as they are, the others as their position is stored. */
  all(): Promise<Lag[]> {
    const now = performance.now();
    if (now - this.seenAt < LOOK_MS) return this.seen;
    this.seenAt = now;
    this.seen = this.seeAll().catch((error: unknown) => {
      this.seenAt = -Infinity;
      throw error;
    });
    return this.seen;
  }

  /** Positions before the head: what comes in between shows as behind, never as settled. */
  private async seeAll(): Promise<Lag[]> {
    const lanes = new Map([...this.lanes].map((lane) => [lane.partition, lane]));
    const stored = lanes.size < PARTITIONS ? await this.options.keeper.positions() : undefined;
    await this.look(0);
    return Array.from({ length: PARTITIONS }, (_, partition) => {
      const lane = lanes.get(partition);
      if (lane) return this.lagAt(partition, lane.settled);
      return { ...this.lagAt(partition, stored?.get(partition) ?? START), isElsewhere: true };
    });
  }

  private lagAt(partition: number, position: Lag['position']): Lag {
    const { keeper, source } = this.options;
    const { consumer, topic } = keeper;
    return { consumer, topic, partition, position, behind: source.behind(partition, position) };
  }
}
