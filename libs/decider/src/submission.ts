import type { BatchResult, CommandItem, CommandResult } from './command';
import type { Checkpoint } from './event-store';

/** Commands that a caller handed in together, and how far they are. */
export interface Submission<Event, Code extends string> {
  readonly results: CommandResult<Event, Code>[];
  readonly checkpoint?: Checkpoint;
  open: number;
  checkpointMoved: boolean;
  /** Resolves the caller's promise once no command is open. */
  done(result: BatchResult<Event, Code>): void;
}

/** One command on its way; it keeps its place in its submission however often it is decided. */
export interface Pending<Command, Event, Code extends string> {
  readonly item: CommandItem<Command>;
  readonly submission: Submission<Event, Code>;
  readonly index: number;
  attempts: number;
}

/** Gives a command its one result; the last one settles the submission. */
export function settle<Command, Event, Code extends string>(
  { submission, index }: Pending<Command, Event, Code>,
  result: CommandResult<Event, Code>,
): void {
  if (submission.results[index]) return;
  submission.results[index] = result;
  submission.open -= 1;
  const { results, open, checkpointMoved } = submission;
  if (open === 0) submission.done({ results, checkpointMoved });
}

/** Those submissions whose every command is in one append, so that their checkpoint may move with it; others' move later. */
export function wholeOf<Event, Code extends string>(
  submissions: readonly Submission<Event, Code>[],
): readonly Submission<Event, Code>[] {
  const counts = new Map<Submission<Event, Code>, number>();
  for (const submission of submissions) counts.set(submission, (counts.get(submission) ?? 0) + 1);
  return [...counts].flatMap(([submission, count]) =>
    count === submission.open && count === submission.results.length ? [submission] : [],
  );
}
