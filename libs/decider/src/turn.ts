import type { CommandResult } from './command';
import type { AppendItem } from './event-store';
import type { Pending } from './submission';
import type { WarmState } from './warm-states';

/** A command with the events that carry it out, not stored yet. */
export interface Decided<State, Command, Event, Code extends string> {
  readonly pending: Pending<Command, Event, Code>;
  readonly append: AppendItem;
  readonly events: readonly Event[];
  readonly answer: unknown;
  /** What it was decided on, and what its events are part of now. */
  readonly warm: WarmState<State>;
}

/** A result without events, and what it was found on. */
export interface Quiet<State, Command, Event, Code extends string> {
  readonly pending: Pending<Command, Event, Code>;
  readonly result: CommandResult<Event, Code>;
  readonly warm: WarmState<State>;
  /** True where the state was read from the store after the command came in. */
  readonly read: boolean;
}

/** What one turn came to; appended as a whole once the turn before is settled. */
export interface Turn<State, Command, Event, Code extends string> {
  readonly pendings: readonly Pending<Command, Event, Code>[];
  readonly decided: Decided<State, Command, Event, Code>[];
  readonly quiet: Quiet<State, Command, Event, Code>[];
  /** To be decided again; they go back to the head of the queue in their order. */
  readonly again: Set<Pending<Command, Event, Code>>;
}
