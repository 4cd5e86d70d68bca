import type { DomainEvent } from './event';

/** Family of a refusal; decides the HTTP status (design §6 "Refusals"). */
export type RefusalFamily =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'unknown'
  | 'conflict'
  | 'gone'
  | 'stale'
  | 'too-large'
  | 'media-type'
  | 'invalid'
  | 'throttled'
  | 'defect'
  | 'partner'
  | 'unavailable';

/** One row of a decider's table of refusals: feeds HTTP, OpenAPI, dead letters and docs/problems. */
export interface RefusalRule {
  readonly family: RefusalFamily;
  /** True where the same command may succeed later without being changed. */
  readonly retryable: boolean;
  /** The lowest number answers where several apply. */
  readonly precedence: number;
  readonly title: { readonly en: string; readonly zh: string };
}

export type RefusalTable<Code extends string = string> = Readonly<Record<Code, RefusalRule>>;

/** The answer to a command that the state forbids. Facts are safe to show: amounts, ids, limits. */
export interface Rejection<Code extends string = string> {
  readonly rejected: Code;
  readonly facts: Readonly<Record<string, string>>;
}

export function reject<Code extends string>(code: Code, facts: Readonly<Record<string, string>> = {}): Rejection<Code> {
  return { rejected: code, facts };
}

export function isRejection<Code extends string>(
  value: readonly unknown[] | Rejection<Code>,
): value is Rejection<Code> {
  return 'rejected' in value;
}

/**
 * The rules of one kind of stream, pure: no clock, no randomness, no I/O; times, ids, rates and look-ups enter with
 * the command.
 */
export interface Decider<State, Command, Event extends DomainEvent = DomainEvent, Code extends string = string> {
  /** The stream kind, lower case and unique over all services: `account` names the streams `account-…`. */
  readonly kind: string;
  /** A fresh state of a stream without events. */
  initial(): State;
  /** The events that carry the command out; none where it was already carried out; or why not. */
  decide(command: Command, state: State): readonly Event[] | Rejection<Code>;
  /**
   * Total: a stored event is a fact and is never refused. It *consumes* its state: it may return the same object,
   * changed, so the caller lets go of what it passed in (docs/decisions, "owned state").
   */
  evolve(state: State, event: Event): State;
  /** Sentences about what is wrong with a state; empty unless the code is wrong. */
  invariants(state: State): readonly string[];
  readonly refusals: RefusalTable<Code>;
  /** Brings an event stored in an older shape to the current one; throws on a type or version it does not know. */
  upcast(type: string, version: number, data: unknown): Event;
  /** How a state becomes a snapshot and back, where snapshots pay. */
  readonly snapshot?: SnapshotCodec<State>;
}

export interface SnapshotCodec<State> {
  /** Raised with every change of the state's shape: older snapshots are then ignored. */
  readonly version: number;
  /**
   * A snapshot is taken after so many events; absent: after a sixteenth of the stream, at least 200, so that a cold load
   * folds few events and a large state is seldom written.
   */
  readonly every?: number;
  encode(state: State): unknown;
  decode(snapshot: unknown): State;
}

/** Thrown on a stored event that the code does not know: whoever reads it stops loudly, nothing is skipped. */
export class UnknownEvent extends Error {
  constructor(type: string, version: number) {
    super(`unknown event ${type} version ${version}`);
    this.name = 'UnknownEvent';
  }
}
