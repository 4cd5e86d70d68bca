import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { type Position, reject } from '@tallystick/decider';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  type HttpCommand,
  Idempotent,
  type ListAnswer,
  listAnswer,
  MinPosition,
  type Page,
  PageOf,
  Permission,
  QueryOf,
  Refuses,
  requireSeen,
  Summary,
} from '@tallystick/http';
import { UUID } from '@tallystick/vocabulary';
import { ADJUSTING, Adjustments } from '../application/adjustments';
import { AccountBook } from '../projections/account-book/account-book.query';
import { type AdjustmentRequestRow, CaseBook } from '../projections/account-book/case-book';
import { actorIn, bookedAnswer, problemOfAdjusting } from './adjusting';
import { AdjustmentRequestAnswer, AdjustmentRequestsQuery, AdjustmentTurnedDownAnswer } from './adjustments.dto';
import { AdjustmentAnswer } from './decisions.dto';

/** What a second person decides about adjustments above their makers' limits (capabilities L11). */
@Controller('adjustment-requests')
export class AdjustmentRequestsController {
  constructor(
    private readonly adjustments: Adjustments,
    private readonly accounts: AccountBook,
    private readonly cases: CaseBook,
  ) {}

  @Get()
  @Summary('Requests for adjustments, the oldest first', '积分调整申请列表')
  @Permission('adjustments:read')
  @Answers(200, AdjustmentRequestAnswer, { list: true })
  async requests(
    @CallerOf() { tenant, program, unit }: Caller,
    @QueryOf(AdjustmentRequestsQuery) { state }: AdjustmentRequestsQuery,
    @PageOf() page: Page,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<ListAnswer<AdjustmentRequestAnswer>> {
    await requireSeen(minPosition, () => this.accounts.reached());
    const rows = await this.cases.requests({ tenant, program, unit, state }, page.after?.[0], page.limit + 1);
    return listAnswer(page, rows, ({ position }) => [position], requestAnswer);
  }

  @Get(':requestId')
  @Summary('A request for an adjustment and what was decided about it', '积分调整申请详情')
  @Permission('adjustments:read')
  @Answers(200, AdjustmentRequestAnswer)
  @Refuses(ADJUSTING, 'request-unknown')
  async request(
    @CallerOf() { tenant, program, unit }: Caller,
    @Param('requestId') path: string,
    @MinPosition() minPosition: Position | undefined,
  ): Promise<AdjustmentRequestAnswer> {
    const request = requestIn(path);
    await requireSeen(minPosition, () => this.accounts.reached());
    const row = await this.cases.request({ tenant, program, unit }, request);
    if (!row) throw problemOfAdjusting(reject('request-unknown'));
    return requestAnswer(row);
  }

  @Post(':requestId/approve')
  @HttpCode(200)
  @Summary('Approves the request of another person and books the adjustment', '批准他人的调整申请并入账')
  @Permission('adjustments:approve')
  @Idempotent()
  @Answers(200, AdjustmentAnswer)
  @Refuses(
    ADJUSTING,
    'request-unknown',
    'self-approval',
    'self-dealing',
    'request-decided',
    'account-closed',
    'deficit-outstanding',
    'insufficient-points',
  )
  async approve(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('requestId') path: string,
  ): Promise<AdjustmentAnswer> {
    return bookedAnswer(await this.adjustments.approve(actorIn(caller), requestIn(path), { metadata, again }));
  }

  @Post(':requestId/turn-down')
  @HttpCode(200)
  @Summary('Turns the request of another person down', '驳回他人的调整申请')
  @Permission('adjustments:approve')
  @Idempotent()
  @Answers(200, AdjustmentTurnedDownAnswer)
  @Refuses(ADJUSTING, 'request-unknown', 'self-approval', 'request-decided')
  async turnDown(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('requestId') path: string,
  ): Promise<AdjustmentTurnedDownAnswer> {
    const turned = await this.adjustments.turnDown(actorIn(caller), requestIn(path), { metadata, again });
    if ('kind' in turned) throw problemOfAdjusting(turned.rejection);
    return { requestId: turned.id, state: 'turned-down', adjustmentId: turned.data.adjustment };
  }
}

function requestIn(path: string): string {
  if (!UUID.test(path)) throw problemOfAdjusting(reject('request-unknown'));
  return path;
}

function requestAnswer(row: AdjustmentRequestRow): AdjustmentRequestAnswer {
  const { request, adjustment, requestedAt, decidedBy, decidedAt, position: _, ...said } = row;
  return {
    requestId: request,
    adjustmentId: adjustment,
    ...said,
    requestedAt: requestedAt.toISOString(),
    ...(decidedBy !== null && { decidedBy }),
    ...(decidedAt !== null && { decidedAt: decidedAt.toISOString() }),
  };
}
