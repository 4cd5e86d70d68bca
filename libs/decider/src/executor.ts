import { canonicalJson } from './canonical-json';
import type { BatchResult, CommandItem, CommandResult } from './command';
import { type Decider, isRejection } from './decider';
import type { DomainEvent, EventMetadata, NewEvent } from './event';
import {
  type AppendOutcome,
  type BatchAppended,
  type Checkpoint,
  type EventStore,
  EventStoreError,
  type Snapshot,
  type SnapshotStore,
} from './event-store';
import { eventHash } from './hash-chain';
import { eventId } from './ids';
import { type Pending, settle, type Submission, wholeOf } from './submission';
import type { Decided, Turn, Quiet } from './turn';
import { type WarmState, WarmStates } from './warm-states';

export interface ExecutorOptions<State, Command, Event extends DomainEvent, Code extends string> {
  readonly decider: Decider<State, Command, Event, Code>;
  readonly store: EventStore;
  readonly snapshots?: SnapshotStore;
  /** Streams kept in memory; default 50,000. */
  readonly capacity?: number;
  /** Commands decided and appended together; default 1,000. */
  readonly maxBatch?: number;
  /** True where most commands meet a stream that does not exist yet: it is read only after the store said otherwise. */
  readonly assumeNew?: boolean;
  /** How often one command is decided again after others moved its stream; default 20. */
  readonly maxAttempts?: number;
  /** How long an append of unknown outcome is repeated before the caller is told so, in ms; default 30,000. */
  readonly patience?: number;
}

/**
 * Load, decide, append: the only way in which a decider's events come to be stored. Commands of many callers are
 * decided together and committed as a group; while one group is in flight the next is decided on the states that the
 * first will leave. A command whose stream was moved by someone else is decided again, a bounded number of times, and so
 * is whatever was decided on the state that was not to be. An append whose outcome is unknown is repeated with the same
 * ids and the same expectation and never decided again.
 */
export class Executor<State, Command, Event extends DomainEvent, Code extends string> {
  private readonly warm: WarmStates<State, Command, Event, Code>;
  private readonly queue: Pending<Command, Event, Code>[] = [];
  private inFlight: Promise<void> = Promise.resolve();
  private streamsInFlight: ReadonlySet<string> = new Set();
  private running: Promise<void> | undefined;

  constructor(private readonly options: ExecutorOptions<State, Command, Event, Code>) {
    this.warm = new WarmStates({ ...options, capacity: options.capacity ?? 50_000 });
  }

  /** Carries one command out. */
  async execute<Answer>(item: CommandItem<Command, State, Answer>): Promise<CommandResult<Event, Code, Answer>> {
    const { results } = await this.executeMany([item as CommandItem<Command>]);
    return results[0] as CommandResult<Event, Code, Answer>;
  }

  /** Carries commands out in order per stream, each on its own; a checkpoint moves only where all were carried out. */
  executeMany(items: readonly CommandItem<Command>[], checkpoint?: Checkpoint): Promise<BatchResult<Event, Code>> {
    if (items.length === 0) return Promise.resolve({ results: [], checkpointMoved: false });
    return new Promise((done) => {
      const results = new Array<CommandResult<Event, Code>>(items.length);
      const submission: Submission<Event, Code> = {
        results,
        checkpoint,
        open: items.length,
        checkpointMoved: false,
        done,
      };
      items.forEach((item, index) => this.queue.push({ item, submission, index, attempts: 0 }));
      this.running ??= this.run();
    });
  }

  /** The state of a stream as stored now, for a query that must see it; no copy is kept. */
  async load(stream: string): Promise<{ state: State; revision: number }> {
    const loaded = (await this.warm.load([stream])).get(stream)!;
    return { state: loaded.state, revision: loaded.revision };
  }

  /** Resolves when everything submitted so far has its result. */
  async drain(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    await Promise.resolve();
    while (this.queue.length > 0) {
      const pendings = this.queue.splice(0, this.options.maxBatch ?? 1_000);
      try {
        await this.take(pendings);
      } catch (error) {
        for (const pending of pendings) {
          this.warm.forget(pending.item.stream);
          settle(pending, { kind: 'failed', error: error as Error });
        }
      }
      if (this.queue.length === 0) await this.inFlight;
    }
    this.running = undefined;
  }

