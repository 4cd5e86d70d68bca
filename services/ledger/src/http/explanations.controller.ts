import { Controller, Get, Param } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  type Language,
  LanguageOf,
  Permission,
  problem,
  QueryOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { explainBalance, explainLot, type Explanation, type ExplanationNode } from '@tallystick/ledger-domain';
import { formatInstant } from '@tallystick/vocabulary';
import { ACCOUNT_PAST_REFUSALS, AccountPast } from '../application/account-past';
import { sentenceOf, toldLines } from '../explanation/telling';
import { askedOf } from './as-of.answers';
import { accountIn } from './decisions';
import {
  BalanceExplanationQuery,
  ExplanationAnswer,
  type ExplanationNodeAnswer,
  ExplanationQuery,
} from './explanation.dto';

@Controller('accounts/:accountId')
export class ExplanationsController {
  constructor(private readonly past: AccountPast) {}

  @Get('explanation')
  @Summary('Where a balance comes from: lots, purchases, lines and rules', '余额的来源:批次、消费、消费行与规则')
  @Permission('accounts:read')
  @Answers(200, ExplanationAnswer)
  @Refuses(ACCOUNT_PAST_REFUSALS, 'known-at-beyond-head')
  async balance(
    @CallerOf() caller: Caller,
    @Param('accountId') path: string,
    @LanguageOf() language: Language,
    @QueryOf(BalanceExplanationQuery) query: BalanceExplanationQuery,
  ): Promise<ExplanationAnswer> {
    const { history, axes } = await askedOf(this.past, caller, accountIn(path), query);
    return answer(explainBalance(history, axes, query.asset), query.lang ?? language, true);
  }

  @Get('lots/:lot/explanation')
  @Summary('Where the points of a lot come from and what became of each', '批次积分的来源及其去向')
  @Permission('accounts:read')
  @Answers(200, ExplanationAnswer)
  @Refuses(ACCOUNT_PAST_REFUSALS, 'known-at-beyond-head')
  async lot(
    @CallerOf() caller: Caller,
    @Param('accountId') path: string,
    @Param('lot') lot: string,
    @LanguageOf() language: Language,
    @QueryOf(ExplanationQuery) query: ExplanationQuery,
  ): Promise<ExplanationAnswer> {
    const { history, axes } = await askedOf(this.past, caller, accountIn(path), query);
    return answer(explainLot(history, axes, lot), query.lang ?? language, false);
  }
}

function answer(explanation: Explanation | undefined, language: Language, ofBalance: boolean): ExplanationAnswer {
  if (!explanation) throw problem('not-found');
  const { nodes, flows, seen } = explanation;
  return {
    nodes: nodes.map((node) => nodeAnswer(node, language)),
    flows: flows.map(({ from, to, amount }) => ({ from, to, amount: String(amount) })),
    text: toldLines(explanation, language, ofBalance),
    ...(seen && { seen }),
  };
}

function nodeAnswer(node: ExplanationNode, language: Language): ExplanationNodeAnswer {
  const { key, kind, asset, amount, at, until, drawn, fromBreakage, stored, ...names } = node;
  return {
    key,
    kind,
    text: sentenceOf(node, language),
    asset,
    amount: String(amount),
    ...names,
    ...(at !== undefined && { at: formatInstant(at) }),
    ...(until !== undefined && { until: formatInstant(until) }),
    ...(drawn !== undefined && { drawn: String(drawn) }),
    ...(fromBreakage !== undefined && { fromBreakage: String(fromBreakage) }),
    ...(stored && {
      revision: stored.revision,
      position: stored.position,
      recordedAt: formatInstant(stored.recordedAt),
    }),
  };
}
