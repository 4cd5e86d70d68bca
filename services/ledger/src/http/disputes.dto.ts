import { BusinessId, InstantText, ListOf, OneOf, Optional, PurchaseReference } from '@tallystick/contracts';
import { DECLINE_REASONS } from '@tallystick/ledger-domain';
import { RecordedAnswer } from './recorded.dto';

const CLAIMS = ['missing-accrual', 'incorrect-accrual'] as const;

export class DisputeRequest {
  /** The caller's name of the dispute, unique in its account. */
  @BusinessId()
  readonly disputeId!: string;

  /** `missing-accrual`: nothing was granted; `incorrect-accrual`: not what should have been. */
  @OneOf([...CLAIMS])
  readonly claim!: (typeof CLAIMS)[number];

  /** The purchases whose receipts are disputed. */
  @ListOf(() => PurchaseReference, 100)
  readonly purchases!: readonly PurchaseReference[];
}

export class DisputeOpenedAnswer extends RecordedAnswer {
  @BusinessId()
  readonly disputeId!: string;

  @OneOf(['open'])
  readonly state!: 'open';

  /** An answer is due strictly before. */
  @InstantText()
  readonly deadline!: string;
}

/** `granted` names the adjustment that was made, `declined` a reason: one of both. */
export class ResolutionRequest {
  @OneOf(['granted', 'declined'])
  readonly outcome!: 'granted' | 'declined';

  /** Of a granted dispute: a credit on its account. */
  @Optional()
  @BusinessId()
  readonly adjustmentId?: string;

  /** Of a declined dispute. */
  @Optional()
  @OneOf([...DECLINE_REASONS])
  readonly reason?: (typeof DECLINE_REASONS)[number];
}

export class ResolutionAnswer extends RecordedAnswer {
  @BusinessId()
  readonly disputeId!: string;

  @OneOf(['granted', 'declined'])
  readonly state!: 'granted' | 'declined';

  @Optional()
  @BusinessId()
  readonly adjustmentId?: string;

  @Optional()
  @OneOf([...DECLINE_REASONS])
  readonly reason?: (typeof DECLINE_REASONS)[number];

  @InstantText()
  readonly resolvedAt!: string;
}

/** A dispute as its member may see it. */
export class DisputeAnswer {
  @BusinessId()
  readonly disputeId!: string;

  @OneOf(['open', 'overdue', 'granted', 'declined'])
  readonly state!: 'open' | 'overdue' | 'granted' | 'declined';

  @OneOf([...CLAIMS])
  readonly claim!: (typeof CLAIMS)[number];

  @ListOf(() => PurchaseReference, 100)
  readonly purchases!: readonly PurchaseReference[];

  @InstantText()
  readonly openedAt!: string;

  /** An answer is due strictly before. */
  @InstantText()
  readonly deadline!: string;

  @Optional()
  @InstantText()
  readonly resolvedAt?: string;

  @Optional()
  @BusinessId()
  readonly adjustmentId?: string;

  @Optional()
  @OneOf([...DECLINE_REASONS])
  readonly reason?: (typeof DECLINE_REASONS)[number];
}