  private async take(pendings: readonly Pending<Command, Event, Code>[]): Promise<void> {
    const read = await this.loadCold(pendings);
    const turn: Turn<State, Command, Event, Code> = { pendings, decided: [], quiet: [], again: new Set() };
    for (const pending of pendings) this.decide(pending, read, turn);
    const snapshots = this.dueSnapshots(turn.decided);
    await this.inFlight;
    const sound = turn.decided.filter((one) => !one.warm.displaced || this.decideAgain(one.pending, turn));
    this.streamsInFlight = new Set(sound.map((one) => one.append.stream));
    this.inFlight = this.fly(turn, sound, snapshots);
  }

  /** Appends a turn and tells its results; it never rejects. */
  private async fly(
    turn: Turn<State, Command, Event, Code>,
    sound: readonly Decided<State, Command, Event, Code>[],
    snapshots: ReadonlyMap<WarmState<State>, Snapshot>,
  ): Promise<void> {
    await this.append(turn, sound);
    for (const one of turn.quiet) this.tell(one, turn);
    this.queue.unshift(...turn.pendings.filter((pending) => turn.again.has(pending)));
    this.streamsInFlight = new Set();
    const kept = [...snapshots].flatMap(([warm, snapshot]) => (warm.displaced ? [] : [snapshot]));
    // A snapshot that is not saved costs a longer fold later and nothing else.
    if (kept.length > 0) await this.options.snapshots?.save(kept).catch(() => undefined);
  }

  /**
   * Tells a result without events once the appends before it are committed. It stands only if those did not fail, and
   * a refusal, or that nothing is due, only if it was found on a state read after the command came: a remembered one may
   * be behind another writer. That a command was carried out before stays true.
   */
  private tell(one: Quiet<State, Command, Event, Code>, turn: Turn<State, Command, Event, Code>): void {
    const { pending, result, warm, read } = one;
    const mayBeBehind = result.kind === 'rejected' || pending.item.idAt !== undefined;
    const fresh = !mayBeBehind || read || pending.attempts > 0;
    if (result.kind === 'failed' || (fresh && !warm.displaced)) return settle(pending, result);
    this.forget(pending.item.stream, warm);
    this.decideAgain(pending, turn);
  }

  private decideAgain(pending: Pending<Command, Event, Code>, turn: Turn<State, Command, Event, Code>): false {
    pending.attempts += 1;
    turn.again.add(pending);
    return false;
  }

  /** Reads the streams that memory lacks, but none that an append of ours is about to move; answers which were read. */
  private async loadCold(pendings: readonly Pending<Command, Event, Code>[]): Promise<ReadonlySet<string>> {
    const cold = new Set<string>();
    for (const { item, attempts } of pendings) {
      if (this.warm.get(item.stream)) continue;
      if (this.options.assumeNew && attempts === 0) this.warm.set(item.stream, this.warm.fresh());
      else cold.add(item.stream);
    }
    if (cold.size === 0) return cold;
    if ([...cold].some((stream) => this.streamsInFlight.has(stream))) await this.inFlight;
    for (const [stream, state] of await this.warm.load([...cold])) this.warm.set(stream, state);
    return cold;
  }

  private decide(
    pending: Pending<Command, Event, Code>,
    read: ReadonlySet<string>,
    turn: Turn<State, Command, Event, Code>,
  ): void {
    const { stream } = pending.item;
    const warm = this.warm.get(stream);
    if (!warm) {
      this.decideAgain(pending, turn);
      return;
    }
    try {
      const outcome = this.decideOn(warm, pending);
      if ('append' in outcome) turn.decided.push(outcome);
      else turn.quiet.push({ pending, result: outcome, warm, read: read.has(stream) });
    } catch (error) {
      this.warm.forget(stream);
      turn.quiet.push({ pending, result: { kind: 'failed', error: error as Error }, warm, read: false });
    }
  }

  private decideOn(
    warm: WarmState<State>,
    pending: Pending<Command, Event, Code>,
  ): Decided<State, Command, Event, Code> | CommandResult<Event, Code> {
    const { stream, command, read, idAt } = pending.item;
    const decision = this.options.decider.decide(command, warm.state);
    if (isRejection(decision)) return { kind: 'rejected', rejection: decision, answer: read?.(warm.state) };
    if (decision.length === 0) return { kind: 'unchanged', revision: warm.revision, answer: read?.(warm.state) };
    const expected = warm.revision < 0 ? 'none' : warm.revision;
    const { metadata: said } = pending.item;
    const metadata = idAt ? { ...said, commandId: idAt(warm.revision) } : said;
    const bytes = Buffer.from(canonicalJson(metadata));
    const events = decision.map((event, index) => this.chain(stream, warm, event, metadata, bytes, index));
    return { pending, append: { stream, expected, events }, events: decision, answer: read?.(warm.state), warm };
  }

