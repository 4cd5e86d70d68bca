import { Amount, BusinessId, Contract, Count, InstantText, ListOf, OneOf, Slug, Text, Uuid } from '../decorators';

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

export class TierLevel {
  @Slug()
  readonly tier!: string;

  /** Growth value from which the tier is reached. */
  @Amount()
  readonly from!: string;
}

/**
 * How growth value becomes a tier in a program from now on; members are reviewed by it and what it changes is said as tier
 * changes. The highest revision counts. Key: the program.
 */
@Contract({
  topic: 'membership.tier-policy-declared.v1',
  key: (message: TierPolicyDeclared) => message.program,
})
export class TierPolicyDeclared {
  @Slug()
  readonly program!: string;

  /** Revision of the policy's stream. */
  @Count()
  readonly revision!: number;

  /** The tier of a member who has reached none. */
  @Slug()
  readonly baseTier!: string;

  /** Ascending by `from`. */
  @ListOf(() => TierLevel, 20, 0)
  readonly levels!: readonly TierLevel[];

  @OneOf(['calendar-year', 'lifetime'])
  readonly window!: 'calendar-year' | 'lifetime';

  /** `recompute`: at the end of a window the tier becomes what that window earned; `none`: it is kept. */
  @OneOf(['recompute', 'none'])
  readonly downgrade!: 'recompute' | 'none';
}
