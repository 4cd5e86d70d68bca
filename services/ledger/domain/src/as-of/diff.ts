import type { Instant } from '@tallystick/vocabulary';
import type { AccountEvent, Book } from '../account/account.events';
import { fold, postingsIn } from './as-of';
import type { AccountHistory, PlacedEvent } from './history';

/** What one book of one asset has gained (negative: lost). */
export interface BookChange {
  readonly asset: string;
  readonly book: Book;
  readonly amount: bigint;
}

/** Why an answer about `at` differs between two states of knowledge. */
export interface KnowledgeDiff {
  /** Exactly the events that came to be known and count by `at`, in the order of the log. */
  readonly events: readonly PlacedEvent[];
  /**
   * What time does on the lots then known less what it did on those known before, and no job has booked; a late job's
   * event and its line here cancel out.
   */
  readonly due: readonly BookChange[];
  /** Σ postings of `events` + `due` = the difference of both answers, book by book; what is zero is absent. */
  readonly changes: readonly BookChange[];
}

/** Why the account as of `at` looks different when known at `to` than when known at `from` (capabilities L14). */
export function diff(history: AccountHistory, at: Instant, from: Instant, to: Instant): KnowledgeDiff {
  const before = fold(history, { at, knownAt: from });
  const after = fold(history, { at, knownAt: to });
  const seen = history.knownBy(from);
  const events = after.counted.filter(({ revision }) => revision >= seen);
  const due = new Map<string, BookChange>();
  add(due, after.due, 1n);
  add(due, before.due, -1n);
  const changes = new Map(due);
  add(
    changes,
    events.map(({ event }) => event),
    1n,
  );
  return { events, due: told(due), changes: told(changes) };
}

function add(sums: Map<string, BookChange>, events: readonly AccountEvent[], sign: bigint): void {
  for (const event of events) {
    for (const [book, asset, , amount] of postingsIn(event)) {
      const key = `${asset} ${book}`;
      sums.set(key, { asset, book, amount: (sums.get(key)?.amount ?? 0n) + sign * BigInt(amount) });
    }
  }
}

function told(sums: ReadonlyMap<string, BookChange>): BookChange[] {
  return [...sums.values()]
    .filter(({ amount }) => amount !== 0n)
    .sort((a, b) => (`${a.asset} ${a.book}` < `${b.asset} ${b.book}` ? -1 : 1));
}
