import { canonicalJson } from './canonical-json';
import { type Decider, isRejection, type Rejection } from './decider';
import type { DomainEvent, EventMetadata, NewEvent, Position } from './event';
import {
  type AppendItem,
  type AppendOutcome,
  type Checkpoint,
  type EventStore,
  EventStoreError,
  type Snapshot,
  type SnapshotStore,
} from './event-store';
import { eventHash } from './hash-chain';
import { eventId } from './ids';
import { type WarmState, WarmStates } from './warm-states';

/** One command for one stream. */
export interface CommandItem<Command, State = unknown, Answer = unknown> {
  readonly stream: string;
  readonly command: Command;
  readonly metadata: EventMetadata;
  /** Reads an answer off the state right after the decision, before another command may change it. */
  readonly read?: (state: State) => Answer;
}

/**
 * What became of a command. `unchanged`: it was already carried out (or asks for nothing). `failed`: a fault, not a
 * refusal; an {@link EventStoreError} of code `unknown` may have been committed and is settled by the same command again.
 */
export type CommandResult<Event, Code extends string, Answer = unknown> =
  | {
      readonly kind: 'appended';
      readonly revision: number;
      readonly position?: Position;
      readonly events: readonly Event[];
      readonly answer?: Answer;
    }
  | { readonly kind: 'unchanged'; readonly revision: number; readonly answer?: Answer }
  | { readonly kind: 'rejected'; readonly rejection: Rejection<Code>; readonly answer?: Answer }
  | { readonly kind: 'failed'; readonly error: Error };

export interface BatchResult<Event, Code extends string> {
  readonly results: readonly CommandResult<Event, Code>[];
  /** True where the batch's checkpoint moved in the transaction of its events. */
  readonly checkpointMoved: boolean;
}

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

interface Pending<Command, Event, Code extends string> {
  readonly item: CommandItem<Command>;
  readonly submission: Submission<Event, Code>;
  readonly index: number;
  attempts: number;
}

interface Submission<Event, Code extends string> {
  readonly results: CommandResult<Event, Code>[];
  readonly checkpoint?: Checkpoint;
  open: number;
  checkpointMoved: boolean;
  settle(): void;
}

interface Decided<Command, Event, Code extends string> {
  readonly pending: Pending<Command, Event, Code>;
  readonly append: AppendItem;
  readonly events: readonly Event[];
  readonly answer: unknown;
}

/**
 * Load, decide, append: the only way in which a decider's events come to be stored. Commands of many callers are
 * decided together and committed as a group; while one group is in flight the next is decided on the states that the
 * first will leave. A command whose stream was moved by someone else is decided again, a bounded number of times. An
 * append whose outcome is unknown is repeated with the same ids and the same expectation and never decided again.
 */
