import {
  BusinessId,
  Flag,
  ListOf,
  OneOf,
  Optional,
  Slug,
  Text,
  Uuid,
  Amount,
  InstantText,
} from '@tallystick/contracts';

/** Something that names a person. Only verified identifiers are unique and match. */
export class IdentifierBody {
  /** `external`, `card`, `phone`, `email` or a type of the tenant's own. */
  @Slug()
  readonly type!: string;

  @Text(200)
  readonly value!: string;

  /** Default false. */
  @Optional()
  @Flag()
  readonly verified?: boolean;
}

export class EnrolBody {
  @ListOf(() => IdentifierBody, 10)
  readonly identifiers!: readonly IdentifierBody[];

  /** Where the member was acquired. */
  @BusinessId()
  readonly store!: string;
}

export class EnrolledAnswer {
  @BusinessId()
  readonly member!: string;

  @Uuid()
  readonly account!: string;
}

export class ResolveBody {
  @Slug()
  readonly type!: string;

  @Text(200)
  readonly value!: string;
}

export class CardAnswer {
  @BusinessId()
  readonly member!: string;

  @BusinessId()
  readonly cardToken!: string;
}

export class IdentifiersQuery {
  @Slug()
  readonly type!: string;
}

export class ListedIdentifierAnswer {
  @Text(200)
  readonly identifier!: string;

  @BusinessId()
  readonly member!: string;

  @Uuid()
  readonly account!: string;
}

export class TierLevelBody {
  @Slug()
  readonly tier!: string;

  /** Growth value from which the tier is reached. */
  @Amount()
  readonly from!: string;
}

export class TierPolicyBody {
  @Slug()
  readonly baseTier!: string;

  @ListOf(() => TierLevelBody, 20, 0)
  readonly levels!: readonly TierLevelBody[];

  @OneOf(['calendar-year', 'lifetime'])
  readonly window!: 'calendar-year' | 'lifetime';

  @OneOf(['recompute', 'none'])
  readonly downgrade!: 'recompute' | 'none';
}

export class TierPolicyAnswer {
  /** True where the policy was new. */
  @Flag()
  readonly declared!: boolean;
}

export class TierPeriodAnswer {
  @Slug()
  readonly tier!: string;

  @InstantText()
  readonly validFrom!: string;
}

export class MemberAnswer {
  @BusinessId()
  readonly member!: string;

  @Uuid()
  readonly account!: string;

  @Optional()
  @InstantText()
  readonly enrolledAt?: string;

  @Optional()
  @Slug()
  readonly tier?: string;

  @ListOf(() => TierPeriodAnswer, 1000, 0)
  readonly tiers!: readonly TierPeriodAnswer[];
}
