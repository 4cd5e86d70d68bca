import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
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
import {
  ACCOUNT_REFUSALS,
  type AccountClosed,
  type AccountEvent,
  type AccountFrozen,
  type AccountUnfrozen,
  type ExpiryExtended,
  type FreezeAccount,
  type UnfreezeAccount,
} from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { RefusesOwn } from './own-account.guard';
import { accountIn, asAsked, carriedOut, recordedOf } from './decisions';
import {
  AccountStatusAnswer,
  CloseRequest,
  ExtensionAnswer,
  ExtensionRequest,
  FreezeRequest,
  UnfreezeRequest,
} from './decisions.dto';

/** What an operator decides on an account as a whole (capabilities M6) and on how long its lots live (L6). */
@Controller('accounts/:accountId')
export class AccountStatusController {
  constructor(private readonly decisions: AccountDecisions) {}

  @Post('freeze')
  @HttpCode(200)
  @Summary('Stops spending; what is held may still be captured or released', '冻结账户')
  @Permission('accounts:freeze')
  @Idempotent()
  @Answers(200, AccountStatusAnswer)
  freeze(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(FreezeRequest) body: FreezeRequest,
  ): Promise<AccountStatusAnswer> {
    return this.set(caller, command, path, { kind: 'freeze-account', ...body });
  }

  @Post('unfreeze')
  @HttpCode(200)
  @Summary('Allows spending again', '解冻账户')
  @Permission('accounts:freeze')
  @Idempotent()
  @Answers(200, AccountStatusAnswer)
  @RefusesOwn()
  async unfreeze(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(UnfreezeRequest) body: UnfreezeRequest,
  ): Promise<AccountStatusAnswer> {
    return this.set(caller, command, path, { kind: 'unfreeze-account', ...body });
  }

  @Post('close')
  @HttpCode(200)
  @Summary('Ends the account for good; what is left is forfeited', '注销账户')
  @Permission('accounts:close')
  @Idempotent()
  @Answers(200, AccountStatusAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'holds-open', 'account-not-settled', 'member-merged')
  async close(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(CloseRequest) { reason }: CloseRequest,
  ): Promise<AccountStatusAnswer> {
    const command = { kind: 'close-account', ...this.on(caller, path), reason } as const;
    const isOwn = (event: AccountEvent): event is AccountClosed => event.type === 'AccountClosed';
    const done = asAsked(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    return { status: 'closed', ...recordedOf(done) };
  }

  @Post('extensions')
  @Summary('Lets lots end later', '延长积分有效期')
  @Permission('lots:extend')
  @Idempotent()
  @Answers(201, ExtensionAnswer)
  @Answers(200, ExtensionAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'decision-conflict', 'account-closed', 'member-merged', 'lot-expired', 'nothing-to-extend')
  @RefusesOwn()
  async extend(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(ExtensionRequest) body: ExtensionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExtensionAnswer> {
    const { extensionId: extension, asset, reason } = body;
    const lots = body.lots?.map(({ lot }) => lot);
    const terms = { extension, asset, lots, to: instant(body.to), reason };
    const command = { kind: 'extend-expiry', ...this.on(caller, path), ...terms } as const;
    const isOwn = (event: AccountEvent): event is ExpiryExtended =>
      event.type === 'ExpiryExtended' && event.data.extension === extension && !event.data.part;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const extended = done.event.data.lots.map(([lot, from, to]) => ({ lot, from, to }));
    return { extensionId: extension, asset: done.event.data.asset, lots: extended, ...recordedOf(done) };
  }

  private async set(
    caller: Caller,
    { metadata, again }: HttpCommand,
    path: string,
    asked: Pick<FreezeAccount, 'kind' | 'reason' | 'pausesExpiry'> | Pick<UnfreezeAccount, 'kind' | 'reason'>,
  ): Promise<AccountStatusAnswer> {
    const decision = metadata.commandId;
    const command = { ...asked, ...this.on(caller, path), decision };
    const isOwn = (event: AccountEvent): event is AccountFrozen | AccountUnfrozen =>
      (event.type === 'AccountFrozen' || event.type === 'AccountUnfrozen') && event.data.decision === decision;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    return { status: done.event.type === 'AccountFrozen' ? 'frozen' : 'active', ...recordedOf(done) };
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}
