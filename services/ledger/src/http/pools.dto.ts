import { Amount, BusinessId, ListOf, OneOf, Optional, PositiveAmount } from '@tallystick/contracts';
import { RecordedAnswer } from './recorded.dto';

export class PoolMemberBody {
  @BusinessId()
  readonly member!: string;

  /** What he may hold and redeem of each asset within a day of the program's zone; absent: no limit. */
  @Optional()
  @PositiveAmount()
  readonly perDay?: string;

  /** The same within a month. */
  @Optional()
  @PositiveAmount()
  readonly perMonth?: string;
}

export class PoolRequest {
  /** Whose account it is: a name of its own, such as `pool-family-9`. */
  @BusinessId()
  readonly pool!: string;

  /** The member who answers for it; he belongs to it and does not leave. */
  @BusinessId()
  readonly owner!: string;

  @ListOf(() => PoolMemberBody, 100, 0)
  readonly members!: readonly PoolMemberBody[];
}

export class PoolAnswer extends RecordedAnswer {
  @BusinessId()
  readonly pool!: string;
}

export class PoolLeaveRequest {
  /** The caller's name of it, unique in the pool. */
  @BusinessId()
  readonly leaveId!: string;

  @BusinessId()
  readonly member!: string;
}

export class PoolMemberAnswer extends RecordedAnswer {
  @BusinessId()
  readonly member!: string;

  @OneOf(['member', 'left'])
  readonly state!: 'member' | 'left';
}

export class PoolShareAnswer {
  @BusinessId()
  readonly asset!: string;

  /** What came of the member's own account. */
  @Amount()
  readonly contributed!: string;

  /** What of it is left: he is sent it when he leaves. */
  @Amount()
  readonly left!: string;

  @Amount()
  readonly held!: string;

  @Amount()
  readonly redeemed!: string;

  /** What counts towards the limit of the day, and of the month. */
  @Amount()
  readonly today!: string;

  @Amount()
  readonly thisMonth!: string;
}

export class PoolMemberStanding extends PoolMemberBody {
  @ListOf(() => PoolShareAnswer, 1_000, 0)
  readonly shares!: readonly PoolShareAnswer[];
}

export class PoolBalance {
  @BusinessId()
  readonly asset!: string;

  @Amount()
  readonly available!: string;

  @Amount()
  readonly held!: string;
}

export class PoolStandingAnswer {
  @BusinessId()
  readonly pool!: string;

  @BusinessId()
  readonly owner!: string;

  @ListOf(() => PoolMemberStanding, 10_000, 0)
  readonly members!: readonly PoolMemberStanding[];

  @ListOf(() => PoolBalance, 1_000, 0)
  readonly balances!: readonly PoolBalance[];
}