export class Executor<State, Command, Event extends DomainEvent, Code extends string> {
  private readonly warm: WarmStates<State, Command, Event, Code>;
  private readonly queue: Pending<Command, Event, Code>[] = [];
  private inFlight: Promise<void> = Promise.resolve();
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
    return new Promise((resolve) => {
      const submission: Submission<Event, Code> = {
        results: new Array<CommandResult<Event, Code>>(items.length),
        checkpoint,
        open: items.length,
        checkpointMoved: false,
        settle() {
          if (--this.open === 0) resolve({ results: this.results, checkpointMoved: this.checkpointMoved });
        },
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
      const turn = this.queue.splice(0, this.options.maxBatch ?? 1_000);
      try {
        await this.turn(turn);
      } catch (error) {
        this.failed(turn, error);
      }
      if (this.queue.length === 0) await this.inFlight;
    }
    this.running = undefined;
  }

  private async turn(turn: readonly Pending<Command, Event, Code>[]): Promise<void> {
    const read = await this.loadCold(turn);
    const decided: Decided<Command, Event, Code>[] = [];
    const quiet: (() => void)[] = [];
    for (const pending of turn) {
      const outcome = this.decide(pending);
      if ('append' in outcome) decided.push(outcome);
      else quiet.push(this.quietly(pending, outcome, read.has(pending.item.stream)));
    }
    const snapshots = this.dueSnapshots(decided);
    await this.inFlight;
    this.inFlight = this.append(decided, snapshots).then(
      () => quiet.forEach((tell) => tell()),
      (error: unknown) => this.failed(turn, error),
    );
  }

  /**
   * Tells a result without events once the appends before it are committed. It stands only if those did not fail, and
   * a refusal only if it was decided on a state read in this turn: a remembered one may be behind another writer.
   */
  private quietly(
    pending: Pending<Command, Event, Code>,
    result: CommandResult<Event, Code>,
    read: boolean,
  ): () => void {
    const { stream } = pending.item;
    const seen = this.warm.get(stream);
    return () => {
      const stands = this.warm.get(stream) === seen && (result.kind !== 'rejected' || read || pending.attempts > 0);
      if (stands || result.kind === 'failed') return this.settle(pending, result);
      this.warm.forget(stream);
      pending.attempts += 1;
      this.queue.unshift(pending);
    };
  }

  /** Reads the streams that memory lacks; answers which were read. */
  private async loadCold(turn: readonly Pending<Command, Event, Code>[]): Promise<ReadonlySet<string>> {
    const cold = new Set<string>();
    for (const { item, attempts } of turn) {
      if (this.warm.get(item.stream)) continue;
      if (this.options.assumeNew && attempts === 0) this.warm.set(item.stream, this.warm.fresh());
      else cold.add(item.stream);
    }
    if (cold.size > 0) {
      for (const [stream, state] of await this.warm.load([...cold])) this.warm.set(stream, state);
    }
    return cold;
  }

  private decide(pending: Pending<Command, Event, Code>): Decided<Command, Event, Code> | CommandResult<Event, Code> {
    const { stream } = pending.item;
    const warm = this.warm.get(stream) ?? this.warm.fresh();
    try {
      const outcome = this.decideOn(warm, pending);
      this.warm.set(stream, warm);
      return outcome;
    } catch (error) {
      this.warm.forget(stream);
      return { kind: 'failed', error: error as Error };
    }
  }

  private decideOn(
    warm: WarmState<State>,
    pending: Pending<Command, Event, Code>,
  ): Decided<Command, Event, Code> | CommandResult<Event, Code> {
    const { stream, command, metadata, read } = pending.item;
    const decision = this.options.decider.decide(command, warm.state);
    if (isRejection(decision)) return { kind: 'rejected', rejection: decision, answer: read?.(warm.state) };
    if (decision.length === 0) return { kind: 'unchanged', revision: warm.revision, answer: read?.(warm.state) };
    const expected = warm.revision < 0 ? 'none' : warm.revision;
    const bytes = Buffer.from(canonicalJson(metadata));
    const events = decision.map((event, index) => this.chain(stream, warm, event, metadata.commandId, bytes, index));
    return { pending, append: { stream, expected, events }, events: decision, answer: read?.(warm.state) };
  }

  private chain(
    stream: string,
    warm: WarmState<State>,
    event: Event,
    commandId: string,
    metadata: Uint8Array,
    index: number,
  ): NewEvent {
    const { type, version, data: body } = event;
    const revision = warm.revision + 1;
    const fields = { id: eventId(commandId, index), type, version, data: Buffer.from(canonicalJson(body)), metadata };
    const prevHash = warm.hash;
    const hash = eventHash({ stream, revision, prevHash, ...fields });
    warm.state = this.options.decider.evolve(warm.state, event);
    warm.revision = revision;
    warm.hash = hash;
    return { ...fields, prevHash, hash, body };
  }

  private async append(
    decided: readonly Decided<Command, Event, Code>[],
    snapshots: readonly Snapshot[],
  ): Promise<void> {
    if (decided.length === 0) return;
    const checkpoints = checkpointsOf(decided.map((one) => one.pending.submission));
    let open = decided;
    const deadline = performance.now() + (this.options.patience ?? 30_000);
    for (let delay = 5; open.length > 0; delay = Math.min(delay * 2, 1_000)) {
      const { outcomes, checkpointsMoved } = await this.options.store.appendMany(
        open.map((one) => one.append),
        { checkpoints: open === decided ? checkpoints : [] },
      );
      if (checkpointsMoved) for (const one of decided) one.pending.submission.checkpointMoved = true;
      const again: Decided<Command, Event, Code>[] = [];
      outcomes.forEach((outcome, index) => this.conclude(open[index]!, outcome, again, performance.now() > deadline));
      open = again;
      if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    }
    if (snapshots.length > 0) await this.options.snapshots?.save(snapshots);
  }

  private conclude(
    one: Decided<Command, Event, Code>,
    outcome: AppendOutcome,
    again: Decided<Command, Event, Code>[],
    late: boolean,
  ): void {
    const { pending, events, answer } = one;
    if (outcome.kind === 'appended') {
      const { revision, position } = outcome;
      this.settle(pending, { kind: 'appended', revision, position, events, answer });
      return;
    }
    if (outcome.kind === 'wrong-expected') {
      this.warm.forget(pending.item.stream);
      pending.attempts += 1;
      if (pending.attempts < (this.options.maxAttempts ?? 20)) this.queue.unshift(pending);
      else this.settle(pending, { kind: 'failed', error: tooBusy(pending.item.stream) });
      return;
    }
    const { error } = outcome;
    if (!late && (error.code === 'unknown' || error.code === 'unavailable')) {
      again.push(one);
      return;
    }
    this.warm.forget(pending.item.stream);
    this.settle(pending, { kind: 'failed', error });
  }

  private settle(pending: Pending<Command, Event, Code>, result: CommandResult<Event, Code>): void {
    pending.submission.results[pending.index] = result;
    pending.submission.settle();
  }

  private failed(turn: readonly Pending<Command, Event, Code>[], error: unknown): void {
    for (const pending of turn) {
      this.warm.forget(pending.item.stream);
      if (!pending.submission.results[pending.index]) this.settle(pending, { kind: 'failed', error: error as Error });
    }
  }

  /** Encodes the states whose snapshot has fallen too far behind. */
  private dueSnapshots(decided: readonly Decided<Command, Event, Code>[]): Snapshot[] {
    const codec = this.options.decider.snapshot;
    if (!codec || !this.options.snapshots) return [];
    const due: Snapshot[] = [];
    for (const stream of new Set(decided.map((one) => one.append.stream))) {
      const warm = this.warm.get(stream);
      if (!warm || warm.revision - warm.snapshotRevision < (codec.every ?? Math.max(200, warm.revision / 4))) continue;
      warm.snapshotRevision = warm.revision;
      const state = Buffer.from(canonicalJson(codec.encode(warm.state)));
      due.push({ stream, revision: warm.revision, hash: warm.hash, version: codec.version, state });
    }
    return due;
  }
}

function tooBusy(stream: string): EventStoreError {
  return new EventStoreError('unavailable', `${stream} is moved by others faster than it can be decided`);
}

/** The checkpoints of those submissions whose every command is in this append; the others' move later, on their own. */
function checkpointsOf(submissions: readonly Submission<unknown, string>[]): Checkpoint[] {
  const counts = new Map<Submission<unknown, string>, number>();
  for (const submission of submissions) counts.set(submission, (counts.get(submission) ?? 0) + 1);
  const whole: Checkpoint[] = [];
  for (const [submission, count] of counts) {
    if (submission.checkpoint && count === submission.open && count === submission.results.length) {
      whole.push(submission.checkpoint);
    }
  }
  return whole;
}
