import { createHash } from 'node:crypto';
import {
  accountId,
  commandId,
  type EventMetadata,
  type EventStore,
  Executor,
  eventId,
  isRejection,
  reject,
  type Rejection,
  streamName,
} from '@tallystick/decider';
import {
  ACCOUNT_REFUSALS,
  accountDecider,
  type AccountEvent,
  type AccountRefusal,
  type AccountState,
  type AdjustmentCounted,
  adjustmentDayDecider,
  type AdjustmentDayRefusal,
  type AdjustmentDayState,
  adjustmentPolicyDecider,
  type AdjustmentPolicyRefusal,
  adjustmentRequestDecider,
  type AdjustmentRequestRefusal,
  type AdjustmentWay,
  type AdjustPoints,
  type CountAdjustment,
  isCredited,
  isHere,
  isSameRequest,
  magnitudeOf,
  type PointsCredited,
  type PointsDebited,
  type RequestedAdjustment,
  wayOfAdjustment,
} from '@tallystick/ledger-domain';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import type { AccountCommands } from './account-commands';
import type { AccountDecisions, CarriedOut } from './account-decisions';
import type { AccountMerges, Standing } from './account-merges';
import type { AdjustmentPolicies } from './adjustment-policies';
import type { AdjustmentRequests, MadeRequest } from './adjustment-requests';
import type { AssetDirectory } from './asset-directory';
import { BOOKING_REFUSALS, type BookingRefusal } from './refusals';

/** Who asks, approves or turns down. */
export interface Actor {
  readonly tenant: string;
  readonly program: string;
  /** As events name it: two credentials of one person are one maker. */
  readonly name: string;
  /** The names under which the actor may be a member. */
  readonly holders: readonly string[];
  /** The unit that the credential is bound to; absent: any. */
  readonly unit?: string;
}

/** An adjustment as it is asked for; `amount` is signed and not zero. */
export interface AskedAdjustment {
  readonly account: string;
  readonly adjustment: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly unit: string;
  readonly expiresAt?: Instant;
}

/** The request that asks, see `HttpCommand`. */
export interface AskedBy {
  readonly metadata: EventMetadata;
  readonly again: boolean;
}

export type AdjustingRefusal =
  AccountRefusal | BookingRefusal | AdjustmentPolicyRefusal | AdjustmentDayRefusal | AdjustmentRequestRefusal;

/** Every refusal on the way of an adjustment. */
export const ADJUSTING = {
  ...adjustmentDayDecider.refusals,
  ...adjustmentPolicyDecider.refusals,
  ...adjustmentRequestDecider.refusals,
  ...BOOKING_REFUSALS,
  ...ACCOUNT_REFUSALS,
};

export type Adjustment = PointsCredited | PointsDebited;

export interface Booked {
  readonly kind: 'booked';
  readonly done: CarriedOut<Adjustment> & { readonly event: Adjustment };
}

export interface Refused {
  readonly kind: 'refused';
  readonly rejection: Rejection<AdjustingRefusal>;
}

export interface Pending {
  readonly kind: 'pending';
  readonly request: MadeRequest;
  readonly duplicate: boolean;
}

/** What became of an adjustment that was asked for: the same for whoever asks again. */
export type Adjusted = Booked | Pending | Refused;

export interface AdjustmentsOptions {
  readonly store: EventStore;
  readonly accounts: AccountCommands;
  readonly decisions: AccountDecisions;
  readonly merges: AccountMerges;
  readonly assets: AssetDirectory;
  readonly policies: AdjustmentPolicies;
  readonly requests: AdjustmentRequests;
}

/**
 * Carries adjustments out the way that the program's policy says (capabilities L11): at once, within the maker's sum of the
 * day, or once a second person has approved. Only what the account would take is counted or asked for.
 */
export class Adjustments {
  private readonly days: Executor<AdjustmentDayState, CountAdjustment, AdjustmentCounted, AdjustmentDayRefusal>;

  constructor(private readonly options: AdjustmentsOptions) {
    this.days = new Executor({ decider: adjustmentDayDecider, store: options.store, capacity: 10_000 });
  }

  /** Asks for an adjustment; a refusal is a result, a store that is away is thrown. */
  async adjust(actor: Actor, asked: AskedAdjustment, by: AskedBy): Promise<Adjusted> {
    const standing = await this.options.merges.standing(actor.tenant, asked.account);
    if (this.isOwn(actor, standing)) return refused(reject('self-dealing', { account: asked.account }));
    const { requests } = this.options;
    const request = await requests.made(actor.tenant, requests.idOf(actor.tenant, asked.account, asked.adjustment));
    if (request) return pendingAs(request, asked, actor, by);
    const command = await this.commandOf(actor, asked);
    if ('rejected' in command) return refused(command);
    const booking = bookedAt(standing, command);
    const outcome = nameFault(booking, standing) ?? tried(booking, standing);
    if (isRejection(outcome)) return refused(outcome);
    if (outcome.length === 0) return this.book(booking, by);
    const policy = await this.options.policies.inForce(actor.tenant, actor.program);
    const way = wayOfAdjustment(policy, asked);
    if ('rejected' in way) return refused(way);
    if (way.kind === 'approval') return this.request(actor, command, way, by);
    const fault = await this.count(actor, command, way, by);
    return fault ? refused(fault) : this.book(booking, by);
  }

