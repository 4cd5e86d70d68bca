import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { type Position, reject, type RefusalTable, type Rejection } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  IdOf,
  type ListAnswer,
  listAnswer,
  MinPosition,
  type Page,
  PageOf,
  Permission,
  problem,
  problemOf,
  Refuses,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { DECLINE_REASONS, type DisputeState } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import {
  type Disputed,
  Disputes,
  DISPUTING,
  type DisputingRefusal,
  type Resolution,
  type Told,
} from '../application/disputes';
import { AccountBook } from '../projections/account-book/account-book.query';
import { CaseBook, type DisputeRow } from '../projections/account-book/case-book';
import { actorIn } from './adjusting';
import { accountIn } from './decisions';
import {
  DisputeAnswer,
  DisputeOpenedAnswer,
  DisputeRequest,
  ResolutionAnswer,
  ResolutionRequest,
} from './disputes.dto';

/** Cases of members about what purchases gave (capabilities L23). */
@Controller('accounts/:accountId/disputes')
export class DisputesController {
  constructor(
    private readonly disputes: Disputes,
    private readonly accounts: AccountBook,
    private readonly cases: CaseBook,
  ) {}

  @Post()
  @Summary('Opens a dispute about what purchases gave', '对消费积分提出申诉')
  @Permission('disputes:write')
  @Idempotent()
  @Answers(201, DisputeOpenedAnswer)
  @Answers(200, DisputeOpenedAnswer)
  @Refuses(DISPUTING, 'dispute-conflict', 'purchase-unknown', 'unknown-program')
  async open(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(DisputeRequest) { disputeId, claim, purchases }: DisputeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DisputeOpenedAnswer> {
    const references = purchases.map(({ source, id }) => ({ source, id }));
    const asked = { account: accountIn(path), dispute: disputeId, claim, purchases: references };
    const told = toldBy(await this.disputes.open(actorIn(caller), asked, { metadata, again }));
    if (told.event.type !== 'DisputeOpened') throw new Error('a dispute was opened by another event');
    reply.status(told.duplicate ? 200 : 201);
    return { disputeId, state: 'open', deadline: told.event.data.deadline, ...recordedOf(told) };
  }

  @Post(':disputeId/resolution')
  @HttpCode(200)
  @Summary(
    'Grants a dispute with an adjustment that was made, or declines it with a reason',
    '处理申诉:以调整予以支持,或说明原因驳回',
  )
  @Permission('disputes:resolve')
  @Idempotent()
  @Answers(200, ResolutionAnswer)
  @Refuses(DISPUTING, 'dispute-unknown', 'dispute-resolved', 'adjustment-unknown', 'self-dealing')
  async resolve(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('disputeId') disputeId: string,
    @ContractBody(ResolutionRequest) body: ResolutionRequest,
  ): Promise<ResolutionAnswer> {
    const of = { account: accountIn(path), dispute: disputeId };
    const by = { metadata, again };
    const told = toldBy(await this.disputes.resolve(actorIn(caller), of, resolutionIn(body), by));
    const { type, data } = told.event;
    const resolved = { disputeId, resolvedAt: data.effectiveAt, ...recordedOf(told) };
    if (type === 'DisputeGranted') return { ...resolved, state: 'granted', adjustmentId: data.adjustment };
    if (type === 'DisputeDeclined') return { ...resolved, state: 'declined', reason: data.reason };
    throw new Error('a dispute was resolved by another event');
  }

  @Get()
  @Summary('The disputes of an account and how each ended', '账户的申诉及处理结果')
  @Permission('accounts:read')
  @Answers(200, DisputeAnswer, { list: true })
  async list(
    @CallerOf() { tenant, program }: Caller,
    @Param('accountId') path: string,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<ListAnswer<DisputeAnswer>> {
    const account = accountIn(path);
    await requireSeen(minPosition, () => this.accounts.reached());
    if (!(await this.accounts.knows(tenant, account))) throw problem('not-found');
    const rows = await this.cases.disputes({ tenant, program }, account, page.after?.[0] ?? '', page.limit + 1);
    return listAnswer(page, rows, ({ dispute }) => [dispute], answerOfRow);
  }

  @Get(':disputeId')
  @Summary('A dispute and how it ended', '申诉详情')
  @Permission('accounts:read')
  @Answers(200, DisputeAnswer)
  @Refuses(DISPUTING, 'dispute-unknown')
  async dispute(
    @CallerOf() caller: Caller,
    @Param('accountId') path: string,
    @IdOf('disputeId') disputeId: string,
  ): Promise<DisputeAnswer> {
    const state = await this.disputes.state(actorIn(caller), accountIn(path), disputeId);
    if (!state) throw problemOf(reject('dispute-unknown'), DISPUTING);
    return answerOfState(disputeId, state);
  }
}

function toldBy(disputed: Disputed): Told {
  if (disputed.kind === 'told') return disputed;
  const { rejected, facts } = disputed.rejection;
  if (rejected === 'account-unknown') throw problem('not-found');
  const known: Rejection<Exclude<DisputingRefusal, 'account-unknown'>> = { rejected, facts };
  throw problemOf(known, DISPUTING satisfies RefusalTable<Exclude<DisputingRefusal, 'account-unknown'>>);
}

function recordedOf({ revision, position, duplicate }: Told) {
  return { revision, position, ...(duplicate && { duplicate }) };
}

function resolutionIn({ outcome, adjustmentId, reason }: ResolutionRequest): Resolution {
  if (outcome === 'granted' && adjustmentId !== undefined && reason === undefined) {
    return { outcome, adjustment: adjustmentId };
  }
  if (outcome === 'declined' && reason !== undefined && adjustmentId === undefined) return { outcome, reason };
  const pointer = outcome === 'granted' ? '/adjustmentId' : '/reason';
  throw problem('schema-invalid', { errors: [{ pointer, code: 'granted-names-adjustment-declined-names-reason' }] });
}

function answerOfRow(row: DisputeRow): DisputeAnswer {
  const { dispute, state, claim, purchases, openedAt, deadline, resolvedAt, outcome } = row;
  return {
    disputeId: dispute,
    state,
    claim,
    purchases: purchases.split(' ').map(referenceOf),
    openedAt: openedAt.toISOString(),
    deadline: deadline.toISOString(),
    ...(resolvedAt !== null && { resolvedAt: resolvedAt.toISOString() }),
    ...(state === 'granted' && outcome !== null && { adjustmentId: outcome }),
    ...(state === 'declined' && { reason: DECLINE_REASONS.find((one) => one === outcome) }),
  };
}

/** A source has no colon, an id may have some. */
function referenceOf(text: string) {
  const colon = text.indexOf(':');
  return { source: text.slice(0, colon), id: text.slice(colon + 1) };
}

function answerOfState(disputeId: string, { opened, resolved, isOverdue }: DisputeState): DisputeAnswer {
  const { claim, purchases, effectiveAt: openedAt, deadline } = opened!;
  const said = { disputeId, claim, purchases, openedAt, deadline };
  if (!resolved) return { ...said, state: isOverdue ? 'overdue' : 'open' };
  const { type, data } = resolved;
  return type === 'DisputeGranted'
    ? { ...said, state: 'granted', resolvedAt: data.effectiveAt, adjustmentId: data.adjustment }
    : { ...said, state: 'declined', resolvedAt: data.effectiveAt, reason: data.reason };
}
