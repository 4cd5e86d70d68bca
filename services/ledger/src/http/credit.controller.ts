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
  problem,
  Refuses,
  Summary,
} from '@tallystick/http';
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type PointsGranted,
  type PointsWithdrawn,
} from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { RefusesOwn } from './own-account.guard';
import { carriedOut, recordedOf, requireKind } from './decisions';
import { carryOutGrant, grantingOf, Grants, isGrant, isWithdrawal } from './granting';
import { CreditLimitAnswer, CreditLimitRequest, CreditRepaymentRequest, GrantAnswer } from './grants.dto';

/** Lines of credit: what is spent of them is owed until it is repaid (capabilities CD2). */
@Controller('accounts/:accountId')
export class CreditController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post('credit-limits')
  @Summary('Raises the limit of a line of credit, or lowers it by what is not used', '调整信用额度')
  @Permission('credit-limits:write')
  @Idempotent()
  @Answers(201, CreditLimitAnswer)
  @Answers(200, CreditLimitAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'account-mismatch',
    'amount-out-of-range',
    'decision-conflict',
    'account-closed',
    'asset-kind-unsuitable',
    'asset-not-spendable',
    'asset-out-of-scope',
    'insufficient-points',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset')
  @RefusesOwn()
  async change(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(CreditLimitRequest) body: CreditLimitRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreditLimitAnswer> {
    const { changeId, asset } = body;
    const amount = BigInt(body.amount);
    if (amount === 0n) throw problem('amount-invalid', { errors: [{ pointer: '/amount', code: 'amount-invalid' }] });
    const on = grantingOf(caller, path, body, await this.creditIn(caller, asset), this.decisions.now());
    const command = { kind: 'change-limit', ...on, grant: changeId, amount } as const;
    const [raised, lowered] = [isGrant('credit', changeId), isWithdrawal('limit', changeId)];
    const isOwn = (event: AccountEvent): event is PointsGranted | PointsWithdrawn => raised(event) || lowered(event);
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { type, data } = done.event;
    const changed = type === 'PointsGranted' ? data.amount : `-${data.amount}`;
    return { id: changeId, asset: data.asset, amount: changed, limit: data.limit!, ...recordedOf(done) };
  }

  @Post('credit-repayments')
  @Summary('Repays credit, what is due first first: as much may be spent again', '信用还款')
  @Permission('credit-repayments:write')
  @Grants('repayment-exceeds-debt')
  @Refuses(BOOKING_REFUSALS, 'unknown-asset')
  @RefusesOwn()
  async repay(
    @CallerOf() caller: Caller,
    @CommandOf() request: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(CreditRepaymentRequest) body: CreditRepaymentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GrantAnswer> {
    const { repaymentId: grant, asset } = body;
    const on = grantingOf(caller, path, body, await this.creditIn(caller, asset), this.decisions.now());
    const amount = body.amount === undefined ? undefined : BigInt(body.amount);
    const command = { kind: 'repay-credit', ...on, grant, amount } as const;
    return carryOutGrant(this.decisions, command, request, reply);
  }

  private async creditIn({ tenant, program }: Caller, asset: string) {
    const assets = await this.assets.assetsOf(tenant, program);
    requireKind(assets, asset, 'credit');
    return assets;
  }
}
