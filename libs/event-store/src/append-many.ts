import {
  type AppendItem,
  type AppendOutcome,
  type Appended,
  type BatchAppended,
  type Checkpoint,
  type EventStoreError,
  type Expected,
  WrongExpectedRevision,
} from '@tallystick/decider';
import { faultOf } from './append-request';

/** Hands the good items on, in order, and answers the bad ones itself; with a bad one no checkpoint moves. */
export async function withGoodItems(
  items: readonly AppendItem[],
  checkpoints: readonly Checkpoint[],
  append: (good: readonly AppendItem[], checkpoints: readonly Checkpoint[]) => Promise<BatchAppended>,
): Promise<BatchAppended> {
  const faults = items.map(faultOf);
  if (!faults.some((fault) => fault !== undefined)) return append(items, checkpoints);
  const { outcomes } = await append(
    items.filter((_, index) => !faults[index]),
    [],
  );
  let next = 0;
  const all = faults.map((fault): AppendOutcome => (fault ? failed(fault) : outcomes[next++]!));
  return { outcomes: all, checkpointsMoved: false };
}

/** The answer of a single append: an outcome, or thrown as the port says. */
export function appendedOrThrow(stream: string, expected: Expected, outcome: AppendOutcome): Appended {
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind === 'wrong-expected') throw new WrongExpectedRevision(stream, expected, outcome.actual);
  const { revision, position } = outcome;
  return position === undefined ? { revision } : { revision, position };
}

function failed(error: EventStoreError): AppendOutcome {
  return { kind: 'failed', error };
}
