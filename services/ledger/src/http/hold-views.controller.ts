import { Controller, Get, Param } from '@nestjs/common';
import type { Position } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  IdOf,
  type ListAnswer,
  listAnswer,
  MinPosition,
  type Page,
  PageOf,
  Permission,
  problem,
  QueryOf,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { AccountBook } from '../projections/account-book/account-book.query';
import { HoldBook, type HoldRow } from '../projections/account-book/hold-book';
import { accountIn } from './decisions';
import { HoldAnswer, HoldsQuery } from './holds.dto';

@Controller('accounts/:accountId/holds')
export class HoldViewsController {
  constructor(
    private readonly accounts: AccountBook,
    private readonly book: HoldBook,
  ) {}

  @Get()
  @Summary('The holds of an account and how each ended', '账户的预留及其结果')
  @Permission('accounts:read')
  @Answers(200, HoldAnswer, { list: true })
  async holds(
    @CallerOf() { tenant }: Caller,
    @Param('accountId') path: string,
    @QueryOf(HoldsQuery) { state }: HoldsQuery,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<ListAnswer<HoldAnswer>> {
    const account = accountIn(path);
    await requireSeen(minPosition, () => this.accounts.reached());
    if (!(await this.accounts.knows(tenant, account))) throw problem('not-found');
    const rows = await this.book.holds(tenant, account, state, page.after?.[0] ?? '', page.limit + 1);
    return listAnswer(page, rows, ({ hold }) => [hold], holdAnswer);
  }

  @Get(':holdId')
  @Summary('A hold and how it ended', '预留详情')
  @Permission('accounts:read')
  @Answers(200, HoldAnswer)
  async hold(
    @CallerOf() { tenant }: Caller,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<HoldAnswer> {
    const account = accountIn(path);
    await requireSeen(minPosition, () => this.accounts.reached());
    const row = await this.book.hold(tenant, account, hold);
    if (!row) throw problem('not-found');
    return holdAnswer(row);
  }
}

function holdAnswer({ hold, store, placedAt, until, ...row }: HoldRow): HoldAnswer {
  const answer = { holdId: hold, ...row, placedAt: placedAt.toISOString(), until: until.toISOString() };
  return store === null ? answer : { ...answer, store };
}
