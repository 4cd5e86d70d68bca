import { BusinessId, Flag, InstantText, OneOf, Optional, Text } from '@tallystick/contracts';

export class PurchaseAnswer {
  @BusinessId()
  readonly purchaseId!: string;

  /** Position in the log of campaigns; projections that have seen it show the purchase. */
  @Text(20)
  readonly position!: string;

  /** True where the purchase was recorded before, with the same content. */
  @Optional()
  @Flag()
  readonly duplicate?: boolean;
}

export class ReturnAnswer {
  @BusinessId()
  readonly returnId!: string;

  @Text(20)
  readonly position!: string;

  /** `parked`: it waits for its purchase. */
  @OneOf(['recorded', 'parked'])
  readonly status!: 'recorded' | 'parked';

  @Optional()
  @Flag()
  readonly duplicate?: boolean;
}

export class RuleSetsQuery {
  /** True: judges the rule set and publishes nothing. */
  @Optional()
  @Flag()
  readonly dryRun?: boolean;
}

export class RuleSetAnswer {
  /** `1`, `2`, `3` … */
  @Text(20)
  readonly version!: string;

  /** SHA-256 of the canonical content, hex. */
  @Text(64)
  readonly hash!: string;

  @InstantText()
  readonly validFrom!: string;

  /** False where it stood already, or for a dry run. */
  @Flag()
  readonly published!: boolean;
}
