import {
  Amount,
  BusinessId,
  Count,
  Flag,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  Part,
  PurchaseReference,
  Rate,
  SignedAmount,
  Text,
  Uuid,
  Whole,
} from '@tallystick/contracts';
import { ASSET_KINDS, type AssetKind } from '@tallystick/ledger-domain';
import { AssetPolicyBody, AssetScopeBody } from './asset-policy.dto';
import { DecisionNames } from './decision-names.dto';

export class BalanceAnswer {
  @Text(32)
  readonly asset!: string;

  /** Free to use. */
  @Amount()
  readonly available!: string;

  @Amount()
  readonly pending!: string;

  @Amount()
  readonly held!: string;

  /** Asked back by returns and not found. */
  @Amount()
  readonly uncollectable!: string;

  /** Asked back, not found, and owed: repaid first by later accruals. */
  @Amount()
  readonly deficit!: string;

  /** Of the account's last event that moved this asset, and its position in the log. */
  @Count()
  readonly revision!: number;

  @Text(20)
  readonly position!: string;

  /** What has expired by `at`, booked or not; only where `at` or `knownAt` is asked. */
  @Optional()
  @SignedAmount()
  readonly breakage?: string;

  /** The part of `breakage` that no job has booked yet. */
  @Optional()
  @Amount()
  readonly due?: string;
}

/** The last event that an answer about the past knows; its hash proves all before it. */
export class SeenAnswer {
  @Count()
  readonly revision!: number;

  @Text(64)
  readonly hash!: string;
}

export class BalancesAnswer {
  @ListOf(() => BalanceAnswer, 100, 0)
  readonly balances!: readonly BalanceAnswer[];

  /** Only where `at` or `knownAt` is asked. */
  @Optional()
  @Part(() => SeenAnswer)
  readonly seen?: SeenAnswer;
}

export class BalancesQuery {
  @Text(32)
  readonly asset!: string;
}

export class ListedBalanceAnswer {
  @Uuid()
  readonly account!: string;

  @Amount()
  readonly available!: string;
}

export class LotAnswer {
  @Text(140)
  readonly lot!: string;

  @Text(32)
  readonly asset!: string;

  @BusinessId()
  readonly issuer!: string;

  @BusinessId()
  readonly store!: string;

  @Rate()
  readonly unitCost!: string;

  @InstantText()
  readonly effectiveAt!: string;

  @Optional()
  @InstantText()
  readonly expiresAt?: string;

  @Amount()
  readonly granted!: string;

  @Amount()
  readonly pending!: string;

  @Amount()
  readonly available!: string;

  @Amount()
  readonly held!: string;

  @Amount()
  readonly spent!: string;

  @Amount()
  readonly expired!: string;

  @Amount()
  readonly reversed!: string;

  @Amount()
  readonly moved!: string;

  /** Of the event that granted it. */
  @Count()
  readonly revision!: number;
}

export class PostingAnswer {
  @Text(32)
  readonly book!: string;

  @Text(32)
  readonly asset!: string;

  @BusinessId()
  readonly issuer!: string;

  @SignedAmount()
  readonly amount!: string;
}

/** A lot that a line is about; `GET lots/{lot}/explanation` tells where its points come from and what became of each. */
export class LotPartAnswer {
  @Text(140)
  readonly lot!: string;

  @Text(32)
  readonly asset!: string;

  /** Made, moved or taken of it; of what is amended the difference. Absent where nothing of it moved. */
  @Optional()
  @SignedAmount()
  readonly amount?: string;
}

/** What a line of a statement is about: by these names each point of it is explained (capabilities L21). */
export class ResolvedAnswer extends DecisionNames {
  /** The hold that is cancelled. */
  @Optional()
  @BusinessId()
  readonly hold?: string;

  /** The debt that is made, or overdue. */
  @Optional()
  @Text(140)
  readonly debt?: string;

  /** Version of the rates of an exchange; of a purchase the receipt tells its rule set. */
  @Optional()
  @Text(100)
  readonly rule?: string;

