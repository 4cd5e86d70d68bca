import { Controller, Get, Param } from '@nestjs/common';
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
  problem,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { AccountBook } from '../projections/account-book/account-book.query';
import { DebtBook, type DebtRow } from '../projections/account-book/debt-book';
import { accountIn } from './decisions';
import { DebtAnswer } from './grants.dto';

@Controller('accounts/:accountId/debts')
export class DebtsController {
  constructor(
    private readonly accounts: AccountBook,
    private readonly book: DebtBook,
  ) {}

  @Get()
  @Summary('What an account owes for loans and credit, paid or not', '账户的借入与信用欠款')
  @Permission('accounts:read')
  @Answers(200, DebtAnswer, { list: true })
  async debts(
    @CallerOf() { tenant }: Caller,
    @Param('accountId') path: string,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<ListAnswer<DebtAnswer>> {
    const account = accountIn(path);
    await requireSeen(minPosition, () => this.accounts.reached());
    if (!(await this.accounts.knows(tenant, account))) throw problem('not-found');
    const rows = await this.book.debts(tenant, account, page.after?.[0] ?? '', page.limit + 1);
    return listAnswer(page, rows, ({ debt }) => [debt], debtAnswer);
  }
}

function debtAnswer({ at, dueAt, ...row }: DebtRow): DebtAnswer {
  const kind = row.debt.startsWith('loan:') ? 'loan' : 'credit';
  return { ...row, kind, madeAt: at.toISOString(), dueAt: dueAt.toISOString() };
}
