import {
  Amount,
  BusinessId,
  Contract,
  Currency,
  Count,
  DecimalText,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  Part,
  SignedAmount,
  Text,
  Uuid,
} from '../decorators';
import { PurchaseReference } from '../publishers/return-made.v1';
import { Tender } from '../publishers/purchase-paid.v1';

export class RecordedLine {
  @BusinessId()
  readonly line!: string;

  @Text(64)
  readonly sku!: string;

  @DecimalText(3)
  readonly quantity!: string;

  @SignedAmount()
  readonly amount!: string;

  @Optional()
  @Text(64)
  readonly category?: string;

  @Optional()
  @Text(64)
  readonly brand?: string;
}

/** Said once for every recorded purchase, member or not; the source of BI's purchases and lines. Key: the purchase id. */
@Contract({ topic: 'campaigns.purchase-recorded.v1', key: (message: PurchaseRecorded) => message.purchase.id })
export class PurchaseRecorded {
  @Part(() => PurchaseReference)
  readonly purchase!: PurchaseReference;

  @Optional()
  @Uuid()
  readonly account?: string;

  @Optional()
  @BusinessId()
  readonly member?: string;

  @BusinessId()
  readonly store!: string;

  @BusinessId()
  readonly unit!: string;

  @InstantText()
  readonly occurredAt!: string;

  @Currency()
  readonly currency!: string;

  @Amount()
  readonly total!: string;

  /** `evaluated`, or why the purchase earns nothing by itself. */
  @OneOf(['evaluated', 'no-member'])
  readonly verdict!: 'evaluated' | 'no-member';

  @Optional()
  @BusinessId()
  readonly order?: string;

  @ListOf(() => RecordedLine, 2000)
  readonly lines!: readonly RecordedLine[];

  @ListOf(() => Tender, 100)
  readonly tenders!: readonly Tender[];
}

/** What of a purchase has been given back by one linked or unlinked return. Key: the return id. */
@Contract({ topic: 'campaigns.return-recorded.v1', key: (message: ReturnRecorded) => message.return.id })
export class ReturnRecorded {
  @Part(() => PurchaseReference)
  readonly return!: PurchaseReference;

  @Optional()
  @Part(() => PurchaseReference)
  readonly purchase?: PurchaseReference;

  @Optional()
  @BusinessId()
  readonly member?: string;

  @BusinessId()
  readonly store!: string;

  @BusinessId()
  readonly unit!: string;

  @InstantText()
  readonly occurredAt!: string;

  @Currency()
  readonly currency!: string;

  @Amount()
  readonly total!: string;

  @Count()
  readonly lines!: number;
}
