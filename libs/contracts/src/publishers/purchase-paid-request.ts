import { BusinessId, Optional, Part, Slug, Text } from '../decorators';
import { PurchasePaid } from './purchase-paid.v1';

/**
 * Who bought, as HTTP may say it: a member id, a card token, or an identifier (`phone`, `mail`, `card` …) that is
 * resolved through membership before anything is stored. Exactly one of the three.
 */
export class MemberReferenceOrIdentifier {
  @Optional()
  @BusinessId()
  readonly id?: string;

  @Optional()
  @BusinessId()
  readonly cardToken?: string;

  /** Kind of identifier. */
  @Optional()
  @Slug()
  readonly type?: string;

  /** The identifier itself: personal, so never stored, logged or put on a topic. */
  @Optional()
  @Text(254)
  readonly value?: string;
}

/** The body of `POST /v1/purchases`: the contract, but for how the member may be named. Never a topic value. */
export class PurchasePaidRequest extends PurchasePaid {
  @Optional()
  @Part(() => MemberReferenceOrIdentifier)
  declare readonly member?: MemberReferenceOrIdentifier;
}
