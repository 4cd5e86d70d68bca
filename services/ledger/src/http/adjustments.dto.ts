import {
  BusinessId,
  Flag,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  SignedAmount,
  Amount,
  Slug,
  Text,
  Uuid,
  Whole,
} from '@tallystick/contracts';
import { AdjustmentTerms } from './decisions.dto';
import { RecordedAnswer } from './recorded.dto';

export class AdjustmentReasonBody {
  /** What an adjustment names, and its event says for ever. */
  @Slug()
  readonly code!: string;

  /** What people are shown. */
  @Text(100)
  readonly en!: string;

  @Text(100)
  readonly zh!: string;
}

/** What one person may adjust of an asset without a second one, credits and debits alike. */
export class AdjustmentLimitBody {
  @Text(32)
  readonly asset!: string;

  /** The largest single adjustment; a larger one waits for approval. */
  @Amount()
  readonly alone!: string;

  /** The largest sum of one maker's unapproved adjustments in a day of the program's zone; not below `alone`. */
  @Amount()
  readonly daily!: string;
}

export class AdjustmentPolicyBody {
  @ListOf(() => AdjustmentReasonBody, 100)
  readonly reasons!: readonly AdjustmentReasonBody[];

  /** At most one an asset; an asset that is not named has no limit. */
  @ListOf(() => AdjustmentLimitBody, 100, 0)
  readonly limits!: readonly AdjustmentLimitBody[];

  /** Days that a dispute may stay open. */
  @Whole(1, 365)
  readonly disputeDays!: number;
}

export class AdjustmentPolicyAnswer {
  /** False where it was in force already. */
  @Flag()
  readonly declared!: boolean;
}

/** The adjustment is above its maker's limit: another person approves it, or turns it down. */
export class AdjustmentPendingAnswer extends RecordedAnswer {
  @BusinessId()
  readonly adjustmentId!: string;

  @Uuid()
  readonly requestId!: string;

  @OneOf(['pending'])
  readonly state!: 'pending';

  @Text(32)
  readonly asset!: string;

  @SignedAmount()
  readonly amount!: string;
}

const REQUEST_STATES = ['pending', 'approved', 'turned-down'] as const;

/** A request for an adjustment and what was decided about it. */
export class AdjustmentRequestAnswer {
  @Uuid()
  readonly requestId!: string;

  @OneOf([...REQUEST_STATES])
  readonly state!: (typeof REQUEST_STATES)[number];

  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly adjustmentId!: string;

  @Text(32)
  readonly asset!: string;

  @SignedAmount()
  readonly amount!: string;

  @Slug()
  readonly reason!: string;

  @BusinessId()
  readonly unit!: string;

  /** Who asked for it. */
  @Text(160)
  readonly maker!: string;

  @InstantText()
  readonly requestedAt!: string;

  /** Who decided. */
  @Optional()
  @Text(160)
  readonly decidedBy?: string;

  @Optional()
  @InstantText()
  readonly decidedAt?: string;
}

export class AdjustmentRequestsQuery {
  /** Absent: in any state. */
  @Optional()
  @OneOf([...REQUEST_STATES])
  readonly state?: (typeof REQUEST_STATES)[number];
}

export class AdjustmentTurnedDownAnswer {
  @Uuid()
  readonly requestId!: string;

  @OneOf(['turned-down'])
  readonly state!: 'turned-down';

  @BusinessId()
  readonly adjustmentId!: string;
}

export class AdjustmentRowBody extends AdjustmentTerms {
  /** The row's name, unique in its batch: the adjustment is called `<batchId>.<rowId>`, together at most 64 characters. */
  @BusinessId()
  readonly rowId!: string;

  @Uuid()
  readonly account!: string;
}

export class AdjustmentBatchRequest {
  /** The caller's name of the batch, unique in its program. More rows of it may be sent under the same name. */
  @BusinessId()
  readonly batchId!: string;

  @ListOf(() => AdjustmentRowBody, 1_000)
  readonly rows!: readonly AdjustmentRowBody[];
}

const ROW_STATES = ['booked', 'pending', 'refused', 'open'] as const;

export class AdjustmentRowAnswer {
  @BusinessId()
  readonly rowId!: string;

  /** `open`: not carried out yet; the batch sent again goes on with it. */
  @OneOf([...ROW_STATES])
  readonly state!: (typeof ROW_STATES)[number];

  /** Why it was refused. */
  @Optional()
  @Text(64)
  readonly code?: string;

  /** The request that a pending row waits for. */
  @Optional()
  @Uuid()
  readonly requestId?: string;
}

/** The rows that were sent, each with what became of it. */
export class AdjustmentBatchAnswer {
  @BusinessId()
  readonly batchId!: string;

  @ListOf(() => AdjustmentRowAnswer, 1_000, 0)
  readonly rows!: readonly AdjustmentRowAnswer[];

  /** Position in the ledger's log of the last outcome of the rows that were sent. */
  @Optional()
  @Text(20)
  readonly position?: string;
}
