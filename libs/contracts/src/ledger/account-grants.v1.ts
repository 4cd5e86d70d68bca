import { Amount, BusinessId, Contract, InstantText, ListOf, OneOf, Optional, Text } from '../decorators';
import { AccountMessage } from './account-message';
import { LotMovement } from './account-movements.v1';

/**
 * Lots have come that no purchase granted (capabilities L22, CD2): sold for cash, given by a unit, stored value topped up,
 * lent, the limit of a line of credit, or credit that was repaid. Amounts are signed changes.
 */
@Contract({ topic: 'ledger.points-granted.v1', key: (message: PointsGranted) => message.account })
export class PointsGranted extends AccountMessage {
  /** Of a `top-up` the first movement is what was paid, the second what was given on top. */
  @OneOf(['bought', 'gift', 'top-up', 'loan', 'credit', 'repayment'])
  readonly kind!: 'bought' | 'gift' | 'top-up' | 'loan' | 'credit' | 'repayment';

  /** The caller's name of it, unique in its account among those of its kind. */
  @Text(128)
  readonly grant!: string;

  /** The unit that owes for the lots: it took the cash, gave, lends or grants the credit. */
  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  /** When a loan is to be repaid. */
  @Optional()
  @InstantText()
  readonly dueAt?: string;

  @ListOf(() => LotMovement, 10_000)
  readonly movements!: readonly LotMovement[];
}

/** Lots have left for good: principal was refunded in cash, a limit was lowered, or a loan was repaid in points. */
@Contract({ topic: 'ledger.points-withdrawn.v1', key: (message: PointsWithdrawn) => message.account })
export class PointsWithdrawn extends AccountMessage {
  @OneOf(['refund', 'limit', 'loan-repayment'])
  readonly kind!: 'refund' | 'limit' | 'loan-repayment';

  /** The caller's name of it; absent where a loan is repaid by what was earned. */
  @Optional()
  @Text(128)
  readonly withdrawal?: string;

  /** The unit that pays the refund, or to which a loan is repaid: the issuers of the movements owe it for them. */
  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;

  @ListOf(() => LotMovement, 10_000)
  readonly movements!: readonly LotMovement[];

  /** What was given on top of refunded principal and fell with it: breakage of its issuers. Absent: nothing. */
  @Optional()
  @ListOf(() => LotMovement, 10_000)
  readonly fallen?: readonly LotMovement[];
}

/** A loan, or what was spent on credit, was not repaid when it was due; said once a debt (capabilities L22, CD2). */
@Contract({ topic: 'ledger.payment-overdue.v1', key: (message: PaymentOverdue) => message.account })
export class PaymentOverdue extends AccountMessage {
  @OneOf(['loan', 'credit'])
  readonly kind!: 'loan' | 'credit';

  /** `loan:` and the name of the grant, or `credit:` and the name of the hold. */
  @Text(140)
  readonly debt!: string;

  @Text(32)
  readonly asset!: string;

  /** Who lent it; of credit the unit that accepted it. */
  @BusinessId()
  readonly unit!: string;

  /** What is owed of it still. */
  @Amount()
  readonly amount!: string;

  @InstantText()
  readonly dueAt!: string;
}
