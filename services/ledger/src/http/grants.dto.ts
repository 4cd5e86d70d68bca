import {
  Amount,
  BusinessId,
  Flag,
  InstantText,
  ListOf,
  OneOf,
  Optional,
  PositiveAmount,
  SignedAmount,
  Text,
} from '@tallystick/contracts';
import { LotName } from './decisions.dto';
import { RecordedAnswer } from './recorded.dto';

/** What every request says that brings lots: whose account, which asset, who owes for them. */
abstract class GrantingRequest {
  /** Whose account it is: it opens with this where it is new. */
  @BusinessId()
  readonly member!: string;

  @Text(32)
  readonly asset!: string;

  /** Who owes for what is granted: the unit that takes the cash, gives, lends or grants the credit. */
  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class PointSaleRequest extends GrantingRequest {
  /** The caller's name of the sale, unique in its account. */
  @BusinessId()
  readonly saleId!: string;

  @PositiveAmount()
  readonly amount!: string;

  /** Minor units of money that were paid for all of it: its cost basis. */
  @PositiveAmount()
  readonly price!: string;
}

export class GiftRequest extends GrantingRequest {
  /** The caller's name of the gift, unique in its account. */
  @BusinessId()
  readonly giftId!: string;

  @PositiveAmount()
  readonly amount!: string;
}

export class TopUpRequest extends GrantingRequest {
  /** The caller's name of the top-up, unique in its account. */
  @BusinessId()
  readonly topUpId!: string;

  /** What was paid. */
  @PositiveAmount()
  readonly principal!: string;

  /** What is given on top; absent: nothing. */
  @Optional()
  @PositiveAmount()
  readonly bonus?: string;
}

export class LoanRequest extends GrantingRequest {
  /** The caller's name of the loan, unique in its account. */
  @BusinessId()
  readonly loanId!: string;

  @PositiveAmount()
  readonly amount!: string;
}

export class CreditLimitRequest extends GrantingRequest {
  /** The caller's name of the change, unique in its account. */
  @BusinessId()
  readonly changeId!: string;

  /** By how much the limit is raised, or lowered where it is negative; not zero. */
  @SignedAmount()
  readonly amount!: string;
}

export class CreditRepaymentRequest extends GrantingRequest {
  /** The caller's name of the repayment, unique in its account. */
  @BusinessId()
  readonly repaymentId!: string;

  /** Absent: all that is owed. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;
}

export class GrantedLot {
  @Text(140)
  readonly lot!: string;

  @Amount()
  readonly amount!: string;

  /** Absent: never. */
  @Optional()
  @InstantText()
  readonly expiresAt?: string;
}

export class GrantAnswer extends RecordedAnswer {
  /** The name that the caller gave. */
  @BusinessId()
  readonly id!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  /** Of a top-up what was paid, then what was given on top. */
  @ListOf(() => GrantedLot, 2)
  readonly lots!: readonly GrantedLot[];

  /** When a loan is to be repaid. */
  @Optional()
  @InstantText()
  readonly dueAt?: string;
}

export class CreditLimitAnswer extends RecordedAnswer {
  @BusinessId()
  readonly id!: string;

  @Text(32)
  readonly asset!: string;

  @SignedAmount()
  readonly amount!: string;

  /** What the limit is by this change. */
  @Amount()
  readonly limit!: string;
}

export class RefundRequest {
  /** The caller's name of the refund, unique in its account. */
  @BusinessId()
  readonly refundId!: string;

  @Text(32)
  readonly asset!: string;

  /** Principal to be paid back; absent: all that is neither spent nor held. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;

  /** The unit that pays. */
  @BusinessId()
  readonly unit!: string;

  @Optional()
  @BusinessId()
  readonly store?: string;
}

export class RefundAnswer extends RecordedAnswer {
  @BusinessId()
  readonly id!: string;

  @Text(32)
  readonly asset!: string;

  /** Principal that was paid back. */
  @Amount()
  readonly amount!: string;

  /** What had been given on top of it and fell with it. */
  @Amount()
  readonly fallen!: string;
}

export class LoanRepaymentRequest {
  /** The caller's name of the repayment, unique in its account. */
  @BusinessId()
  readonly repaymentId!: string;

  /** Absent: all that is owed of the loan. */
  @Optional()
  @PositiveAmount()
  readonly amount?: string;
}

export class LoanRepaymentAnswer extends RecordedAnswer {
  @BusinessId()
  readonly id!: string;

  @BusinessId()
  readonly loanId!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;
}

export class ReactivationRequest {
  /** The caller's name of the reactivation, unique in its account. */
  @BusinessId()
  readonly reactivationId!: string;

  @Text(32)
  readonly asset!: string;

  /** Absent: every lot of the asset that has expired within the window. */
  @Optional()
  @ListOf(() => LotName, 1_000)
  readonly lots?: readonly LotName[];
}

export class ReactivationAnswer extends RecordedAnswer {
  @BusinessId()
  readonly id!: string;

  @Text(32)
  readonly asset!: string;

  @Amount()
  readonly amount!: string;

  @ListOf(() => GrantedLot, 10_000)
  readonly lots!: readonly GrantedLot[];
}

export class DebtAnswer {
  /** `loan:` and the name of the loan, or `credit:` and the name of the hold. */
  @Text(140)
  readonly debt!: string;

  @OneOf(['loan', 'credit'])
  readonly kind!: 'loan' | 'credit';

  @Text(32)
  readonly asset!: string;

  /** Who lent it; of credit the unit that accepted it. */
  @BusinessId()
  readonly unit!: string;

  /** What it was when it was made. */
  @Amount()
  readonly amount!: string;

  @Amount()
  readonly owed!: string;

  @InstantText()
  readonly madeAt!: string;

  @InstantText()
  readonly dueAt!: string;

  /** True where it was not repaid when it was due, and that was said. */
  @Flag()
  readonly overdue!: boolean;
}
