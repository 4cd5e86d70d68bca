import { Controller, Param, Post, Res } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  Permission,
  Refuses,
  Summary,
} from '@tallystick/http';
import { instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { ADJUSTING, Adjustments, type Pending } from '../application/adjustments';
import { actorIn, adjustedAmount, bookedAnswer } from './adjusting';
import { AdjustmentPendingAnswer } from './adjustments.dto';
import { accountIn, requireUnit } from './decisions';
import { AdjustmentAnswer, AdjustmentRequest } from './decisions.dto';

/** Reasoned corrections (capabilities L11). */
@Controller('accounts/:accountId/adjustments')
export class AdjustmentsController {
  constructor(private readonly adjustments: Adjustments) {}

  @Post()
  @Summary(
    'Credits or debits points for a reason of the program; above the limit a second person approves first',
    '按计划登记的原因增减积分,超过限额须由他人审批',
  )
  @Permission('adjustments:write')
  @Idempotent()
  @Answers(201, AdjustmentAnswer)
  @Answers(200, AdjustmentAnswer)
  @Answers(202, AdjustmentPendingAnswer)
  @Refuses(
    ADJUSTING,
    'self-dealing',
    'limit-exceeded',
    'reason-unknown',
    'unknown-asset',
    'unknown-program',
    'amount-out-of-range',
    'decision-conflict',
    'account-closed',
    'cap-exceeded',
    'member-merged',
    'asset-not-spendable',
    'asset-kind-unsuitable',
    'asset-out-of-scope',
    'deficit-outstanding',
    'insufficient-points',
  )
  async adjust(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(AdjustmentRequest) body: AdjustmentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdjustmentAnswer | AdjustmentPendingAnswer> {
    const { adjustmentId: adjustment, asset, reason, unit, expiresAt } = body;
    requireUnit(caller, unit);
    const amount = adjustedAmount(body.amount, expiresAt);
    const ends = expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) };
    const asked = { account: accountIn(path), adjustment, asset, amount, reason, unit, ...ends };
    const adjusted = await this.adjustments.adjust(actorIn(caller), asked, { metadata, again });
    if (adjusted.kind === 'pending') {
      reply.status(202);
      return pendingAnswer(adjusted);
    }
    const answer = bookedAnswer(adjusted);
    reply.status(answer.duplicate ? 200 : 201);
    return answer;
  }
}

function pendingAnswer({ request: { id, data, position }, duplicate }: Pending): AdjustmentPendingAnswer {
  const { adjustment: adjustmentId, asset, amount } = data;
  const said = { adjustmentId, requestId: id, state: 'pending' as const, asset, amount };
  return { ...said, revision: 0, position, ...(duplicate && { duplicate }) };
}
