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
import { ACCOUNT_REFUSALS, type AccountEvent, type PointsSent } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, recordedOf } from './decisions';
import { TransferAnswer, TransferRequest } from './decisions.dto';

/** Gifts from member to member (capabilities L10): lots keep issuer, cost and expiry. */
@Controller('accounts/:accountId/transfers')
export class TransfersController {
  constructor(private readonly decisions: AccountDecisions) {}

  @Post()
  @Summary('Sends points to another member, whose account receives them a moment later', '向其他会员转赠积分')
  @Permission('transfers:write')
  @Idempotent()
  @Answers(201, TransferAnswer)
  @Answers(200, TransferAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'decision-conflict',
    'account-closed',
    'member-merged',
    'pool-spends-by-hold',
    'account-frozen',
    'asset-not-spendable',
    'deficit-outstanding',
    'insufficient-points',
    'transfer-to-itself',
  )
  @Refuses(BOOKING_REFUSALS, 'event-too-large')
  async send(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(TransferRequest) body: TransferRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TransferAnswer> {
    const { transferId: transfer, to: toHolder, asset } = body;
    const on = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const command = { kind: 'send-points', ...on, transfer, toHolder, asset, amount: BigInt(body.amount) } as const;
    const isOwn = (event: AccountEvent): event is PointsSent =>
      event.type === 'PointsSent' && event.data.transfer === transfer;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { to: toAccount, amount } = done.event.data;
    return { transferId: transfer, toAccount, asset: done.event.data.asset, amount, ...recordedOf(done) };
  }
}
