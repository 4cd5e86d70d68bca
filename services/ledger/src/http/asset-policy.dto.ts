import {
  Amount,
  BusinessId,
  ListOf,
  LocalDate,
  OneOf,
  Optional,
  Part,
  Rate,
  Slug,
  Text,
  Whole,
} from '@tallystick/contracts';
import { PERIODS, type Period, STORED_ORDERS, type StoredOrder } from '@tallystick/ledger-domain';

/** Exactly one of `days`, `months`, `endOf` and `date`; a lot is over when its last day has ended in the program's zone. */
export class ExpiryBody {
  @Optional()
  @Whole(1, 36_500)
  readonly days?: number;

  /** On the calendar; 31 January and one month is the last of February. */
  @Optional()
  @Whole(1, 1_200)
  readonly months?: number;

  @Optional()
  @OneOf([...PERIODS])
  readonly endOf?: Period;

  /** Whole periods beyond that of `endOf`; default 0. */
  @Optional()
  @Whole(0, 1_000)
  readonly plus?: number;

  @Optional()
  @LocalDate()
  readonly date?: string;
}

/** Exactly one of both. */
export class MaturityBody {
  /** Available from the start of the day that lies so many days after it was earned. */
  @Optional()
  @Whole(1, 36_500)
  readonly days?: number;

  /** The event of the purchase that is waited for, such as `shipped`. */
  @Optional()
  @Slug()
  readonly on?: string;
}

export class HoldTtlBody {
  /** Where the caller says none; default 900. */
  @Optional()
  @Whole(1, 31_536_000)
  readonly default?: number;

  /** At most; default 86,400. */
  @Optional()
  @Whole(1, 31_536_000)
  readonly most?: number;
}

/** One unit, or one store of it. */
export class AssetScopeBody {
  @BusinessId()
  readonly unit!: string;

  /** Absent: every store of the unit. */
  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class ExchangeBody {
  /** The asset that is given. */
  @Text(32)
  readonly to!: string;

  /** What one point gives of it, e.g. `3/2`. */
  @Rate()
  readonly rate!: string;

  /** Default `floor`. */
  @Optional()
  @OneOf(['floor', 'half-up', 'ceil'])
  readonly rounding?: 'floor' | 'half-up' | 'ceil';
}

export class CapLimitsBody {
  @Optional()
  @Amount()
  readonly transaction?: string;

  /** A day of the program. */
  @Optional()
  @Amount()
  readonly day?: string;

  /** From Monday. */
  @Optional()
  @Amount()
  readonly week?: string;

  @Optional()
  @Amount()
  readonly month?: string;

  @Optional()
  @Amount()
  readonly life?: string;
}

/** What one account may earn, spend and have of the asset; at least one limit. */
export class CapsBody {
  /** What purchases grant, before returns. */
  @Optional()
  @Part(() => CapLimitsBody)
  readonly earn?: CapLimitsBody;

  /** What is held or was redeemed; what is released, lapses or is cancelled is given back. */
  @Optional()
  @Part(() => CapLimitsBody)
  readonly spend?: CapLimitsBody;

  /** What the account has, pending, available and held together; beyond it credits and exchanges are refused. */
  @Optional()
  @Amount()
  readonly balance?: string;

  /** For what purchases give; default `cut`: what fits is granted; `reject`: nothing is where not all fits. */
  @Optional()
  @OneOf(['cut', 'reject'])
  readonly onExceed?: 'cut' | 'reject';
}

/** An asset that pays. */
export class SpentAsset {
  @Text(32)
  readonly asset!: string;
}

export class TierLimitBody {
  @Slug()
  readonly tier!: string;

  @Amount()
  readonly limit!: string;
}

export class LoanBody {
  /** What may be owed at once by whoever has none of `tiers`. */
  @Amount()
  readonly limit!: string;

  @Optional()
  @ListOf(() => TierLimitBody, 20)
  readonly tiers?: readonly TierLimitBody[];

  /** A loan is overdue when the last of so many days has ended. */
  @Whole(1, 3_650)
  readonly dueDays!: number;
}

export class ReactivationBody {
  /** Days after its date within which a lot may live again. */
  @Whole(1, 36_500)
  readonly withinDays!: number;

  /** Days that it then lives. */
  @Whole(1, 36_500)
  readonly livesDays!: number;
}

/** What a program decides about an asset that lies in lots. It counts for what is earned from its declaration on. */
export class AssetPolicyBody {
  /** Absent: a lot never expires. */
  @Optional()
  @Part(() => ExpiryBody)
  readonly expiry?: ExpiryBody;

  /** Where the life of a lot begins; default `earning`. `activation` needs a maturity in days. */
  @Optional()
  @OneOf(['earning', 'activation'])
  readonly expiryFrom?: 'earning' | 'activation';

  /** Absent: available at once. */
  @Optional()
  @Part(() => MaturityBody)
  readonly maturity?: MaturityBody;

  /** `only_pending`, `same_lot`, `within_balance` (default), `unlimited`, or `floor:<amount>` of deficit. */
  @Optional()
  @Text(22)
  readonly clawback?: string;

  /** `protect` (default): lots live as long as the hold that took them; `lapse`: the hold ends with its first lot. */
  @Optional()
  @OneOf(['protect', 'lapse'])
  readonly expireUnderHold?: 'protect' | 'lapse';

  /** Days that a lot lives again whose date has passed when its redemption is cancelled; default 7. */
  @Optional()
  @Whole(0, 36_500)
  readonly cancelGraceDays?: number;

  /** Lots of a lower one are drawn first; default 0. */
  @Optional()
  @Whole(-999, 999)
  readonly priority?: number;

  @Optional()
  @Part(() => HoldTtlBody)
  readonly holdTtlSeconds?: HoldTtlBody;

  /** What it may be exchanged for; absent: nothing. */
  @Optional()
  @ListOf(() => ExchangeBody, 20, 0)
  readonly exchange?: readonly ExchangeBody[];

  /** Absent: without limit. */
  @Optional()
  @Part(() => CapsBody)
  readonly caps?: CapsBody;
  /** Which assets, in this order, pay what is due in this one where a mixed hold names none. */
  @Optional()
  @ListOf(() => SpentAsset, 20)
  readonly spendOrder?: readonly SpentAsset[];

  /** Only for `stored`: which part is spent first; default `principal_first`. */
  @Optional()
  @OneOf([...STORED_ORDERS])
  readonly storedOrder?: StoredOrder;

  /** Only for `credit`: what was spent is overdue when the last of so many days has ended; default 30. */
  @Optional()
  @Whole(1, 3_650)
  readonly dueDays?: number;

  /** Only for `points`; absent: nothing is lent. */
  @Optional()
  @Part(() => LoanBody)
  readonly loan?: LoanBody;

  /** Only for `points` and `count`; absent: what has expired stays so. */
  @Optional()
  @Part(() => ReactivationBody)
  readonly reactivation?: ReactivationBody;
}
