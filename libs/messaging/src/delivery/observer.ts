import type { Batch, Outcome } from '../bus';
import type { NewDeadLetter } from '../dead-letters/dead-letter';

/** How many records of a batch got which outcome from their handler. */
export type OutcomeCounts = Readonly<Record<Outcome['kind'], number>>;

/** What happens on the way of records, for logs and metrics. */
export interface DeliveryObserver {
  /** Runs a batch's handler, for instance within a span; must call `work` once and answer what it answers. */
  around?(batch: Batch, work: () => Promise<readonly Outcome[]>): Promise<readonly Outcome[]>;
  handled?(topic: string, outcomes: OutcomeCounts, ms: number): void;
  deadLettered?(letter: NewDeadLetter): void;
  /** A batch, a fetch or a renewal failed and is tried again. */
  failed?(topic: string, error: unknown): void;
  /** The partitions that this member holds from now on. */
  assigned?(topic: string, partitions: readonly number[]): void;
}

export function countOutcomes(outcomes: readonly Outcome[]): OutcomeCounts {
  const counts = { done: 0, duplicate: 0, refused: 0, retry: 0 };
  for (const { kind } of outcomes) counts[kind] += 1;
  return counts;
}
