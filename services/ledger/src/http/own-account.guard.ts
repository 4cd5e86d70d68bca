import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { reject } from '@tallystick/decider';
import { problemOf, Refuses } from '@tallystick/http';
import type { FastifyRequest } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { ADJUSTING, isOwn } from '../application/adjustments';
import { actorIn } from './adjusting';
import { accountIn } from './decisions';

/**
 * Refuses a favour by hand on an account of the caller's own, as an adjustment of it is refused: his by name, one that has taken
 * his in, or a pool that he owns or spends of (trust case 70). What a holder does for himself (spending, passing on, borrowing
 * within a limit, undoing a redemption) is none.
 */
@Injectable()
export class OwnAccountGuard implements CanActivate {
  constructor(private readonly decisions: AccountDecisions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { caller, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { accountId: string } }>>();
    if (!caller) return false;
    const account = accountIn(params.accountId);
    const state = await this.decisions.stateOf(caller.tenant, account);
    if (isOwn(actorIn(caller), account, state)) throw problemOf(reject('self-dealing', { account }), ADJUSTING);
    return true;
  }
}

/** A route that does the holder of `accountId` a favour by hand: a caller who is that holder is refused. */
export const RefusesOwn = (): MethodDecorator =>
  applyDecorators(Refuses(ADJUSTING, 'self-dealing'), UseGuards(OwnAccountGuard));
