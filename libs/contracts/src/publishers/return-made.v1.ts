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
  Slug,
  Text,
} from '../decorators';
import { MemberReference, Tender } from './purchase-paid.v1';

/** The purchase that a return gives back from. */
export class PurchaseReference {
  @Slug()
  readonly source!: string;

  @BusinessId()
  readonly id!: string;
}

/**
 * What is given back, in positive amounts. Linked: `line` names the purchase's line, with `quantity` or `amount`
 * (both: `amount` counts). Unlinked: `sku` and `amount` of the line itself.
 */
export class ReturnLine {
  @BusinessId()
  readonly line!: string;

  @Optional()
  @Text(64)
  readonly sku?: string;

  @Optional()
  @DecimalText(3)
  readonly quantity?: string;

  @Optional()
  @Amount()
  readonly amount?: string;

  @Optional()
  @Text(64)
  readonly category?: string;

  @Optional()
  @Text(64)
  readonly brand?: string;
}

/**
 * Goods given back, linked to a purchase or not (capabilities L8). Key: the member id, else the card token, else the id of
 * the purchase, else the return's own.
 */
@Contract({
  topic: 'returns.v1',
  type: 'return-made',
  key: ({ member, purchase, id }: ReturnMade) => member?.id ?? member?.cardToken ?? purchase?.id ?? id,
})
export class ReturnMade {
  @OneOf(['return-made'])
  readonly type!: 'return-made';

  @OneOf([1])
  readonly version!: 1;

  @Slug()
  readonly source!: string;

  @BusinessId()
  readonly id!: string;

  @InstantText()
  readonly occurredAt!: string;

  @BusinessId()
  readonly store!: string;

  /** Present on a linked return. */
  @Optional()
  @Part(() => PurchaseReference)
  readonly purchase?: PurchaseReference;

  /** Who returned; on a linked return the purchase's member counts. */
  @Optional()
  @Part(() => MemberReference)
  readonly member?: MemberReference;

  @Optional()
  @BusinessId()
  readonly order?: string;

  @Currency()
  readonly currency!: string;

  @ListOf(() => ReturnLine, 2000)
  readonly lines!: readonly ReturnLine[];

  /** How the money went back; needed on an unlinked return, where it says what earned. */
  @Optional()
  @ListOf(() => Tender, 100)
  readonly tenders?: readonly Tender[];

  /** Σ of the lines' amounts where all have one. */
  @Optional()
  @Amount()
  readonly total?: string;
}
