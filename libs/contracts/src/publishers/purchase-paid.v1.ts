import {
  Amount,
  BusinessId,
  Contract,
  Currency,
  DecimalText,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  Part,
  SignedAmount,
  Slug,
  Text,
} from '../decorators';

/** Who bought: a member id, or the random card token that membership issued. Exactly one of the two. */
export class MemberReference {
  @Optional()
  @BusinessId()
  readonly id?: string;

  @Optional()
  @BusinessId()
  readonly cardToken?: string;
}

/** One line of a receipt. `amount` is its net after discounts in minor units; a discount line is negative. */
export class PurchaseLine {
  @BusinessId()
  readonly line!: string;

  @Text(64)
  readonly sku!: string;

  /** For information and count rules; no amount is computed from it. At most 3 decimals. */
  @DecimalText(3)
  readonly quantity!: string;

  @SignedAmount()
  readonly amount!: string;

  /** For information; at most 6 decimals. */
  @Optional()
  @DecimalText(6)
  readonly unitPrice?: string;

  @Optional()
  @Text(64)
  readonly category?: string;

  @Optional()
  @Text(64)
  readonly brand?: string;

  @Optional()
  @Amount()
  readonly cost?: string;

  @Optional()
  @BusinessId()
  readonly seller?: string;

  @Optional()
  @Amount()
  readonly tax?: string;

  @Optional()
  @Amount()
  readonly discount?: string;
}

/** A means of payment and what was paid with it, in minor units. */
export class Tender {
  /** `cash`, `card`, `coupon`, `points`, `stored-value`, `gift`, `insurance` or a kind that a rule set knows. */
  @Slug()
  readonly kind!: string;

  @Amount()
  readonly amount!: string;
}

/**
 * A purchase that has been paid (capabilities X1). Σ lines = Σ tenders = total. Key: the member id, else the card token,
 * else the purchase id.
 */
@Contract({
  topic: 'purchases.v1',
  type: 'purchase-paid',
  key: ({ member, id }: PurchasePaid) => member?.id ?? member?.cardToken ?? id,
})
export class PurchasePaid {
  @OneOf(['purchase-paid'])
  readonly type!: 'purchase-paid';

  @OneOf([1])
  readonly version!: 1;

  @Slug()
  readonly source!: string;

  /** Unique per (tenant, source); counts once for ever. */
  @BusinessId()
  readonly id!: string;

  /** RFC 3339 with offset. */
  @InstantText()
  readonly occurredAt!: string;

  @BusinessId()
  readonly store!: string;

  @Optional()
  @Part(() => MemberReference)
  readonly member?: MemberReference;

  /** Links purchase, return, deposits and folio of one order. */
  @Optional()
  @BusinessId()
  readonly order?: string;

  /** ISO 4217 code. */
  @Currency()
  readonly currency!: string;

  @ListOf(() => PurchaseLine, 2000)
  readonly lines!: readonly PurchaseLine[];

  @ListOf(() => Tender, 100)
  readonly tenders!: readonly Tender[];

  @Amount()
  readonly total!: string;
}
