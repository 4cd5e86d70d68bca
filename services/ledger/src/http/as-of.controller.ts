import { Controller, Get, Param } from '@nestjs/common';
import { Answers, type Caller, CallerOf, Permission, problem, QueryOf, Refuses, Summary } from '@tallystick/http';
import { UUID } from '@tallystick/vocabulary';
import { ACCOUNT_PAST_REFUSALS } from '../application/account-past';
import { AsOfAnswers } from './as-of.answers';
import { DiffAnswer, DiffQuery } from './as-of.dto';

@Controller('accounts')
export class AsOfController {
  constructor(private readonly past: AsOfAnswers) {}

  @Get(':accountId/diff')
  @Summary('Which events explain the difference of two states of knowledge', '两个已知时刻之间的差异由哪些事件造成')
  @Permission('accounts:read')
  @Answers(200, DiffAnswer)
  @Refuses(ACCOUNT_PAST_REFUSALS)
  diff(
    @CallerOf() caller: Caller,
    @Param('accountId') account: string,
    @QueryOf(DiffQuery) query: DiffQuery,
  ): Promise<DiffAnswer> {
    if (!UUID.test(account)) throw problem('not-found');
    return this.past.diff(caller, account, query);
  }
}
