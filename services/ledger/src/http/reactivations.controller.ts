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
import { ACCOUNT_REFUSALS, type AccountEvent, type LotsReactivated } from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { RefusesOwn } from './own-account.guard';
import { accountIn, carriedOut, recordedOf } from './decisions';
import { ReactivationAnswer, ReactivationRequest } from './grants.dto';

const MILLIS_PER_DAY = 86_400_000;

/** Lots that have expired live again within a window (capabilities L22). */
@Controller('accounts/:accountId/reactivations')
export class ReactivationsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Lets lots live again that have expired within the window of their asset', '恢复期限内过期的积分批次')
  @Permission('lots:reactivate')
  @Idempotent()
  @Answers(201, ReactivationAnswer)
  @Answers(200, ReactivationAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'decision-conflict', 'account-closed', 'nothing-to-reactivate', 'cap-exceeded')
  @RefusesOwn()
  async reactivate(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ReactivationRequest) body: ReactivationRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReactivationAnswer> {
    const { tenant, program } = caller;
    const { reactivationId: reactivation, asset } = body;
    const at = this.decisions.now();
    const assets = await this.assets.assetsOf(tenant, program);
    const { reactivation: window } = assets.termsOf(asset, at);
    if (!window) throw problem('schema-invalid', { errors: [{ pointer: '/asset', code: 'asset-not-reactivated' }] });
    const since = (at - Number(window.withinDays) * MILLIS_PER_DAY) as Instant;
    const until = (at + Number(window.livesDays) * MILLIS_PER_DAY) as Instant;
    const on = { tenant, program, account: accountIn(path), at };
    const asked = body.lots?.map(({ lot }) => lot);
    const balanceCap = assets.balanceCapOf(asset, at)?.most;
    const terms = { reactivation, asset, lots: asked, since, until, balanceCap };
    const command = { kind: 'reactivate-lots', ...on, ...terms } as const;
    const isOwn = (event: AccountEvent): event is LotsReactivated =>
      event.type === 'LotsReactivated' &&
      event.data.reactivation === reactivation &&
      !event.data.taken &&
      !event.data.part;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { slices, lots, amount } = done.event.data;
    const revived = slices.map(([lot, , , part], index) => ({ lot, amount: part, expiresAt: lots[index]![2] }));
    return { id: reactivation, asset: done.event.data.asset, amount, lots: revived, ...recordedOf(done) };
  }
}
