import { Controller, Param, Post, Res } from '@nestjs/common';
import { accountId, reject } from '@tallystick/decider';
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
  problemOf,
  Refuses,
  Summary,
} from '@tallystick/http';
import { ACCOUNT_REFUSALS } from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AccountMerges, type MergeResult } from '../application/account-merges';
import { ADJUSTING, isOwn } from '../application/adjustments';
import { actorIn } from './adjusting';
import { accountIn } from './decisions';
import { MergeAnswer, MergeRequest } from './merges.dto';

/** Duplicates of one member become one account, and two again where that was wrong (capabilities M4). */
@Controller('accounts/:accountId/merges')
export class MergesController {
  constructor(
    private readonly merges: AccountMerges,
    private readonly decisions: AccountDecisions,
  ) {}

  @Post()
  @Summary('Makes the account a part of that of another member; it decides nothing more', '并入其他会员的账户')
  @Permission('accounts:merge')
  @Idempotent()
  @Answers(201, MergeAnswer)
  @Answers(200, MergeAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'decision-conflict',
    'member-merged',
    'merge-into-itself',
    'merge-too-large',
    'pool-not-merged',
    'account-closed',
    'account-frozen',
    'merge-undone',
  )
  @Refuses(ADJUSTING, 'self-dealing')
  async merge(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(MergeRequest) { mergeId: merge, into: intoHolder }: MergeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MergeAnswer> {
    const on = this.on(caller, path);
    await this.refuseOwn(caller, on.account, accountId(on.tenant, on.program, intoHolder));
    const result = await this.merges.merge({ ...on, merge, intoHolder, metadata });
    return answered(merge, result, reply);
  }

  @Post(':mergeId/undo')
  @Summary('Gives the account back what its own lots still hold; it stands for itself again', '撤销账户合并')
  @Permission('accounts:merge')
  @Idempotent()
  @Answers(201, MergeAnswer)
  @Answers(200, MergeAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'merge-unknown',
    'member-merged',
    'holds-open',
    'merge-entangled',
    'merge-too-large',
    'account-frozen',
  )
  @Refuses(ADJUSTING, 'self-dealing')
  async undo(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('mergeId') merge: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MergeAnswer> {
    const on = this.on(caller, path);
    await this.refuseOwn(caller, on.account);
    return answered(merge, await this.merges.unmerge({ ...on, merge, metadata }), reply);
  }

  /** Nobody makes another's points his own, or the other way about (trust case 70). */
  private async refuseOwn(caller: Caller, ...accounts: readonly string[]): Promise<void> {
    const actor = actorIn(caller);
    for (const one of accounts) {
      const { account, state } = await this.merges.standing(caller.tenant, one);
      if (!isOwn(actor, one) && !isOwn(actor, account, state)) continue;
      throw problemOf(reject('self-dealing', { account: one }), ADJUSTING);
    }
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}

function answered(mergeId: string, result: MergeResult, reply: FastifyReply): MergeAnswer {
  if (result.kind === 'refused') {
    if (result.rejection.rejected === 'account-unknown') throw problem('not-found');
    throw problemOf(result.rejection, ACCOUNT_REFUSALS);
  }
  const { into: intoAccount, intoHolder: into, revision, position, duplicate } = result;
  reply.status(duplicate ? 200 : 201);
  return { mergeId, into, intoAccount, revision, position, ...(duplicate && { duplicate }) };
}