  /** Approves a request and books it; repeated, it books what a fault had kept from being booked. */
  async approve(actor: Actor, id: string, by: AskedBy): Promise<Booked | Refused> {
    const { requests, decisions } = this.options;
    const { request, decided } = await requests.load(actor.tenant, id);
    if (!request || !maySee(actor, request)) return refused(reject('request-unknown'));
    const standing = await this.options.merges.standing(actor.tenant, request.account);
    if (this.isOwn(actor, standing)) return refused(reject('self-dealing', { account: request.account }));
    const assets = await this.options.assets.assetsOf(actor.tenant, actor.program);
    const at = decisions.now();
    const balanceCap = assets.balanceCapOf(request.asset, at)?.most;
    const scope = assets.scopeOf(request.asset, at);
    const command = bookedAt(standing, { ...bookingOf(actor.tenant, request, at), scope, balanceCap });
    const isOpen = !decided && request.maker !== actor.name;
    const outcome = nameFault(command, standing) ?? (isOpen ? tried(command, standing) : []);
    if (isRejection(outcome)) return refused(outcome);
    const approval = { kind: 'approve-adjustment', by: actor.name, at } as const;
    const result = await requests.execute(actor.tenant, id, approval, by.metadata);
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'rejected') return refused(result.rejection);
    const booking = {
      ...by.metadata,
      commandId: commandId(actor.tenant, id, 'book-adjustment', request.adjustment),
      ...(result.kind === 'appended' && { causationId: eventId(by.metadata.commandId, 0) }),
    };
    const booked = await this.book(command, { metadata: booking, again: true });
    if (booked.kind === 'refused') return booked;
    const duplicate = result.kind === 'unchanged' && !by.again;
    return { kind: 'booked', done: { ...booked.done, duplicate } };
  }

  /** Turns a request down; answers the request, or why not. */
  async turnDown(actor: Actor, id: string, { metadata }: AskedBy): Promise<MadeRequest | Refused> {
    const { requests, decisions } = this.options;
    const made = await requests.made(actor.tenant, id);
    if (!made || !maySee(actor, made.data)) return refused(reject('request-unknown'));
    const command = { kind: 'turn-down-adjustment', by: actor.name, at: decisions.now() } as const;
    const result = await requests.execute(actor.tenant, id, command, metadata);
    if (result.kind === 'failed') throw result.error;
    return result.kind === 'rejected' ? refused(result.rejection) : made;
  }

  /** True for an account of the actor's own, and for one whose points lie with his. */
  private isOwn(actor: Actor, { account, state, of }: Standing): boolean {
    return isOwn(actor, account, state) || (of !== undefined && isOwn(actor, of));
  }

  /** The adjustment as a command, at what a point costs now. */
  private async commandOf(actor: Actor, asked: AskedAdjustment): Promise<AdjustPoints | Rejection<AdjustingRefusal>> {
    const { tenant, program } = actor;
    const at = this.options.decisions.now();
    const assets = await this.options.assets.assetsOf(tenant, program);
    const kind = assets.kindOf(asked.asset);
    if (kind === undefined) return reject('unknown-asset', { asset: asked.asset });
    if (kind === 'score') return reject('asset-not-spendable', { asset: asked.asset });
    if (kind === 'credit') return reject('asset-kind-unsuitable', { asset: asked.asset, kind });
    const scope = assets.scopeOf(asked.asset, at);
    const unitCost = assets.unitCostOf(asked.asset, at);
    const balanceCap = assets.balanceCapOf(asked.asset, at)?.most;
    return { kind: 'adjust-points', tenant, program, at, unitCost, scope, balanceCap, ...asked };
  }

  private async count(
    { tenant, program, name: maker }: Actor,
    { account, adjustment, asset, amount, at }: AdjustPoints,
    { daily }: Extract<AdjustmentWay, { kind: 'alone' }>,
    { metadata }: AskedBy,
  ): Promise<Rejection<AdjustingRefusal> | undefined> {
    if (daily === undefined) return undefined;
    const date = (await this.options.assets.assetsOf(tenant, program)).dateOf(at);
    if (date === undefined) return reject('unknown-program', { program });
    const said = { program, maker, date, account, adjustment, asset };
    const result = await this.days.execute({
      stream: streamName(adjustmentDayDecider.kind, tenant, program, date, shortOf(maker)),
      command: { kind: 'count-adjustment', ...said, amount: magnitudeOf(amount), daily },
      metadata: { ...metadata, commandId: commandId(tenant, metadata.commandId, 'count-adjustment', date) },
    });
    if (result.kind === 'failed') throw result.error;
    return result.kind === 'rejected' ? result.rejection : undefined;
  }

  private async request(
    actor: Actor,
    command: AdjustPoints,
    { alone }: Extract<AdjustmentWay, { kind: 'approval' }>,
    by: AskedBy,
  ): Promise<Adjusted> {
    const { requests } = this.options;
    const { account, adjustment, at } = command;
    const id = requests.idOf(actor.tenant, account, adjustment);
    const asked = requestedOf(actor.program, command);
    const asks = { kind: 'request-adjustment', asked, maker: actor.name, alone, at } as const;
    const result = await requests.execute(actor.tenant, id, asks, by.metadata);
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'rejected') return refused(result.rejection);
    const request = await requests.made(actor.tenant, id);
    if (!request) throw new Error(`the request ${id} stands and cannot be read`);
    return { kind: 'pending', request, duplicate: request.by !== by.metadata.commandId };
  }

  private async book(command: AdjustPoints, { metadata, again }: AskedBy): Promise<Booked | Refused> {
    const { adjustment } = command;
    const isOwnEvent = (event: AccountEvent): event is Adjustment =>
      (event.type === 'PointsCredited' || event.type === 'PointsDebited') && event.data.adjustment === adjustment;
    const result = await this.options.decisions.carryOut({ command, metadata, again, isOwn: isOwnEvent });
    if (result.kind === 'refused') return result;
    const { event } = result;
    if (!event) throw new Error(`the adjustment ${adjustment} stands without an event of its own`);
    return { kind: 'booked', done: { ...result, event } };
  }
}

