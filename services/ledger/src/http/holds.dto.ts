import {
  Amount,
  BusinessId,
  Count,
  Flag,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  PositiveAmount,
  Text,
  Whole,
} from '@tallystick/contracts';
import { RecordedAnswer } from './recorded.dto';

const LONGEST_TTL = 31_536_000;
const STATES = ['open', 'captured', 'released', 'lapsed'] as const;

export class NamedLotBody {
  /** As the account names it. */
  @Text(160)
  readonly lot!: string;

  @PositiveAmount()
  readonly amount!: string;
}

/** What is said wherever an amount is reserved. */
export abstract class ReservationRequest {
  /** What `amount` counts. */
  @Text(32)
  readonly asset!: string;

  @PositiveAmount()
  readonly amount!: string;

  /** Seconds until it lapses; default and maximum are the asset's. */
  @Optional()
  @Whole(1, LONGEST_TTL)
  readonly ttlSeconds?: number;

  /** The unit that accepts the points. */
  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class PlaceHoldRequest extends ReservationRequest {
  /** The caller's name of the hold, unique in its account. */
  @BusinessId()
  readonly holdId!: string;

  /** Which lots are to be reserved, and how much of each, in sum `amount`; absent: in draw order. */
  @Optional()
  @ListOf(() => NamedLotBody, 1_000)
  readonly lots?: readonly NamedLotBody[];

  /** Who spends of a pool; only of one, and there always. */
  @Optional()
  @BusinessId()
  readonly member?: string;
}

export class CaptureHoldRequest {
  /** Absent: all that is held. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;

  /** True: more than was held may be captured, if it is there. */
  @Optional()
  @Flag()
  readonly beyondHold?: boolean;

  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class CancelRedemptionRequest {
  /** The caller's name of the cancellation, unique in its account. */
  @BusinessId()
  readonly cancellationId!: string;

  /** Absent: all that is left of the redemption. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;
}

export class HoldPlacedAnswer extends RecordedAnswer {
  @BusinessId()
  readonly holdId!: string;

  @OneOf(['open'])
  readonly state!: 'open';

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** The hold lapses at this instant. */
  @InstantText()
  readonly until!: string;
}

export class HoldEndedAnswer extends RecordedAnswer {
  @BusinessId()
  readonly holdId!: string;

  @OneOf(['captured', 'released'])
  readonly state!: 'captured' | 'released';

  @Text(32)
  readonly asset!: string;

  /** What was redeemed. */
  @Amount()
  readonly captured!: string;

  /** What was held and is free again. */
  @Amount()
  readonly released!: string;
}

export class CancellationAnswer extends RecordedAnswer {
  @BusinessId()
  readonly cancellationId!: string;

  @BusinessId()
  readonly holdId!: string;

  @Text(32)
  readonly asset!: string;

  /** What is back in its lots. */
  @Amount()
  readonly amount!: string;

  /** Until when lots live once more whose date has passed; absent where there are none. */
  @Optional()
  @InstantText()
  readonly graceUntil?: string;
}

export class HoldsQuery {
  @Optional()
  @OneOf([...STATES])
  readonly state?: (typeof STATES)[number];
}

export class HoldAnswer {
  /** Of a part of a mixed hold: the name of the whole, a tilde and the asset. */
  @Text(128)
  readonly holdId!: string;

  @OneOf([...STATES])
  readonly state!: (typeof STATES)[number];

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** What was redeemed, cancelled or not. */
  @Amount()
  readonly captured!: string;

  /** What of it was cancelled. */
  @Amount()
  readonly cancelled!: string;

  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  @InstantText()
  readonly placedAt!: string;

  @InstantText()
  readonly until!: string;

  /** Of the event that last changed it. */
  @Count()
  readonly revision!: number;
}
