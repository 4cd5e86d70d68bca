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
  Summary,
} from '@tallystick/http';
import type { AccountEvent, BooksCarriedForward } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { ClosingAnswer, ClosingRequest } from './closings.dto';
import { accountIn, carriedOut, recordedOf } from './decisions';

/** The opening balance of what comes after, as an event (capabilities L19). */
@Controller('accounts/:accountId/closings')
export class ClosingsController {
  constructor(private readonly decisions: AccountDecisions) {}

  @Post()
  @Summary('Carries the books of an account forward: what it is, and a hash of what makes it', '结转账户')
  @Permission('accounts:carry-forward')
  @Idempotent()
  @Answers(201, ClosingAnswer)
  @Answers(200, ClosingAnswer)
  async carryForward(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ClosingRequest) { closingId: closing }: ClosingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClosingAnswer> {
    const on = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const command = { kind: 'carry-forward', ...on, closing } as const;
    const isOwn = (event: AccountEvent): event is BooksCarriedForward =>
      event.type === 'BooksCarriedForward' && event.data.closing === closing;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { balances, facts, lots, state } = done.event.data;
    const rows = balances.map(([book, asset, amount]) => ({ book, asset, amount }));
    return { closingId: closing, balances: rows, facts: Number(facts), lots: Number(lots), state, ...recordedOf(done) };
  }
}
