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
  QueryOf,
  Refuses,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { UUID } from '@tallystick/vocabulary';
import { AccountBook, type LotRow, type StatementRow } from '../projections/account-book/account-book.query';
import { ACCOUNT_PAST_REFUSALS } from '../application/account-past';
import { AsOfAnswers } from './as-of.answers';
import { AsOfQuery, isAsOf } from './as-of.dto';
import { BalancesAnswer, LotAnswer, type ResolvedAnswer, StatementLineAnswer } from './ledger.dto';

@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly book: AccountBook,
    private readonly past: AsOfAnswers,
  ) {}

  @Get(':accountId/balance')
  @Summary('What an account holds of each asset', '账户各资产的余额')
  @Permission('accounts:read')
  @Answers(200, BalancesAnswer)
  @Refuses(ACCOUNT_PAST_REFUSALS, 'known-at-beyond-head')
  async balance(
    @CallerOf() caller: Caller,
    @Param('accountId') account: string,
    @MinPosition() minPosition: Position | undefined,
    @QueryOf(AsOfQuery) query: AsOfQuery,
  ): Promise<BalancesAnswer> {
    await this.seen(account, minPosition);
    if (isAsOf(query)) return this.past.balances(caller, account, query);
    const balances = await this.book.balances(caller.tenant, account);
    if (balances.length === 0) await this.mustKnow(caller, account);
    return { balances };
  }

  @Get(':accountId/lots')
  @Summary('The lots of an account and what became of each', '账户的积分批次及其去向')
  @Permission('accounts:read')
  @Answers(200, LotAnswer, { list: true })
  @Refuses(ACCOUNT_PAST_REFUSALS, 'known-at-beyond-head')
  async lots(
    @CallerOf() caller: Caller,
    @Param('accountId') account: string,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
    @QueryOf(AsOfQuery) query: AsOfQuery,
  ): Promise<ListAnswer<LotAnswer>> {
    await this.seen(account, minPosition);
    if (isAsOf(query)) return this.past.lots(caller, account, query, page);
    await this.mustKnow(caller, account);
    const rows = await this.book.lots(account, page.after?.[0] ?? '', page.limit + 1);
    return listAnswer(page, rows, ({ lot }) => [lot], lotAnswer);
  }

  @Get(':accountId/statement')
  @Summary('Every movement of an account and why, newest first', '账户的全部变动及其原因,按时间倒序')
  @Permission('accounts:read')
  @Answers(200, StatementLineAnswer, { list: true })
  @Refuses(ACCOUNT_PAST_REFUSALS, 'known-at-beyond-head')
  async statement(
    @CallerOf() caller: Caller,
    @Param('accountId') account: string,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
    @QueryOf(AsOfQuery) query: AsOfQuery,
  ): Promise<ListAnswer<StatementLineAnswer>> {
    await this.seen(account, minPosition);
    if (isAsOf(query)) return this.past.statement(caller, account, query, page);
    await this.mustKnow(caller, account);
    const before = page.after?.[0];
    const rows = await this.book.statement(account, before === undefined ? undefined : Number(before), page.limit + 1);
    const about = await this.past.resolved(caller, account, rows);
    const line = (row: StatementRow) => ({ ...statementLine(row), ...about.get(row.revision)! });
    return listAnswer(page, rows, ({ revision }) => [String(revision)], line);
  }

  private async seen(account: string, minPosition: Position | undefined): Promise<void> {
    if (!UUID.test(account)) throw problem('not-found');
    await requireSeen(minPosition, () => this.book.reached());
  }

  /** An account of another tenant is as unknown as one that is not there. */
  private async mustKnow({ tenant }: Caller, account: string): Promise<void> {
    if (!(await this.book.knows(tenant, account))) throw problem('not-found');
  }
}

function lotAnswer({ effectiveAt, expiresAt, ...lot }: LotRow): LotAnswer {
  const answer = { ...lot, effectiveAt: effectiveAt.toISOString() };
  return expiresAt === null ? answer : { ...answer, expiresAt: expiresAt.toISOString() };
}

function statementLine(row: StatementRow): Omit<StatementLineAnswer, keyof ResolvedAnswer> {
  const { revision, position, type, source, sourceId, purchaseSource, purchaseId, receipt, store, effectiveAt } = row;
  return {
    revision,
    position,
    type,
    ...(source !== null && sourceId !== null && { source: { source, id: sourceId } }),
    ...(purchaseSource !== null && purchaseId !== null && { purchase: { source: purchaseSource, id: purchaseId } }),
    ...(receipt !== null && { receipt }),
    ...(store !== null && { store }),
    ...(effectiveAt !== null && { effectiveAt: effectiveAt.toISOString() }),
    recordedAt: row.recordedAt.toISOString(),
    postings: row.postings,
  };
}
