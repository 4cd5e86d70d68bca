import { LRUCache } from 'lru-cache';
import type { Decider } from './decider';
import { bodyOf, type DomainEvent, type RecordedEvent } from './event';
import type { EventStore, Snapshot, SnapshotStore } from './event-store';
import { NO_HASH } from './hash-chain';

/** A stream's state as far as the writer knows it, events in flight included. */
export interface WarmState<State> {
  state: State;
  /** -1 for a stream without events. */
  revision: number;
  hash: Uint8Array;
  /** Revision of the newest snapshot known, -1 for none. */
  snapshotRevision: number;
  /** True once events that the state includes were refused: nothing that was decided on it stands. */
  displaced?: boolean;
}

export interface WarmStatesOptions<State, Command, Event extends DomainEvent, Code extends string> {
  readonly decider: Decider<State, Command, Event, Code>;
  readonly store: EventStore;
  readonly snapshots?: SnapshotStore;
  /** How many streams stay in memory. */
  readonly capacity: number;
}

const decoder = new TextDecoder();

/**
 * The bounded memory beside the writer. Nothing rests on it: every append proves the state by its expected revision,
 * and a stream whose append failed is forgotten and folded again.
 */
export class WarmStates<State, Command, Event extends DomainEvent, Code extends string> {
  /** Takes room for its whole capacity at once, so it is made with the first state: many never remember any. */
  private states: LRUCache<string, WarmState<State>> | undefined;

  constructor(private readonly options: WarmStatesOptions<State, Command, Event, Code>) {}

  get(stream: string): WarmState<State> | undefined {
    return this.states?.get(stream);
  }

  set(stream: string, state: WarmState<State>): void {
    this.states ??= new LRUCache({ max: this.options.capacity });
    this.states.set(stream, state);
  }

  forget(stream: string): void {
    this.states?.delete(stream);
  }

  fresh(): WarmState<State> {
    return { state: this.options.decider.initial(), revision: -1, hash: NO_HASH, snapshotRevision: -1 };
  }

  /** Folds streams from their newest usable snapshot, or from the first event. */
  async load(streams: readonly string[]): Promise<Map<string, WarmState<State>>> {
    const { store, snapshots, decider } = this.options;
    const newest = decider.snapshot && snapshots ? await snapshots.load(streams) : new Map<string, Snapshot>();
    const from = new Map(streams.map((stream) => [stream, newest.get(stream)?.revision ?? 0]));
    const slices = await store.readStreams(from);
    const loaded = new Map<string, WarmState<State>>();
    const stale: string[] = [];
    for (const stream of streams) {
      const snapshot = newest.get(stream);
      const events = slices.get(stream) ?? [];
      const start = snapshot ? this.restore(snapshot, events[0]) : this.fresh();
      if (start) loaded.set(stream, this.fold(start, snapshot ? events.slice(1) : events));
      else stale.push(stream);
    }
    if (stale.length > 0) {
      const whole = await store.readStreams(new Map(stale.map((stream) => [stream, 0])));
      for (const stream of stale) loaded.set(stream, this.fold(this.fresh(), whole.get(stream) ?? []));
    }
    return loaded;
  }

  private restore(snapshot: Snapshot, at: RecordedEvent | undefined): WarmState<State> | undefined {
    const codec = this.options.decider.snapshot;
    if (!codec || codec.version !== snapshot.version || !at) return undefined;
    if (Buffer.compare(at.hash, snapshot.hash) !== 0) return undefined;
    try {
      const state = codec.decode(JSON.parse(decoder.decode(snapshot.state)));
      return { state, revision: snapshot.revision, hash: snapshot.hash, snapshotRevision: snapshot.revision };
    } catch {
      return undefined;
    }
  }

  private fold(from: WarmState<State>, events: readonly RecordedEvent[]): WarmState<State> {
    const { decider } = this.options;
    for (const event of events) {
      from.state = decider.evolve(from.state, decider.upcast(event.type, event.version, bodyOf(event)));
      from.revision = event.revision;
      from.hash = event.hash;
    }
    return from;
  }
}
