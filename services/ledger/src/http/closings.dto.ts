import { BusinessId, Count, ListOf, SignedAmount, Text } from '@tallystick/contracts';
import { RecordedAnswer } from './recorded.dto';

export class ClosingRequest {
  /** The caller's name of it, unique in its account, such as `2026-12`. */
  @BusinessId()
  readonly closingId!: string;
}

export class CarriedBalance {
  @Text(32)
  readonly book!: string;

  @Text(32)
  readonly asset!: string;

  /** Σ = 0 per asset. */
  @SignedAmount()
  readonly amount!: string;
}

export class ClosingAnswer extends RecordedAnswer {
  @BusinessId()
  readonly closingId!: string;

  /** Each book that is not zero. */
  @ListOf(() => CarriedBalance, 10_000, 0)
  readonly balances!: readonly CarriedBalance[];

  /** How many purchases, returns and other facts make it. */
  @Count()
  readonly facts!: number;

  /** Of how many lots something is left. */
  @Count()
  readonly lots!: number;

  /** SHA-256 of every fact and hold as lines, hexadecimal. */
  @Text(64)
  readonly state!: string;
}