  /** The first 200. */
  @ListOf(() => LotPartAnswer, 200, 0)
  readonly lots!: readonly LotPartAnswer[];

  /** How many lots there are beyond them. */
  @Optional()
  @Count()
  readonly furtherLots?: number;
}

/** One event of an account and why it happened: its receipt at campaigns explains every point (capabilities L21). */
export class StatementLineAnswer extends ResolvedAnswer {
  /** Revision, position and time of the stored event; absent where `due`. */
  @Optional()
  @Count()
  readonly revision?: number;

  @Optional()
  @Text(20)
  readonly position?: string;

  /** True for what time has done by `at` and no job has booked; only where `at` or `knownAt` is asked. */
  @Optional()
  @Flag()
  readonly due?: boolean;

  @Text(100)
  readonly type!: string;

  /** The purchase or return that caused it. */
  @Optional()
  @Part(() => PurchaseReference)
  readonly source?: PurchaseReference;

  /** The purchase that is explained or taken back; absent for an unlinked return. */
  @Optional()
  @Part(() => PurchaseReference)
  readonly purchase?: PurchaseReference;

  /** Hash of the evaluation receipt. */
  @Optional()
  @Text(64)
  readonly receipt?: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  @Optional()
  @InstantText()
  readonly effectiveAt?: string;

  @Optional()
  @InstantText()
  readonly recordedAt?: string;

  @ListOf(() => PostingAnswer, 10_000, 0)
  readonly postings!: readonly PostingAnswer[];
}

export class AssetBody {
  @Text(32)
  readonly asset!: string;

  /**
   * All but a `score`, which only counts, lie in lots and are spent: `points`; the punches of a `count` card; `stored` value,
   * topped up; `credit`, owed once it is spent.
   */
  @OneOf([...ASSET_KINDS])
  readonly kind!: AssetKind;

  /** Decimal places of one whole unit; default 0. */
  @Optional()
  @Whole(0, 9)
  readonly scale?: number;

  /** Minor units of money per unit, a rational; default 0. */
  @Optional()
  @Rate()
  readonly unitCost?: string;

  /** Not for a `score`; absent: every default. */
  @Optional()
  @Part(() => AssetPolicyBody)
  readonly policy?: AssetPolicyBody;

  /** Where it is earned and spent; absent: in the whole group. */
  @Optional()
  @Part(() => AssetScopeBody)
  readonly scope?: AssetScopeBody;
}

export class AssetsRequest {
  @ListOf(() => AssetBody, 100)
  readonly assets!: readonly AssetBody[];
}

export class AssetsAnswer {
  /** Declarations that were new; the rest already stood. */
  @Count()
  readonly declared!: number;
}

export class EventsQuery {
  /** Position after which to read, exclusive; default: from the first event. */
  @Optional()
  @Text(20)
  readonly after?: string;

  /** At most so many events, 1 to 500; default 100. */
  @Optional()
  @Whole(1, 500)
  readonly max?: number;
}

/** A stored event as its bytes are: whoever verifies the chain hashes them and never serializes. */
export class EventAnswer {
  @Text(20)
  readonly position!: string;

  @Text(200)
  readonly stream!: string;

  @Count()
  readonly revision!: number;

  @Text(36)
  readonly id!: string;

  @Text(100)
  readonly type!: string;

  @Count()
  readonly version!: number;

  /** Base64. */
  @Text(2_000_000)
  readonly data!: string;

  /** Base64; absent where the event has none. */
  @Optional()
  @Text(2_000_000)
  readonly metadata?: string;

  /** Base64 of 32 bytes. */
  @Text(44)
  readonly prevHash!: string;

  @Text(44)
  readonly hash!: string;

  @InstantText()
  readonly recordedAt!: string;
}

export class EventsAnswer {
  @ListOf(() => EventAnswer, 500, 0)
  readonly items!: readonly EventAnswer[];

  /** Where the next page starts (`after`), whether or not anything is there yet. */
  @Text(20)
  readonly next!: string;

  @OneOf(['more', 'head'])
  readonly state!: 'more' | 'head';
}
