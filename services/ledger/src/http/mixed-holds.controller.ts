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
  OptionalContractBody,
  Permission,
  problem,
  Refuses,
  Summary,
} from '@tallystick/http';
import {
  ACCOUNT_REFUSALS,
  type AccountEvent,
  type DecisionCommand,
  type HoldCaptured,
  type HoldPlaced,
  type HoldReleased,
  type MixedPart,
  type RedemptionCancelled,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import type { FastifyReply } from 'fastify';
import { AccountDecisions, type CarriedOut } from '../application/account-decisions';
import { AssetDirectory } from '../application/asset-directory';
import type { ProgramAssets } from '../application/program-assets';
import { BOOKING_REFUSALS } from '../application/refusals';
import { accountIn, carriedOut, dueAt, orderOf, recordedOf, requireKind, requireUnit, spendCapsIn } from './decisions';
import { MixedCancellationRequest, MixedCaptureRequest, MixedHoldAnswer, MixedHoldRequest } from './mixed-holds.dto';

const MILLIS_PER_DAY = 86_400_000;

type Part = HoldPlaced | HoldCaptured | HoldReleased | RedemptionCancelled;

/** One amount out of several assets, in two phases: its parts are held and end together (capabilities L16, L5). */
@Controller('accounts/:accountId/mixed-holds')
export class MixedHoldsController {
  constructor(
    private readonly decisions: AccountDecisions,
    private readonly assets: AssetDirectory,
  ) {}

  @Post()
  @Summary('Reserves an amount out of several assets, in their order', '按顺序跨资产混合预留')
  @Permission('holds:write')
  @Idempotent()
  @Answers(201, MixedHoldAnswer)
  @Answers(200, MixedHoldAnswer)
  @Refuses(
    ACCOUNT_REFUSALS,
    'hold-conflict',
    'decision-conflict',
    'account-closed',
    'account-frozen',
    'asset-kind-unsuitable',
    'asset-not-spendable',
    'asset-out-of-scope',
    'deficit-outstanding',
    'insufficient-points',
    'cap-exceeded',
    'rate-invalid',
  )
  @Refuses(BOOKING_REFUSALS, 'unknown-asset', 'unknown-program', 'event-too-large')
  async place(
    @CallerOf() caller: Caller,
    @CommandOf() { metadata, again }: HttpCommand,
    @Param('accountId') path: string,
    @ContractBody(MixedHoldRequest) body: MixedHoldRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MixedHoldAnswer> {
    const { holdId: hold, asset, unit, store } = body;
    requireUnit(caller, unit);
    const on = this.on(caller, path);
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    const parts = partsIn(assets, body, on.at);
    const { holdTtlSeconds } = assets.termsOf(asset, on.at);
    const ttlSeconds = body.ttlSeconds ?? holdTtlSeconds.default;
    if (ttlSeconds > holdTtlSeconds.most) {
      throw problem('schema-invalid', { errors: [{ pointer: '/ttlSeconds', code: 'ttl-too-long' }] });
    }
    const terms = { asset, amount: BigInt(body.amount), parts, ttlSeconds, unit, store };
    const command = { kind: 'place-mixed-hold', ...on, hold, ...terms } as const;
    const isOwn = (event: AccountEvent): event is HoldPlaced =>
      event.type === 'HoldPlaced' && event.data.mixed?.hold === hold;
    const done = carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn }));
    reply.status(done.duplicate ? 200 : 201);
    return { ...answer(hold, 'open', done), until: done.event.data.until };
  }

  @Post(':holdId/capture')
  @HttpCode(200)
  @Summary('Ends a mixed hold as a redemption of all of it or of a part, where it was placed', '扣减全部或部分混合预留')
  @Permission('holds:write')
  @Idempotent()
  @Answers(200, MixedHoldAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'hold-unknown', 'hold-ended', 'capture-exceeds-hold', 'capture-not-whole')
  @Refuses(BOOKING_REFUSALS, 'unknown-program')
  async capture(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
    @OptionalContractBody(MixedCaptureRequest) { amount }: MixedCaptureRequest,
  ): Promise<MixedHoldAnswer> {
    const on = this.on(caller, path);
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    const held = await this.decisions.assetsOf(caller.tenant, on.account, hold);
    const credit = held.find((asset) => assets.kindOf(asset) === 'credit');
    const owed = credit === undefined ? {} : { dueAt: dueAt(assets, on.at, assets.termsOf(credit, on.at).dueDays) };
    const terms = {
      hold,
      mixed: true as const,
      beyondHold: false,
      unit: caller.unit ?? '',
      boundTo: caller.unit,
      ...owed,
      amount: amount === undefined ? undefined : BigInt(amount),
      inProportion: held.filter((asset) => orderOf(assets, asset, on.at) !== undefined),
    };
    return this.end({ kind: 'capture-hold', ...on, ...terms }, command, 'captured', isPart('HoldCaptured', hold), hold);
  }

  @Post(':holdId/release')
  @HttpCode(200)
  @Summary('Ends a mixed hold without redemption', '释放混合预留')
  @Permission('holds:write')
  @Idempotent()
  @Answers(200, MixedHoldAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'hold-unknown', 'hold-ended')
  release(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
  ): Promise<MixedHoldAnswer> {
    const release = {
      kind: 'release-hold',
      ...this.on(caller, path),
      hold,
      mixed: true,
      boundTo: caller.unit,
    } as const;
    return this.end(release, command, 'released', isPart('HoldReleased', hold), hold);
  }

  @Post(':holdId/cancellations')
  @HttpCode(200)
  @Summary('Undoes the redemption of a mixed hold as a whole', '整体撤销混合兑换')
  @Permission('holds:write')
  @Idempotent()
  @Answers(200, MixedHoldAnswer)
  @Refuses(ACCOUNT_REFUSALS, 'hold-unknown', 'hold-not-captured', 'decision-conflict', 'cancel-exceeds-redemption')
  async cancel(
    @CallerOf() caller: Caller,
    @CommandOf() command: HttpCommand,
    @Param('accountId') path: string,
    @IdOf('holdId') hold: string,
    @ContractBody(MixedCancellationRequest) { cancellationId: cancellation }: MixedCancellationRequest,
  ): Promise<MixedHoldAnswer> {
    const on = this.on(caller, path);
    const assets = await this.assets.assetsOf(caller.tenant, caller.program);
    const held = await this.decisions.assetsOf(caller.tenant, on.account, hold);
    const days = held.map((asset) => assets.termsOf(asset, on.at).cancelGraceDays);
    const graceUntil = (on.at + Math.max(0, ...days) * MILLIS_PER_DAY) as Instant;
    const terms = { hold, mixed: true, cancellation, boundTo: caller.unit, graceUntil } as const;
    const undone = { kind: 'cancel-redemption', ...on, ...terms } as const;
    return this.end(undone, command, 'cancelled', isPart('RedemptionCancelled', hold), hold);
  }

  private async end<Event extends Part>(
    command: DecisionCommand,
    { metadata, again }: HttpCommand,
    state: MixedHoldAnswer['state'],
    isOwn: (event: AccountEvent) => event is Event,
    hold: string,
  ): Promise<MixedHoldAnswer> {
    return answer(hold, state, carriedOut(await this.decisions.carryOut({ command, metadata, again, isOwn })));
  }

  private on({ tenant, program }: Caller, path: string) {
    return { tenant, program, account: accountIn(path), at: this.decisions.now() };
  }
}

