import { Amount, BusinessId, Contract, Count, InstantText, ListOf, Part, Rate, Slug, Text, Uuid } from '../decorators';
import { PurchaseReference } from '../publishers/return-made.v1';

/** The share of a grant that one rule gave for one line. */
export class Allocation {
  @BusinessId()
  readonly line!: string;

  @Slug()
  readonly rule!: string;

  @Amount()
  readonly amount!: string;
}

/** What a purchase earns of one asset; the allocation sums to the amount (largest remainder). */
export class Grant {
  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** Minor units of money per point, a rational such as `1/100`. */
  @Rate()
  readonly unitCost!: string;

  @ListOf(() => Allocation, 10_000, 0)
  readonly allocation!: readonly Allocation[];
}

export class AskedAmount {
  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;
}

/** What one linked return takes back of what its purchase earned. */
export class LinkedReversal {
  @Part(() => PurchaseReference)
  readonly return!: PurchaseReference;

  @InstantText()
  readonly effectiveAt!: string;

  @BusinessId()
  readonly store!: string;

  @ListOf(() => AskedAmount, 20, 0)
  readonly amounts!: readonly AskedAmount[];
}

/**
 * The whole present picture of what a member's purchase earns: grants of the original lines, and what each return so
 * far takes back. Said anew whenever it changes; the highest revision counts, so any order and repetition ends alike.
 * Key: the account.
 */
@Contract({ topic: 'campaigns.purchase-qualified.v1', key: (message: PurchaseQualified) => message.account })
export class PurchaseQualified {
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly member!: string;

  @Slug()
  readonly program!: string;

  @Part(() => PurchaseReference)
  readonly purchase!: PurchaseReference;

  /** Revision of the purchase's stream that this picture was taken at. */
  @Count()
  readonly revision!: number;

  @InstantText()
  readonly effectiveAt!: string;

  /** The issuing unit: that of the store at the time of the purchase. */
  @BusinessId()
  readonly issuer!: string;

  @BusinessId()
  readonly store!: string;

  /** SHA-256 of the evaluation receipt, hex. */
  @Text(64)
  readonly receipt!: string;

  @ListOf(() => Grant, 20, 0)
  readonly grants!: readonly Grant[];

  @ListOf(() => LinkedReversal, 2000, 0)
  readonly returns!: readonly LinkedReversal[];
}

/** What an unlinked return asks back. The ledger takes what is there. Key: the account. */
@Contract({ topic: 'campaigns.return-qualified.v1', key: (message: ReturnQualified) => message.account })
export class ReturnQualified {
  @Uuid()
  readonly account!: string;

  @BusinessId()
  readonly member!: string;

  @Slug()
  readonly program!: string;

  @Part(() => PurchaseReference)
  readonly return!: PurchaseReference;

  @Count()
  readonly revision!: number;

  @InstantText()
  readonly effectiveAt!: string;

  /** The unit that took the goods back. */
  @BusinessId()
  readonly issuer!: string;

  @BusinessId()
  readonly store!: string;

  @Text(64)
  readonly receipt!: string;

  @ListOf(() => AskedAmount, 20, 0)
  readonly amounts!: readonly AskedAmount[];
}
