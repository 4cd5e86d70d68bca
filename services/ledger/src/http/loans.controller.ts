import { Controller, Param, Post, Res } from '@nestjs/common';
import {
  Answers,
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  IdOf,
  Permission,
  problem,
  Refuses,
  Summary,
} from '@tallystick/http';
import { ACCOUNT_REFUSALS } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { MemberTiers } from '../adapters/member-tiers';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, dueAt, recordedOf, requireKind } from './decisions';
import { carryOutGrant, grantingOf, Grants, isWithdrawal } from './granting';
import { GrantAnswer, LoanRepaymentAnswer, LoanRepaymentRequest, LoanRequest } from './grants.dto';

/** Points lent up to the limit of the member's tier, repaid first by what is earned later (capabilities L22). */
@Controller('accounts/:accountId/loans')
export class LoansController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
    private readonly tiers: MemberTiers,
  ) {}

  @Post()
  @Summary('Lends points up to the limit of the tier', '按等级限额借入积分')
  @Permission('loans:write')
  @Grants('cap-exceeded', 'account-closed', 'account-frozen', 'loan-limit-exceeded')
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program')
  async lend(
    @CallerOf() caller: Caller,
    @CommandOf() request: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(LoanRequest) body: LoanRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GrantAnswer> {
    const { loanId: grant, asset, member } = body;
    const { tenant, program } = caller;
    const at = this.decisions.now();
    const assets = await this.assets.assetsOf(tenant, program);
    requireKind(assets, asset, 'points');
    const { loan } = assets.termsOf(asset, at);
    if (!loan) throw problem('schema-invalid', { errors: [{ pointer: '/asset', code: 'asset-not-lent' }] });
    const tier = await this.tiers.tierAt(tenant, program, member, at);
    const limit = BigInt(loan.tiers?.find((one) => one.tier === tier)?.limit ?? loan.limit);
    const terms = { amount: BigInt(body.amount), limit, dueAt: dueAt(assets, at, Number(loan.dueDays)) };
    const on = grantingOf(caller, path, body, assets, at);
    const command = { kind: 'lend-points', ...on, grant, ...terms } as const;
    return carryOutGrant(this.decisions, command, request, reply);
  }

  @Post(':loanId/repayments')
  @Summary('Repays a loan with points that are there', '以现有积分归还借入积分')
  @Permission('loans:write')
  @Idempotent()
  @Answers(201, LoanRepaymentAnswer)
  @Answers(200, LoanRepaymentAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'decision-conflict',
    'deficit-outstanding',
    'insufficient-points',
    'repayment-exceeds-debt',
  )
  async repay(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('loanId') loan: string,
    @ContractBody(LoanRepaymentRequest) body: LoanRepaymentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoanRepaymentAnswer> {
    const { repaymentId: repayment } = body;
    const on = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const amount = body.amount === undefined ? undefined : BigInt(body.amount);
    const command = { kind: 'repay-loan', ...on, repayment, loan, amount } as const;
    const isOwn = isWithdrawal('loan-repayment', repayment);
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { asset, amount: repaid } = done.event.data;
    return { id: repayment, loanId: loan, asset, amount: repaid, ...recordedOf(done) };
  }
}
