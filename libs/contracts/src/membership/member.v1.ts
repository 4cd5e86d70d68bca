import { BusinessId, Contract, Count, InstantText, ListOf, Slug, Text, Uuid } from '../decorators';

/** A member exists. Nothing personal is said. Key: the member. */
@Contract({ topic: 'membership.member-enrolled.v1', key: (message: MemberEnrolled) => message.member })
export class MemberEnrolled {
  @BusinessId()
  readonly member!: string;

  @Uuid()
  readonly account!: string;

  @Slug()
  readonly program!: string;

  @InstantText()
  readonly enrolledAt!: string;

  /** The unit that acquired the member. */
  @BusinessId()
  readonly unit!: string;

  @BusinessId()
  readonly store!: string;
}

/** A card token names a member. Key: the card token. */
@Contract({ topic: 'membership.card-issued.v1', key: (message: CardIssued) => message.cardToken })
export class CardIssued {
  @BusinessId()
  readonly member!: string;

  @BusinessId()
  readonly cardToken!: string;

  @InstantText()
  readonly issuedAt!: string;
}

/** The tier holds from this instant until the next entry. */
export class TierPeriod {
  @Slug()
  readonly tier!: string;

  @InstantText()
  readonly validFrom!: string;
}

/**
 * A member's tier history has changed. The whole history is said; the highest revision counts. Before the first entry
 * the member is in the program's base tier. Key: the member.
 */
@Contract({ topic: 'membership.tier-changed.v1', key: (message: TierChanged) => message.member })
export class TierChanged {
  @BusinessId()
  readonly member!: string;

  @Uuid()
  readonly account!: string;

  @Slug()
  readonly program!: string;

  /** Revision of the member's stream. */
  @Count()
  readonly revision!: number;

  /** The tier reached and from when, the change that is announced. */
  @Slug()
  readonly tier!: string;

  @InstantText()
  readonly validFrom!: string;

  /** `upgrade`, `review`, `correction`. */
  @Text(32)
  readonly cause!: string;

  /** Every period, oldest first. */
  @ListOf(() => TierPeriod, 1000, 0)
  readonly history!: readonly TierPeriod[];
}
