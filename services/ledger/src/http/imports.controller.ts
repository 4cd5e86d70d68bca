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
import { ACCOUNT_REFUSALS, type AccountEvent, type ArrivingLot, type PointsImported } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { RefusesOwn } from './own-account.guard';
import { accountIn, carriedOut, recordedOf, requireKind, requireUnit } from './decisions';
import { ImportAnswer, ImportedLot, ImportRequest } from './decisions.dto';

/** Balances of another system, lot by lot, with the dates that they had there (capabilities L20). */
@Controller('accounts/:accountId/imports')
export class ImportsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Brings lots of another system in and opens the account where it is new', '导入其他系统的积分批次')
  @Permission('imports:write')
  @Idempotent()
  @Answers(201, ImportAnswer)
  @Answers(200, ImportAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'account-mismatch',
    'amount-out-of-range',
    'import-mismatch',
    'decision-conflict',
    'account-closed',
    'member-merged',
    'asset-not-spendable',
    'asset-kind-unsuitable',
    'asset-out-of-scope',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'event-too-large')
  @RefusesOwn()
  async importLots(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ImportRequest) body: ImportRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportAnswer> {
    const { tenant, program } = caller;
    const { importId, member: holder, asset } = body;
    for (const { issuer } of body.lots) requireUnit(caller, issuer);
    const at = this.decisions.now();
    const assets = await this.assets.assetsOf(tenant, program);
    requireKind(assets, asset, 'points', 'count');
    const usual = assets.unitCostOf(asset, at);
    const command = {
      kind: 'import-points',
      tenant,
      program,
      account: accountIn(path),
      at,
      holder,
      import: importId,
      asset,
      expected: BigInt(body.expected),
      scope: assets.scopeOf(asset, at),
      lots: body.lots.map((lot) => arriving(lot, usual)),
    } as const;
    const isOwn = (event: AccountEvent): event is PointsImported =>
      event.type === 'PointsImported' && event.data.import === importId;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    return { importId, asset: done.event.data.asset, amount: done.event.data.amount, ...recordedOf(done) };
  }
}

function arriving({ issuer, amount, unitCost, activatedAt, expiresAt }: ImportedLot, usual: string): ArrivingLot {
  return {
    issuer,
    amount: BigInt(amount),
    unitCost: unitCost ?? usual,
    priority: 0,
    activatedAt: instant(activatedAt),
    ...(expiresAt !== undefined && { expiresAt: instant(expiresAt) }),
  };
}
