import { randomUUID } from 'node:crypto';
import { eventHash, type Expected, type NewEvent, NO_HASH } from '@tallystick/decider';

export interface LinkOptions {
  readonly ids?: readonly string[];
  readonly type?: string;
  readonly data?: Uint8Array;
  readonly metadata?: Uint8Array;
}

/** A writer's view of one stream: makes events that follow each other, each chained to the one before. */
export class EventChain {
  private revision: number;
  private hash: Uint8Array;

  constructor(
    readonly stream: string,
    from?: EventChain,
  ) {
    this.revision = from?.revision ?? -1;
    this.hash = from?.hash ?? NO_HASH;
  }

  /** What an append of the next events must expect. */
  get expected(): Expected {
    return this.revision < 0 ? 'none' : this.revision;
  }

  get head(): number {
    return this.revision;
  }

  /** Another view, as things stand now: what it makes competes with what this one makes. */
  fork(): EventChain {
    return new EventChain(this.stream, this);
  }

  /** Goes on behind an event that is stored. */
  resume(revision: number, hash: Uint8Array): this {
    this.revision = revision;
    this.hash = hash;
    return this;
  }

  /** The next events; the chain goes on behind them. */
  next(count: number, options: LinkOptions = {}): NewEvent[] {
    return Array.from({ length: count }, (_, index) => this.link(options, index));
  }

  private link(options: LinkOptions, index: number): NewEvent {
    const revision = this.revision + 1;
    const fields = {
      id: options.ids?.[index] ?? randomUUID(),
      type: options.type ?? 'PointsAccrued',
      version: 1,
      data: options.data ?? Buffer.from(`{"revision":"${revision}"}`),
      metadata: options.metadata ?? new Uint8Array(0),
      prevHash: this.hash,
    };
    const hash = eventHash({ stream: this.stream, revision, ...fields });
    this.revision = revision;
    this.hash = hash;
    return { ...fields, hash };
  }
}
