import { Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { reject } from '@tallystick/decider';
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
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type PoolMemberLeft,
  type PoolMemberSet,
  type PoolOpened,
  poolStanding,
  type PoolStanding,
} from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountCommands } from '../application/account-commands';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, asAsked, carriedOut, recordedOf } from './decisions';
import {
  PoolAnswer,
  PoolLeaveRequest,
  PoolMemberAnswer,
  PoolMemberBody,
  PoolRequest,
  PoolStandingAnswer,
} from './pools.dto';

/** Accounts that several members fill and spend of (capabilities M5): they are filled by transfers and spent by holds. */
@Controller('accounts/:accountId/pool')
export class PoolsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly accounts: AccountCommands,
    private readonly assets: AssetDirectory,
  ) {}

  @Get()
  @Summary('The pool: its members, their limits, what each has put in and used, and what is there', '共享池详情')
  @Permission('accounts:read')
  @Answers(200, PoolStandingAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'pool-unknown')
  @Refuses(BOOKING_REFUSALS, 'unknown-program')
  async standing(@CallerOf() caller: Caller, @Param('accountId') path: string): Promise<PoolStandingAnswer> {
    const { tenant, account, program, at } = { ...this.on(caller, path), program: caller.program };
    const { state } = await this.accounts.load(tenant, account);
    if (state.owner?.program !== program) throw problem('not-found');
    const began = (await this.assets.assetsOf(tenant, program)).beginningsOf(at);
    if (!began) throw problemOf(reject('unknown-program'), BOOKING_REFUSALS);
    const standing = poolStanding(state, { tenant, ...began });
    if (!standing) throw problemOf(reject('pool-unknown', { account }), ACCOUNT_REFUSALS);
    return { pool: state.owner.holder, ...answerOf(standing) };
  }

  @Post()
  @Summary('Opens the account as a pool of several members', '开立共享池')
  @Permission('pools:write')
  @Idempotent()
  @Answers(201, PoolAnswer)
  @Answers(200, PoolAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'account-mismatch', 'pool-exists', 'account-closed', 'member-merged')
  async open(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(PoolRequest) { pool, owner, members }: PoolRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PoolAnswer> {
    const { program } = caller;
    const command = { kind: 'open-pool', ...this.on(caller, path), program, holder: pool, owner, members } as const;
    const isOwn = (event: AccountEvent): event is PoolOpened => event.type === 'PoolOpened';
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    return { pool: done.event.data.holder, ...recordedOf(done) };
  }

  @Post('members')
  @HttpCode(200)
  @Summary('Lets a member belong to the pool, or spend more or less of it', '添加共享池成员或调整限额')
  @Permission('pools:write')
  @Idempotent()
  @Answers(200, PoolMemberAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'pool-unknown', 'account-closed', 'member-merged')
  async set(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(PoolMemberBody) { member, perDay, perMonth }: PoolMemberBody,
  ): Promise<PoolMemberAnswer> {
    const command = { kind: 'set-pool-member', ...this.on(caller, path), member, perDay, perMonth } as const;
    const isOwn = (event: AccountEvent): event is PoolMemberSet =>
      event.type === 'PoolMemberSet' && event.data.member === member;
    const done = asAsked(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    return { member, state: 'member', ...recordedOf(done) };
  }

  @Post('leaves')
  @Summary('Lets a member leave with what is left of the lots that he brought', '成员退出共享池')
  @Permission('pools:write')
  @Idempotent()
  @Answers(201, PoolMemberAnswer)
  @Answers(200, PoolMemberAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'decision-conflict',
    'pool-unknown',
    'pool-member-unknown',
    'pool-owner-stays',
    'holds-open',
    'member-merged',
  )
  async leave(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(PoolLeaveRequest) { leaveId: leave, member }: PoolLeaveRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PoolMemberAnswer> {
    const command = { kind: 'leave-pool', ...this.on(caller, path), leave, member } as const;
    const isOwn = (event: AccountEvent): event is PoolMemberLeft =>
      event.type === 'PoolMemberLeft' && event.data.leave === leave;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    return { member, state: 'left', ...recordedOf(done) };
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}

function answerOf({ owner, members, balances }: PoolStanding): Omit<PoolStandingAnswer, 'pool'> {
  return {
    owner,
    members: members.map(({ member, perDay, perMonth, shares }) => ({
      member,
      ...(perDay !== undefined && { perDay }),
      ...(perMonth !== undefined && { perMonth }),
      shares: shares.map(({ asset, contributed, left, held, redeemed, today, thisMonth }) => ({
        asset,
        contributed: String(contributed),
        left: String(left),
        held: String(held),
        redeemed: String(redeemed),
        today: String(today),
        thisMonth: String(thisMonth),
      })),
    })),
    balances: balances.map(({ asset, available, held }) => ({
      asset,
      available: String(available),
      held: String(held),
    })),
  };
}
