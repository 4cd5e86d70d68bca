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
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { reject } from '@tallystick/decider';
import { ACCOUNT_REFUSALS } from '@tallystick/ledger-domain';
import { formatRational, parseRational } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { RefusesOwn } from './own-account.guard';
import { accountIn, carriedOut, endOf, recordedOf, requireKind, requireUnit } from './decisions';
import { carryOutGrant, grantingOf, Grants, isWithdrawal } from './granting';
import { GiftRequest, GrantAnswer, PointSaleRequest, RefundAnswer, RefundRequest, TopUpRequest } from './grants.dto';

/** What is paid for, or given: points and punches that are sold, gifts of a unit, stored value (capabilities L22, CD2). */
@Controller('accounts/:accountId')
export class ValuesController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post('point-sales')
  @Summary('Sells points, or the punches of a count card: a lot whose cost is what was paid', '出售积分或次卡次数')
  @Permission('point-sales:write')
  @Grants('cap-exceeded', 'price-invalid', 'account-closed')
  @RefusesOwn()
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program')
  async sell(
    @CallerOf() caller: Caller,
    @CommandOf() request: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(PointSaleRequest) body: PointSaleRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GrantAnswer> {
    const { assets, at, expiresAt } = await this.granted(caller, body.asset);
    const amount = BigInt(body.amount);
    const unitCost = formatRational({ numerator: BigInt(body.price), denominator: amount });
    if (!parseRational(unitCost)) throw problemOf(reject('price-invalid', { unitCost }), ACCOUNT_REFUSALS);
    const on = { ...grantingOf(caller, path, body, assets, at), unitCost };
    const command = { kind: 'grant-points', by: 'bought', ...on, grant: body.saleId, amount, expiresAt } as const;
    return carryOutGrant(this.decisions, command, request, reply);
  }

  @Post('gifts')
  @Summary('Gives points, or punches, at the cost of a unit', '由业务单元赠送积分或次数')
  @Permission('gifts:write')
  @Grants('cap-exceeded', 'account-closed')
  @RefusesOwn()
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program')
  async give(
    @CallerOf() caller: Caller,
    @CommandOf() request: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(GiftRequest) body: GiftRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GrantAnswer> {
    const { assets, at, expiresAt } = await this.granted(caller, body.asset);
    const amount = BigInt(body.amount);
    const on = grantingOf(caller, path, body, assets, at);
    const command = { kind: 'grant-points', by: 'gift', ...on, grant: body.giftId, amount, expiresAt } as const;
    return carryOutGrant(this.decisions, command, request, reply);
  }

  @Post('top-ups')
  @Summary('Loads stored value: what was paid, and what is given on top of it', '储值充值(本金与赠送金)')
  @Permission('top-ups:write')
  @Grants('cap-exceeded', 'account-closed')
  @RefusesOwn()
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program')
  async topUp(
    @CallerOf() caller: Caller,
    @CommandOf() request: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(TopUpRequest) body: TopUpRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GrantAnswer> {
    const at = this.decisions.now();
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    requireKind(assets, body.asset, 'stored');
    const loaded = { principal: BigInt(body.principal), bonus: BigInt(body.bonus ?? 0) };
    const terms = { bonusExpiresAt: endOf(assets, body.asset, at), order: assets.termsOf(body.asset, at).storedOrder };
    const on = grantingOf(caller, path, body, assets, at);
    const command = { kind: 'top-up', ...on, grant: body.topUpId, ...loaded, ...terms } as const;
    return carryOutGrant(this.decisions, command, request, reply);
  }

  @Post('refunds')
  @Summary('Pays unused principal back; what was given on top falls in proportion', '退还未使用的储值本金')
  @Permission('refunds:write')
  @Idempotent()
  @Answers(201, RefundAnswer)
  @Answers(200, RefundAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'decision-conflict',
    'account-frozen',
    'insufficient-points',
    'asset-kind-unsuitable',
    'asset-not-spendable',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'event-too-large')
  async refund(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(RefundRequest) { refundId: refund, asset, amount: asked, unit, store }: RefundRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RefundAnswer> {
    requireUnit(caller, unit);
    const { tenant, program } = caller;
    requireKind(await this.assets.assetsOf(tenant, program), asset, 'stored');
    const on = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const terms = { refund, asset, amount: asked === undefined ? undefined : BigInt(asked), unit, store };
    const command = { kind: 'refund-principal', ...on, ...terms } as const;
    const isOwn = isWithdrawal('refund', refund);
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { amount, fallen = [] } = done.event.data;
    const fell = fallen.reduce((sum, [, , , part]) => sum + BigInt(part), 0n);
    return { id: refund, asset: done.event.data.asset, amount, fallen: String(fell), ...recordedOf(done) };
  }

  private async granted({ tenant, program }: Caller, asset: string) {
    const at = this.decisions.now();
    const assets = await this.assets.assetsOf(tenant, program);
    requireKind(assets, asset, 'points', 'count');
    return { assets, at, expiresAt: endOf(assets, asset, at) };
  }
}
