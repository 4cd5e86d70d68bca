import {
  BusinessId,
  Count,
  Currency,
  Flag,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  organization,
  Slug,
  Text,
  Whole,
} from '@tallystick/contracts';

/** A node of the organization tree as it is from `validFrom` on. */
export class NodeBody {
  @BusinessId()
  readonly node!: string;

  @OneOf([...organization.NODE_KINDS])
  readonly kind!: organization.NodeKind;

  @Text(120)
  readonly name!: string;

  @Optional()
  @BusinessId()
  readonly parent?: string;

  @InstantText()
  readonly validFrom!: string;

  @Optional()
  @Slug()
  readonly format?: string;

  @Optional()
  @Text(120)
  readonly legalEntity?: string;

  @Optional()
  @OneOf(['own', 'franchise', 'partner'])
  readonly ownership?: 'own' | 'franchise' | 'partner';

  @Optional()
  @Text(64)
  readonly zone?: string;

  /** Default true; false: the node takes no purchases from `validFrom` on. */
  @Optional()
  @Flag()
  readonly open?: boolean;
}

export class NodesRequest {
  @ListOf(() => NodeBody, 2000)
  readonly nodes!: readonly NodeBody[];
}

export class NodesAnswer {
  /** Declarations that were new; the rest already stood. */
  @Count()
  readonly declared!: number;
}

export class ProgramBody {
  @Text(120)
  readonly name!: string;

  @Text(64)
  readonly zone!: string;

  @Currency()
  readonly currency!: string;

  /** How old a purchase may be at receipt, in days; absent = no limit. */
  @Optional()
  @Whole(1, 36_500)
  readonly acceptPurchasesFromDays?: number;

  /** Default 300. */
  @Optional()
  @Whole(0, 86_400)
  readonly referenceWaitSeconds?: number;
}

export class ProgramAnswer {
  /** True where the settings were new. */
  @Flag()
  readonly declared!: boolean;
}
