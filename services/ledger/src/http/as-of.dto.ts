import { Count, InstantText, ListOf, Optional, SignedAmount, Text } from '@tallystick/contracts';
import { PostingAnswer } from './ledger.dto';

export class AsOfQuery {
  /** What has taken effect by then counts; default: now. */
  @Optional()
  @InstantText()
  readonly at?: string;

  /** Only what was recorded by then is known; default: everything. */
  @Optional()
  @InstantText()
  readonly knownAt?: string;
}

/** True where a question is about another time than now. */
export function isAsOf({ at, knownAt }: AsOfQuery): boolean {
  return at !== undefined || knownAt !== undefined;
}

export class DiffQuery {
  /** Known then … */
  @InstantText()
  readonly from!: string;

  /** … and known then. */
  @InstantText()
  readonly to!: string;

  /** The instant that both answers are about; default: `to`. */
  @Optional()
  @InstantText()
  readonly at?: string;
}

export class BookChangeAnswer {
  @Text(32)
  readonly asset!: string;

  @Text(32)
  readonly book!: string;

  @SignedAmount()
  readonly amount!: string;
}

export class DiffEventAnswer {
  @Count()
  readonly revision!: number;

  @Text(20)
  readonly position!: string;

  @Text(100)
  readonly type!: string;

  @Optional()
  @InstantText()
  readonly effectiveAt?: string;

  @InstantText()
  readonly recordedAt!: string;

  @ListOf(() => PostingAnswer, 10_000, 0)
  readonly postings!: readonly PostingAnswer[];
}

/** Σ postings of `events` + `due` = `changes` = the difference of both answers. */
export class DiffAnswer {
  /** Exactly the events that came to be known and count by `at`, in the order of the log. */
  @ListOf(() => DiffEventAnswer, 100_000, 0)
  readonly events!: readonly DiffEventAnswer[];

  /** What time does that no job has booked, less what of it was seen before. */
  @ListOf(() => BookChangeAnswer, 1_000, 0)
  readonly due!: readonly BookChangeAnswer[];

  @ListOf(() => BookChangeAnswer, 1_000, 0)
  readonly changes!: readonly BookChangeAnswer[];
}
