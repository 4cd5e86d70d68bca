import { Controller, Get } from '@nestjs/common';
import type { Position } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  type ListAnswer,
  listAnswer,
  MinPosition,
  type Page,
  PageOf,
  Permission,
  QueryOf,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { LeaseGrants } from '../application/lease-grants';
import { AccountBook } from '../projections/account-book/account-book.query';
import { LateSettlementBook, type LateRow } from '../projections/account-book/late-settlement-book';
import { LateSettlementAnswer, LateSettlementsQuery, LeaseKeyAnswer } from './leases.dto';

@Controller()
export class LateSettlementsController {
  constructor(
    private readonly accounts: AccountBook,
    private readonly book: LateSettlementBook,
    private readonly grants: LeaseGrants,
  ) {}

  @Get('late-settlements')
  @Summary('What tills have settled after their leases had ended, oldest first', '逾期的离线消费结算')
  @Permission('leases:review')
  @Answers(200, LateSettlementAnswer, { list: true })
  async late(
    @CallerOf() caller: Caller,
    @QueryOf(LateSettlementsQuery) { state = 'waiting' }: LateSettlementsQuery,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<ListAnswer<LateSettlementAnswer>> {
    await requireSeen(minPosition, () => this.accounts.reached());
    const rows = await this.book.inState(caller, state, page.after ?? [], page.limit + 1);
    return listAnswer(
      page,
      rows,
      ({ receivedAt, account, lease }) => [receivedAt.toISOString(), account, lease],
      lateAnswer,
    );
  }

  @Get('leases/key')
  @Summary('The key that checks grants of leases', '离线额度验签公钥')
  @Permission('leases:write')
  @Answers(200, LeaseKeyAnswer)
  key(): LeaseKeyAnswer {
    return { key: this.grants.key };
  }
}

function lateAnswer({
  lease,
  store,
  receivedAt,
  decidedAt,
  reason,
  redemption,
  ...row
}: LateRow): LateSettlementAnswer {
  return {
    ...row,
    leaseId: lease,
    ...(store !== null && { store }),
    receivedAt: receivedAt.toISOString(),
    ...(decidedAt && { decidedAt: decidedAt.toISOString() }),
    ...(reason !== null && { reason }),
    ...(redemption !== null && { redemptionId: redemption }),
  };
}