function isPart<Type extends Part['type']>(type: Type, hold: string) {
  return (event: AccountEvent): event is Extract<Part, { readonly type: Type }> =>
    event.type === type && 'hold' in event.data && event.data.hold.startsWith(`${hold}~`);
}

function answer(holdId: string, state: MixedHoldAnswer['state'], done: CarriedOut<Part>): MixedHoldAnswer {
  const parts = done.events.map(({ data: { asset, amount } }) => ({ asset, amount }));
  return { holdId, state, parts, ...recordedOf(done) };
}

/** The assets that pay and what a unit of each gives of the asset that is due: at par itself, else as its exchange terms say. */
function partsIn(assets: ProgramAssets, { asset: due, assets: named }: MixedHoldRequest, at: Instant): MixedPart[] {
  const order = named?.map(({ asset }) => asset) ?? assets.termsOf(due, at).spendOrder;
  if (!order) throw problem('schema-invalid', { errors: [{ pointer: '/assets', code: 'spend-order-unknown' }] });
  if (new Set(order).size < order.length) {
    throw problem('schema-invalid', { errors: [{ pointer: '/assets', code: 'asset-repeated' }] });
  }
  return order.map((asset, index) => {
    requireKind(assets, asset, 'points', 'count', 'stored', 'credit');
    const { exchange, expireUnderHold } = assets.termsOf(asset, at);
    const rate = asset === due ? '1' : exchange.find(({ to }) => to === due)?.rate;
    if (rate === undefined) {
      throw problem('schema-invalid', { errors: [{ pointer: `/assets/${index}/asset`, code: 'exchange-unknown' }] });
    }
    const [scope, order] = [assets.scopeOf(asset, at), orderOf(assets, asset, at)];
    return { asset, rate, scope, order, expireUnderHold, caps: spendCapsIn(assets, asset, at) };
  });
}
