import { applyDecorators } from '@nestjs/common';
import { Answers, type Caller, type HttpCommand, Idempotent, Refuses } from '@tallystick/http';
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type AccountRefusal,
  type GrantCommand,
  type GrantedBy,
  type PointsGranted,
  type PointsWithdrawn,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import type { AccountDecisions, CarriedOut } from '../application/account-decisions';
import type { ProgramAssets } from '../application/program-assets';
import { accountIn, carriedOut, recordedOf, requireUnit } from './decisions';
import { GrantAnswer, type PointSaleRequest } from './grants.dto';

type Granting = Pick<PointSaleRequest, 'member' | 'asset' | 'unit' | 'store'>;

/** A route that grants lots: its answers, and what it may be refused for besides what is its own. */
export function Grants(...own: readonly AccountRefusal[]): MethodDecorator {
  return applyDecorators(
    Idempotent(),
    Answers(201, GrantAnswer),
    Answers(200, GrantAnswer),
    Refuses(
      ACCOUNT_REFUSALS,
      'account-mismatch',
      'amount-out-of-range',
      'decision-conflict',
      'asset-kind-unsuitable',
      'asset-not-spendable',
      'asset-out-of-scope',
      ...own,
    ),
  );
}

/** Carries a grant out, or finds that it was, and answers it: 201 once, 200 for every repetition. */
export async function carryOutGrant(
  decisions: AccountDecisions,
  command: GrantCommand,
  { metadata, again }: HttpCommand,
  reply: FastifyReply,
): Promise<GrantAnswer> {
  const isOwn = isGrant(grantedBy(command), command.grant);
  const done = carriedOut(await decisions.carryOut({ command, metadata, again, isOwn }));
  reply.status(done.duplicate ? 200 : 201);
  return grantAnswer(done);
}

function grantedBy(command: GrantCommand): GrantedBy {
  switch (command.kind) {
    case 'grant-points':
      return command.by;
    case 'top-up':
      return 'top-up';
    case 'lend-points':
      return 'loan';
    case 'change-limit':
      return 'credit';
    case 'repay-credit':
      return 'repayment';
  }
}

/** What every command says that brings lots; refuses a unit that the credential is not bound to. */
export function grantingOf(
  caller: Caller,
  path: string,
  { member, asset, unit, store }: Granting,
  assets: ProgramAssets,
  at: Instant,
) {
  requireUnit(caller, unit);
  const { tenant, program } = caller;
  const [unitCost, scope] = [assets.unitCostOf(asset, at), assets.scopeOf(asset, at)];
  const balanceCap = assets.balanceCapOf(asset, at)?.most;
  const on = { tenant, program, account: accountIn(path), at, holder: member };
  return { ...on, asset, unit, store, unitCost, scope, balanceCap };
}

/** Tells the grant of a kind that a caller has named. */
export function isGrant(by: GrantedBy, grant: string): (event: AccountEvent) => event is PointsGranted {
  return (event): event is PointsGranted =>
    event.type === 'PointsGranted' && event.data.by === by && event.data.grant === grant;
}

/** Tells the withdrawal of a kind that a caller has named. */
export function isWithdrawal(
  by: PointsWithdrawn['data']['by'],
  withdrawal: string,
): (event: AccountEvent) => event is PointsWithdrawn {
  return (event): event is PointsWithdrawn =>
    event.type === 'PointsWithdrawn' && event.data.by === by && event.data.withdrawal === withdrawal;
}

function grantAnswer(done: CarriedOut<PointsGranted> & { readonly event: PointsGranted }): GrantAnswer {
  const { grant, asset, amount, slices, lots, dueAt } = done.event.data;
  const granted = slices.map(([lot, , , part], index) => {
    const { expiresAt } = lots[index]!;
    return { lot, amount: part, ...(expiresAt !== undefined && { expiresAt }) };
  });
  return { id: grant, asset, amount, lots: granted, ...(dueAt !== undefined && { dueAt }), ...recordedOf(done) };
}
