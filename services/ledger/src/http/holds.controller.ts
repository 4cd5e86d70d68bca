import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { reject } from '@tallystick/decider';
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
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type HoldCaptured,
  type HoldPlaced,
  type HoldReleased,
  type RedemptionCancelled,
  type SliceRow,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import type { ProgramAssets } from '../application/program-assets';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, dueAt, orderOf, recordedOf, requireUnit, spendCapsIn } from './decisions';
import {
  CancellationAnswer,
  CancelRedemptionRequest,
  CaptureHoldRequest,
  HoldEndedAnswer,
  HoldPlacedAnswer,
  PlaceHoldRequest,
} from './holds.dto';

const MILLIS_PER_DAY = 86_400_000;

/** Two-phase redemption (capabilities L5, L9): the caller names the hold, the path names the stream. */
@Controller('accounts/:accountId/holds')
export class HoldsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Reserves points', '预留积分')
  @Permission('holds:write')
  @Idempotent()
  @Answers(201, HoldPlacedAnswer)
  @Answers(200, HoldPlacedAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'hold-conflict',
    'pool-unknown',
    'pool-member-unknown',
    'spend-limit-exceeded',
    'account-closed',
    'member-merged',
    'account-frozen',
    'asset-not-spendable',
    'asset-out-of-scope',
    'deficit-outstanding',
    'insufficient-points',
    'cap-exceeded',
    'slices-mismatch',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-program', 'event-too-large')
  async place(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(PlaceHoldRequest) body: PlaceHoldRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HoldPlacedAnswer> {
    const { holdId: hold, asset, unit, store } = body;
    requireUnit(caller, unit);
    const on = this.on(caller, path);
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    const { holdTtlSeconds, expireUnderHold } = assets.termsOf(asset, on.at);
    const ttlSeconds = body.ttlSeconds ?? holdTtlSeconds.default;
    if (ttlSeconds > holdTtlSeconds.most) {
      throw problem('schema-invalid', { errors: [{ pointer: '/ttlSeconds', code: 'ttl-too-long' }] });
    }
    const caps = spendCapsIn(assets, asset, on.at);
    const slices = body.lots?.map((named) => ({ lot: named.lot, amount: BigInt(named.amount) }));
    const [scope, order] = [assets.scopeOf(asset, on.at), orderOf(assets, asset, on.at)];
    const by = body.member === undefined ? undefined : spenderOf(body.member, on.at, assets);
    const asked = { asset, amount: BigInt(body.amount), ttlSeconds, unit, store, slices, by };
    const terms = { ...asked, expireUnderHold, caps, scope, order };
    const command = { kind: 'place-hold', ...on, hold, ...terms } as const;
    const isOwn = (event: AccountEvent): event is HoldPlaced => event.type === 'HoldPlaced' && event.data.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { amount, until } = done.event.data;
    return { holdId: hold, state: 'open', asset: done.event.data.asset, amount, until, ...recordedOf(done) };
  }

  @Post(':holdId/capture')
  @HttpCode(200)
  @Summary('Ends a hold as a redemption of all of it, or of a part whose rest is free again', '扣减已预留积分')
  @Permission('holds:write')
  @Idempotent()
  @Answers(200, HoldEndedAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'hold-unknown',
    'hold-ended',
    'member-merged',
    'capture-exceeds-hold',
    'account-frozen',
    'asset-out-of-scope',
    'deficit-outstanding',
    'insufficient-points',
    'cap-exceeded',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-program', 'event-too-large')
  async capture(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
    @ContractBody(CaptureHoldRequest) { amount, beyondHold = false, unit, store }: CaptureHoldRequest,
  ): Promise<HoldEndedAnswer> {
    requireUnit(caller, unit);
    const asked = amount === undefined ? undefined : BigInt(amount);
    const on = this.on(caller, path);
    const terms = { hold, amount: asked, beyondHold, unit, store, ...(await this.termsOf(caller, on, hold)) };
    const boundTo = caller.unit;
    const caps = beyondHold ? await this.capsOf(caller, on, hold) : undefined;
    const command = { kind: 'capture-hold', ...on, ...terms, boundTo, caps } as const;
    const isOwn = (event: AccountEvent): event is HoldCaptured =>
      event.type === 'HoldCaptured' && event.data.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    const { asset, amount: captured, released } = done.event.data;
    return { holdId: hold, state: 'captured', asset, captured, released: sumOf(released), ...recordedOf(done) };
  }

  @Post(':holdId/release')
  @HttpCode(200)
  @Summary('Ends a hold without redemption', '释放预留积分')
  @Permission('holds:write')
  @Idempotent()
  @Answers(200, HoldEndedAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'hold-unknown', 'hold-ended', 'member-merged')
  async release(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
  ): Promise<HoldEndedAnswer> {
    const command = { kind: 'release-hold', ...this.on(caller, path), hold, boundTo: caller.unit } as const;
    const isOwn = (event: AccountEvent): event is HoldReleased =>
      event.type === 'HoldReleased' && event.data.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    const { asset, amount } = done.event.data;
    return { holdId: hold, state: 'released', asset, captured: '0', released: amount, ...recordedOf(done) };
  }

  @Post(':holdId/cancellations')
  @Summary('Undoes a redemption, or a part of it', '撤销兑换')
  @Permission('holds:write')
  @Idempotent()
  @Answers(201, CancellationAnswer)
  @Answers(200, CancellationAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'hold-unknown',
    'hold-not-captured',
    'decision-conflict',
    'cancel-exceeds-redemption',
    'member-merged',
  )
  async cancel(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
    @ContractBody(CancelRedemptionRequest) { cancellationId: cancellation, amount }: CancelRedemptionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CancellationAnswer> {
    const on = this.on(caller, path);
    const graceUntil = await this.graceUntil(caller, on, hold);
    const asked = amount === undefined ? undefined : BigInt(amount);
    const terms = { hold, cancellation, amount: asked, graceUntil, boundTo: caller.unit };
    const command = { kind: 'cancel-redemption', ...on, ...terms } as const;
    const isOwn = (event: AccountEvent): event is RedemptionCancelled =>
      event.type === 'RedemptionCancelled' && event.data.cancellation === cancellation;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    const { asset, amount: cancelled, grace } = done.event.data;
    const lives = grace && { graceUntil: grace.until };
    return { cancellationId: cancellation, holdId: hold, asset, amount: cancelled, ...lives, ...recordedOf(done) };
  }

  /** What the asset of a hold says of its capture; nothing of a hold that is not there. */
  private async termsOf({ tenant, program }: Caller, on: { account: string; at: Instant }, hold: string) {
    const assets = await this.assets.assetsOf(tenant, program);
    if (!assets.areRestricted) return {};
    const asset = await this.decisions.assetOf(tenant, on.account, hold);
    if (asset === undefined) return {};
    const isOwed = assets.kindOf(asset) === 'credit';
    const owed = isOwed ? { dueAt: dueAt(assets, on.at, assets.termsOf(asset, on.at).dueDays) } : {};
    return { scope: assets.scopeOf(asset, on.at), order: orderOf(assets, asset, on.at), ...owed };
  }

  /** Until when a lot would live again; of a hold that is not there nothing lives. */
  private async graceUntil({ tenant, program }: Caller, on: { account: string; at: Instant }, hold: string) {
    const asset = await this.decisions.assetOf(tenant, on.account, hold);
    if (asset === undefined) return undefined;
    const { cancelGraceDays } = (await this.assets.assetsOf(tenant, program)).termsOf(asset, on.at);
    return (on.at + cancelGraceDays * MILLIS_PER_DAY) as Instant;
  }

  /** The caps on what would be captured beyond a hold; of a hold that is not there none. */
  private async capsOf({ tenant, program }: Caller, on: { account: string; at: Instant }, hold: string) {
    const asset = await this.decisions.assetOf(tenant, on.account, hold);
    return asset === undefined ? undefined : spendCapsIn(await this.assets.assetsOf(tenant, program), asset, on.at);
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}

/** Who spends of a pool, and when his day and month began in the program's zone. */
function spenderOf(member: string, at: Instant, assets: ProgramAssets) {
  const began = assets.beginningsOf(at);
  if (!began) throw problemOf(reject('unknown-program'), BOOKING_REFUSALS);
  return { member, ...began };
}

function sumOf(slices: readonly SliceRow[]): string {
  return String(slices.reduce((sum, [, , , amount]) => sum + BigInt(amount), 0n));
}