/** What the account would say: nothing where it has carried the adjustment out before. */
function tried(command: AdjustPoints, { state }: Standing): readonly AccountEvent[] | Rejection<AccountRefusal> {
  return accountDecider.decide(command, state);
}

/** The survivor's own adjustments, and those of others that were merged into it, have names there too. */
function nameFault({ adjustment }: AdjustPoints, { state, of }: Standing): Rejection<AccountRefusal> | undefined {
  const name = `adjustment ${adjustment}`;
  const isTaken = of !== undefined && state.done.has(name) && !isCredited(state, adjustment, of);
  return isTaken ? reject('decision-conflict', { name }) : undefined;
}

/** The adjustment of a merged account is booked where its lots are, as its own: it goes back with them (capabilities M4). */
function bookedAt({ account, of }: Standing, command: AdjustPoints): AdjustPoints {
  return of === undefined ? command : { ...command, account, of };
}

function refused(rejection: Rejection<AdjustingRefusal>): Refused {
  return { kind: 'refused', rejection };
}

/**
 * True where the account is one of the actor's own (trust case 70): his by name, one that has taken his in, or a pool that
 * he owns or spends of.
 */
export function isOwn({ tenant, program, holders }: Actor, account: string, state?: AccountState): boolean {
  return holders.some((holder) => {
    const own = accountId(tenant, program, holder);
    if (own === account || (state && isHere(state, own))) return true;
    return state?.pool !== undefined && (state.pool.owner === holder || state.pool.members.has(holder));
  });
}

/** A request of another program, or of a unit that the credential is not bound to, is as unknown as one that is not there. */
export function maySee({ program, unit }: Actor, request: RequestedAdjustment): boolean {
  return request.program === program && (unit === undefined || unit === request.unit);
}

function pendingAs(request: MadeRequest, asked: AskedAdjustment, actor: Actor, { metadata }: AskedBy): Adjusted {
  const { data } = request;
  const { adjustment, amount, expiresAt, ...same } = asked;
  const said = { ...data, ...same, amount: String(amount), expiresAt: expiresAt && formatInstant(expiresAt) };
  if (data.program !== actor.program || !isSameRequest(data, said)) {
    return refused(reject('decision-conflict', { name: `adjustment ${adjustment}` }));
  }
  return { kind: 'pending', request, duplicate: request.by !== metadata.commandId };
}

function requestedOf(program: string, command: AdjustPoints): RequestedAdjustment {
  const { account, adjustment, asset, amount, reason, unit, unitCost, expiresAt } = command;
  const ends = expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) };
  return { program, account, adjustment, asset, amount: String(amount), reason, unit, unitCost, ...ends };
}

function bookingOf(tenant: string, request: RequestedAdjustment, at: Instant): AdjustPoints {
  const { program, account, adjustment, asset, amount, reason, unit, unitCost, expiresAt } = request;
  const ends = expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) };
  const said = { adjustment, asset, amount: BigInt(amount), reason, unit, unitCost, ...ends };
  return { kind: 'adjust-points', tenant, program, account, at, ...said };
}

/** A maker as a part of a stream's name: subjects may hold what names may not. */
function shortOf(maker: string): string {
  return createHash('sha256').update(maker).digest('hex').slice(0, 32);
}
