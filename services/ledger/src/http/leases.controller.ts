import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
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
  Refuses,
  Summary,
} from '@tallystick/http';
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type HoldCaptured,
  type HoldPlaced,
  holdHere,
  type HoldReleased,
  type LateSettlementDecided,
  type LeaseSettledLate,
  lineageOf,
} from '@tallystick/ledger-domain';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AccountMerges } from '../application/account-merges';
import { AssetDirectory } from '../application/asset-directory';
import { LeaseGrants } from '../application/lease-grants';
import { BOOKING_REFUSALS } from '../application/refusals';
import { RefusesOwn } from './own-account.guard';
import { accountIn, asAsked, carriedOut, recordedOf, requireKind, requireUnit, spendCapsIn } from './decisions';
import {
  GrantLeaseRequest,
  LateSettlementDecidedAnswer,
  LateSettlementRequest,
  LeaseAnswer,
  LeaseSettledAnswer,
  SettleLeaseRequest,
} from './leases.dto';

/** Points that a till may spend while it is offline (capabilities 5-15, X3): holds with a signed grant. */
@Controller('accounts/:accountId/leases')
export class LeasesController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
    private readonly grants: LeaseGrants,
    private readonly merges: AccountMerges,
  ) {}

  @Post()
  @Summary('Holds points that a till may spend offline, and signs that it may', '发放离线消费额度')
  @Permission('leases:write')
  @Idempotent()
  @Answers(201, LeaseAnswer)
  @Answers(200, LeaseAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'hold-conflict',
    'account-closed',
    'asset-kind-unsuitable',
    'asset-out-of-scope',
    'cap-exceeded',
    'member-merged',
    'pool-member-unknown',
    'account-frozen',
    'asset-not-spendable',
    'deficit-outstanding',
    'insufficient-points',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program')
  async grant(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(GrantLeaseRequest) body: GrantLeaseRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LeaseAnswer> {
    const { leaseId: hold, till, asset, unit, store } = body;
    requireUnit(caller, unit);
    const on = this.on(caller, path);
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    // What is owed when it is spent, or is drawn in proportion, is not told by a till that is offline.
    requireKind(assets, asset, 'points', 'count');
    const [scope, caps] = [assets.scopeOf(asset, on.at), spendCapsIn(assets, asset, on.at)];
    const { holdTtlSeconds, expireUnderHold } = assets.termsOf(asset, on.at);
    const ttlSeconds = body.ttlSeconds ?? holdTtlSeconds.default;
    if (ttlSeconds > holdTtlSeconds.most) {
      throw problem('schema-invalid', { errors: [{ pointer: '/ttlSeconds', code: 'ttl-too-long' }] });
    }
    const asked = { asset, amount: BigInt(body.amount), ttlSeconds, unit, store, till };
    const terms = { ...asked, expireUnderHold, scope, caps };
    const command = { kind: 'place-hold', ...on, hold, ...terms } as const;
    const isOwn = (event: AccountEvent): event is HoldPlaced => event.type === 'HoldPlaced' && event.data.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { amount, until } = done.event.data;
    const grant = this.grants.grantOf(on, done.event);
    return { leaseId: hold, till, asset: done.event.data.asset, amount, until, grant, ...recordedOf(done) };
  }

  @Post(':leaseId/settlement')
  @HttpCode(200)
  @Summary('Books what a till has spent offline; after the lease has ended it waits for a decision', '离线消费结算')
  @Permission('leases:write')
  @Idempotent()
  @Answers(200, LeaseSettledAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'hold-unknown', 'hold-ended', 'decision-conflict', 'capture-exceeds-hold')
  async settle(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('leaseId') hold: string,
    @ContractBody(SettleLeaseRequest) { amount, unit, store }: SettleLeaseRequest,
  ): Promise<LeaseSettledAnswer> {
    requireUnit(caller, unit);
    const on = this.on(caller, path);
    // A grant names the account and the lease as they were when it was signed.
    const { account, state, of } = await this.merges.standing(on.tenant, on.account);
    const lineage = of === undefined ? undefined : lineageOf(state, of);
    const here = lineage ? holdHere(lineage, hold) : hold;
    const terms = { hold: here, boundTo: caller.unit, amount: BigInt(amount), unit, store };
    const command = { kind: 'settle-lease', ...on, account, ...terms } as const;
    const beforeMerge = of === undefined ? undefined : { account: of, isOwn: isSettlementOf(hold) };
    const deciding = { command, metadata, again, isOwn: isSettlementOf(here), beforeMerge };
    const done = asAsked(await this.decisions.carryOut(deciding));
    const { type, data } = done.event ?? {};
    const captured = type === 'HoldCaptured' ? data!.amount : '0';
    return { leaseId: hold, state: type === undefined ? 'ended' : SETTLED.get(type)!, captured, ...recordedOf(done) };
  }

  @Post(':leaseId/decision')
  @HttpCode(200)
  @Summary('Honours or refuses what was settled after its lease had ended', '审核逾期的离线消费结算')
  @Permission('leases:review')
  @Idempotent()
  @Answers(200, LateSettlementDecidedAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'late-settlement-unknown',
    'decision-conflict',
    'hold-conflict',
    'account-closed',
    'account-frozen',
    'deficit-outstanding',
    'insufficient-points',
    'cap-exceeded',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-program')
  @RefusesOwn()
  async decide(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('leaseId') hold: string,
    @ContractBody(LateSettlementRequest) body: LateSettlementRequest,
  ): Promise<LateSettlementDecidedAnswer> {
    const { decision, redemptionId: redemption, reason, beyondCaps } = body;
    if ((decision === 'honour') !== (redemption !== undefined)) {
      throw problem('schema-invalid', { errors: [{ pointer: '/redemptionId', code: 'redemption-mismatch' }] });
    }
    const on = this.on(caller, path);
    const caps = redemption === undefined ? undefined : await this.capsOf(on, hold);
    const command = { kind: 'decide-late-settlement', ...on, hold, redemption, reason, caps, beyondCaps } as const;
    const isOwn = (event: AccountEvent): event is LateSettlementDecided =>
      event.type === 'LateSettlementDecided' && event.data.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    const { outcome, amount, beyondCap } = done.event.data;
    const cap = beyondCap === undefined ? {} : { beyondCap };
    const named = redemption === undefined ? {} : { redemptionId: redemption };
    return { leaseId: hold, state: outcome, ...named, amount, ...cap, ...recordedOf(done) };
  }

  private async capsOf({ tenant, program, account, at }: ReturnType<LeasesController['on']>, lease: string) {
    const asset = await this.decisions.assetOf(tenant, account, lease);
    return asset === undefined ? undefined : spendCapsIn(await this.assets.assetsOf(tenant, program), asset, at);
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}

function isSettlementOf(hold: string) {
  return (event: AccountEvent): event is HoldCaptured | HoldReleased | LeaseSettledLate =>
    SETTLED.has(event.type) && 'hold' in event.data && event.data.hold === hold;
}

const SETTLED: ReadonlyMap<string, LeaseSettledAnswer['state']> = new Map([
  ['HoldCaptured', 'captured'],
  ['HoldReleased', 'released'],
  ['LeaseSettledLate', 'waiting'],
]);
