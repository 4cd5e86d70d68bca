import type { Rejection } from './decider';
import type { EventMetadata, Position } from './event';

/** One command for one stream. */
export interface CommandItem<Command, State = unknown, Answer = unknown> {
  readonly stream: string;
  readonly command: Command;
  readonly metadata: EventMetadata;
  /**
   * The id of a command that asks for whatever is due by now: asked again it may find more, so what it finds is named by
   * the revision that it was decided on. Absent: `metadata.commandId` names all that the command ever does.
   */
  readonly idAt?: (revision: number) => string;
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
