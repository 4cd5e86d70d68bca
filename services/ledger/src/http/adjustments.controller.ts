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
  type PointsCredited,
  type PointsDebited,
} from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, recordedOf, requireSpendable, requireUnit } from './decisions';
import { AdjustmentAnswer, AdjustmentRequest } from './decisions.dto';

/** Reasoned corrections (capabilities L11). */
@Controller('accounts/:accountId/adjustments')
export class AdjustmentsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Credits or debits points for a reason; a credit names who bears its cost', '按原因增减积分')
  @Permission('adjustments:write')
  @Idempotent()
  @Answers(201, AdjustmentAnswer)
  @Answers(200, AdjustmentAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'amount-out-of-range',
    'decision-conflict',
    'account-closed',
    'member-merged',
    'asset-not-spendable',
    'deficit-outstanding',
    'insufficient-points',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset')
  async adjust(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(AdjustmentRequest) body: AdjustmentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdjustmentAnswer> {
    const { adjustmentId: adjustment, asset, reason, unit, expiresAt } = body;
    requireUnit(caller, unit);
    const amount = amountOf(body);
    const unitCost = await this.unitCostOf(caller, asset);
    const on = { tenant: caller.tenant, program: caller.program, account: accountIn(path), at: this.decisions.now() };
    const ends = expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) };
    const command = {
      kind: 'adjust-points',
      ...on,
      adjustment,
      asset,
      amount,
      reason,
      unit,
      unitCost,
      ...ends,
    } as const;
    const isOwn = (event: AccountEvent): event is PointsCredited | PointsDebited =>
      (event.type === 'PointsCredited' || event.type === 'PointsDebited') && event.data.adjustment === adjustment;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    return { adjustmentId: adjustment, ...adjustedBy(done.event), ...recordedOf(done) };
  }

  /** What one unit of a spendable asset costs whoever grants it, as declared. */
  private async unitCostOf({ tenant, program }: Caller, asset: string): Promise<string> {
    const assets = await this.assets.assetsOf(tenant, program);
    requireSpendable(assets, asset);
    return assets.unitCostOf(asset, this.decisions.now());
  }
}

function amountOf({ amount: text, expiresAt }: AdjustmentRequest): bigint {
  const amount = BigInt(text);
  if (amount === 0n) throw problem('amount-invalid', { errors: [{ pointer: '/amount', code: 'amount-invalid' }] });
  if (amount < 0n && expiresAt !== undefined) {
    throw problem('schema-invalid', { errors: [{ pointer: '/expiresAt', code: 'debit-has-no-expiry' }] });
  }
  return amount;
}

function adjustedBy({ type, data }: PointsCredited | PointsDebited) {
  const { asset, amount } = data;
  return type === 'PointsCredited' ? { asset, amount, lot: data.lot } : { asset, amount: `-${amount}` };
}
