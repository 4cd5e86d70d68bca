import { Count, Flag, Optional, Text } from '@tallystick/contracts';

/** What the answer to every decision on an account says. */
export class RecordedAnswer {
  /** Of the decision's last event in the account's stream. */
  @Count()
  readonly revision!: number;

  /** Its position in the ledger's log; reads that ask for it (`min-position`) show the decision. */
  @Text(20)
  readonly position!: string;

  /** True where the same was decided before, by another request. */
  @Optional()
  @Flag()
  readonly duplicate?: boolean;
}
