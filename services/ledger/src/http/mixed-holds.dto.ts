import { Amount, BusinessId, InstantText, ListOf, OneOf, Optional, PositiveAmount, Text } from '@tallystick/contracts';
import { SpentAsset } from './asset-policy.dto';
import { ReservationRequest } from './holds.dto';
import { RecordedAnswer } from './recorded.dto';

export class MixedHoldRequest extends ReservationRequest {
  /** The caller's name of the hold, unique in its account among all holds. */
  @BusinessId()
  readonly holdId!: string;

  /** The assets that pay, in this order; absent: as the policy of `asset` says (`spendOrder`). */
  @Optional()
  @ListOf(() => SpentAsset, 20)
  readonly assets?: readonly SpentAsset[];
}

export class MixedCaptureRequest {
  /** What is captured of what is due, in units of the asset that it is due in; absent: all of it. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;
}

export class MixedCancellationRequest {
  /** The caller's name of the cancellation, unique in its account. */
  @BusinessId()
  readonly cancellationId!: string;
}

export class MixedPartAnswer {
  @Text(32)
  readonly asset!: string;

  /** In units of the asset. */
  @Amount()
  readonly amount!: string;
}

export class MixedHoldAnswer extends RecordedAnswer {
  @BusinessId()
  readonly holdId!: string;

  @OneOf(['open', 'captured', 'released', 'cancelled'])
  readonly state!: 'open' | 'captured' | 'released' | 'cancelled';

  /** What is taken of each asset, in the order in which they are spent; an asset of which nothing is taken is left out. */
  @ListOf(() => MixedPartAnswer, 20)
  readonly parts!: readonly MixedPartAnswer[];

  /** Of an open hold: it lapses at this instant. */
  @Optional()
  @InstantText()
  readonly until?: string;
}
