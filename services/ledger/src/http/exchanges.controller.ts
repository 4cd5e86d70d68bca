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
import { ACCOUNT_REFUSALS, type AccountEvent, type PointsExchanged } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, recordedOf, requireKind } from './decisions';
import { ExchangeAnswer, ExchangeRequest } from './decisions.dto';

/** Points of one asset for those of another, at the rate that the program has declared (capabilities L16). */
@Controller('accounts/:accountId/exchanges')
export class ExchangesController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Exchanges points of one asset for those of another', '积分兑换为另一种资产')
  @Permission('exchanges:write')
  @Idempotent()
  @Answers(201, ExchangeAnswer)
  @Answers(200, ExchangeAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'amount-out-of-range',
    'decision-conflict',
    'account-closed',
    'member-merged',
    'pool-spends-by-hold',
    'account-frozen',
    'asset-not-spendable',
    'asset-kind-unsuitable',
    'deficit-outstanding',
    'insufficient-points',
    'rate-invalid',
    'exchange-too-small',
    'cap-exceeded',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'event-too-large')
  async exchange(
    @CallerOf() { tenant, program }: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ExchangeRequest) body: ExchangeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExchangeAnswer> {
    const { exchangeId: exchange, asset, toAsset } = body;
    const on = { tenant, program, account: accountIn(path), at: this.decisions.now() };
    const declared = await this.assets.assetsOf(tenant, program);
    const terms = declared.termsOf(asset, on.at).exchange.find(({ to }) => to === toAsset);
    if (!terms) throw problem('schema-invalid', { errors: [{ pointer: '/toAsset', code: 'exchange-unknown' }] });
    requireKind(declared, asset, 'points', 'count');
    requireKind(declared, toAsset, 'points', 'count');
    const { rate, rounding = 'floor' } = terms;
    const rateVersion = declared.versionOf(asset, on.at);
    const amount = BigInt(body.amount);
    const command = {
      kind: 'exchange-points',
      ...on,
      exchange,
      asset,
      amount,
      toAsset,
      rate,
      rateVersion,
      rounding,
      balanceCap: declared.balanceCapOf(toAsset, on.at)?.most,
    } as const;
    const isOwn = (event: AccountEvent): event is PointsExchanged =>
      event.type === 'PointsExchanged' && event.data.exchange === exchange;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { amount: given, toAmount, rate: at } = done.event.data;
    return { exchangeId: exchange, asset, amount: given, toAsset, toAmount, rate: at, ...recordedOf(done) };
  }
}
