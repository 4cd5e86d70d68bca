import {
  BusinessId,
  Contract,
  Count,
  Currency,
  Flag,
  InstantText,
  LocalDate,
  OneOf,
  Optional,
  Slug,
  Text,
} from '../decorators';

export const NODE_KINDS = ['group', 'unit', 'brand', 'region', 'store'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/**
 * A node of the organization tree is as told from `validFrom` on, until the next declaration of the same node. `unit`
 * is the business unit above a store, resolved by the producer for the same instant. Key: the node.
 */
@Contract({ topic: 'organization.node-declared.v1', key: (message: NodeDeclared) => message.node })
export class NodeDeclared {
  @BusinessId()
  readonly node!: string;

  @OneOf([...NODE_KINDS])
  readonly kind!: NodeKind;

  @Text(120)
  readonly name!: string;

  @Optional()
  @BusinessId()
  readonly parent?: string;

  /** The business unit that the node lies in (itself for a unit); absent for the group. */
  @Optional()
  @BusinessId()
  readonly unit?: string;

  @InstantText()
  readonly validFrom!: string;

  /** Revision of the tree's stream; of two declarations for one instant the higher counts. */
  @Count()
  readonly revision!: number;

  /** Format of the business: `supermarket`, `scenic-spot`, `hotel`, `clinic` … */
  @Optional()
  @Slug()
  readonly format?: string;

  @Optional()
  @Text(120)
  readonly legalEntity?: string;

  @Optional()
  @OneOf(['own', 'franchise', 'partner'])
  readonly ownership?: 'own' | 'franchise' | 'partner';

  /** IANA zone of a store; rule windows are judged in it. */
  @Optional()
  @Text(64)
  readonly zone?: string;

  /** False from `validFrom` on: the node takes no purchases any more. */
  @Flag()
  readonly open!: boolean;
}

/** The program's settings as of this revision. Key: the program. */
@Contract({ topic: 'organization.program-declared.v1', key: (message: ProgramDeclared) => message.program })
export class ProgramDeclared {
  @Slug()
  readonly program!: string;

  @Count()
  readonly revision!: number;

  @Text(120)
  readonly name!: string;

  /** IANA zone of expiry dates, reviews and `day-ended`. */
  @Text(64)
  readonly zone!: string;

  @Currency()
  readonly currency!: string;

  /** How old a purchase may be at receipt, in days; absent = no limit. */
  @Optional()
  @Count()
  readonly acceptPurchasesFromDays?: number;

  /** How long a message waits for a store or card that is not yet known, in seconds. */
  @Count()
  readonly referenceWaitSeconds!: number;
}

/** A local date of the program's zone is over. Idempotent by (zone, date). Key: the program. */
@Contract({ topic: 'organization.day-ended.v1', key: (message: DayEnded) => message.program })
export class DayEnded {
  @Slug()
  readonly program!: string;

  @Text(64)
  readonly zone!: string;

  @LocalDate()
  readonly date!: string;

  /** The instant at which the date ended. */
  @InstantText()
  readonly at!: string;
}

/** A minute is over. Idempotent by minute. Key: `minute`. */
@Contract({ topic: 'organization.minute-ended.v1', key: () => 'minute' })
export class MinuteEnded {
  @InstantText()
  readonly at!: string;
}
