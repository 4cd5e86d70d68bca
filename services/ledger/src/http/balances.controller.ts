import { Controller, Get } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  type ListAnswer,
  listAnswer,
  type Page,
  PageOf,
  Permission,
  QueryOf,
  Summary,
} from '@tallystick/http';
import { AccountBook } from '../projections/account-book/account-book.query';
import { BalancesQuery, ListedBalanceAnswer } from './ledger.dto';

@Controller('balances')
export class BalancesController {
  constructor(private readonly book: AccountBook) {}

  @Get()
  @Summary('What every account of the program holds of one asset', '本计划所有账户某一资产的余额')
  @Permission('accounts:list')
  @Answers(200, ListedBalanceAnswer, { list: true })
  async balances(
    @CallerOf() caller: Caller,
    @QueryOf(BalancesQuery) query: BalancesQuery,
    @PageOf() page: Page,
  ): Promise<ListAnswer<ListedBalanceAnswer>> {
    const rows = await this.book.allBalances(caller, query.asset, page.after?.[0], page.limit + 1);
    return listAnswer(
      page,
      rows,
      ({ account }) => [account],
      (row) => row,
    );
  }
}