  private chain(
    stream: string,
    warm: WarmState<State>,
    event: Event,
    said: EventMetadata,
    metadata: Uint8Array,
    index: number,
  ): NewEvent {
    const { type, version, data: body } = event;
    const revision = warm.revision + 1;
    const fields = {
      id: eventId(said.commandId, index),
      type,
      version,
      data: Buffer.from(canonicalJson(body)),
      metadata,
    };
    const prevHash = warm.hash;
    const hash = eventHash({ stream, revision, prevHash, ...fields });
    warm.state = this.options.decider.evolve(warm.state, event);
    warm.revision = revision;
    warm.hash = hash;
    return { ...fields, prevHash, hash, body, said };
  }

  private async append(
    turn: Turn<State, Command, Event, Code>,
    sound: readonly Decided<State, Command, Event, Code>[],
  ): Promise<void> {
    const whole = wholeOf(sound.map((one) => one.pending.submission)).filter(({ checkpoint }) => checkpoint);
    const checkpoints = whole.flatMap(({ checkpoint }) => checkpoint ?? []);
    const deadline = performance.now() + (this.options.patience ?? 30_000);
    let open = sound;
    for (let delay = 5; open.length > 0; delay = Math.min(delay * 2, 1_000)) {
      const { outcomes, checkpointsMoved } = await this.appendOnce(
        open,
        open.length === sound.length ? checkpoints : [],
      );
      if (checkpointsMoved) for (const submission of whole) submission.checkpointMoved = true;
      const late = performance.now() > deadline;
      open = open.filter((one, index) => this.isUnsettled(one, outcomes[index]!, turn, late));
      if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }

  private async appendOnce(
    open: readonly Decided<State, Command, Event, Code>[],
    checkpoints: readonly Checkpoint[],
  ): Promise<BatchAppended> {
    const items = open.map((one) => one.append);
    try {
      return await this.options.store.appendMany(items, { checkpoints });
    } catch (cause) {
      const error = new EventStoreError('unknown', 'the store broke off', { cause });
      return { outcomes: items.map(() => ({ kind: 'failed', error })), checkpointsMoved: false };
    }
  }

  /** Gives a decided command its result, or answers true where the same append is to be sent again. */
  private isUnsettled(
    one: Decided<State, Command, Event, Code>,
    outcome: AppendOutcome,
    turn: Turn<State, Command, Event, Code>,
    late: boolean,
  ): boolean {
    const { pending, events, answer, warm } = one;
    if (outcome.kind === 'appended') {
      // Two processes that decide one command on the same revision send the same ids: the store takes the second for a
      // repetition of the first, so that both are told `appended` and the events are there once.
      const { revision, position } = outcome;
      settle(pending, { kind: 'appended', revision, position, events, answer });
      return false;
    }
    const { stream } = pending.item;
    if (outcome.kind === 'wrong-expected') {
      this.displace(stream, warm);
      if (pending.attempts + 1 < (this.options.maxAttempts ?? 20)) return this.decideAgain(pending, turn);
      settle(pending, { kind: 'failed', error: tooBusy(stream) });
      return false;
    }
    const { error } = outcome;
    if (!late && (error.code === 'unknown' || error.code === 'unavailable')) return true;
    this.displace(stream, warm);
    settle(pending, { kind: 'failed', error });
    return false;
  }

  /** The state holds events that were not stored: whatever rests on it is decided again. */
  private displace(stream: string, warm: WarmState<State>): void {
    warm.displaced = true;
    this.forget(stream, warm);
  }

  private forget(stream: string, warm: WarmState<State>): void {
    if (this.warm.get(stream) === warm) this.warm.forget(stream);
  }

  /** Encodes the states whose snapshot has fallen too far behind. */
  private dueSnapshots(
    decided: readonly Decided<State, Command, Event, Code>[],
  ): ReadonlyMap<WarmState<State>, Snapshot> {
    const due = new Map<WarmState<State>, Snapshot>();
    const codec = this.options.decider.snapshot;
    if (!codec || !this.options.snapshots) return due;
    for (const { append, warm } of decided) {
      const since = warm.revision - warm.snapshotRevision;
      if (since < (codec.every ?? Math.max(200, warm.revision / 16))) continue;
      warm.snapshotRevision = warm.revision;
      const state = Buffer.from(JSON.stringify(codec.encode(warm.state)));
      const { revision, hash } = warm;
      due.set(warm, { stream: append.stream, revision, hash, version: codec.version, state });
    }
    return due;
  }
}

function tooBusy(stream: string): EventStoreError {
  return new EventStoreError('unavailable', `${stream} is moved by others faster than it can be decided`);
}
