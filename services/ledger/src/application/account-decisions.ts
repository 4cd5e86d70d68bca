import {
  bodyOf,
  commandId,
  type EventMetadata,
  type EventStore,
  EventStoreError,
  type Position,
  type RecordedEvent,
  reject,
  type Rejection,
} from '@tallystick/decider';
import {
  type AccountEvent,
  type AccountRefusal,
  type AccountState,
  type DecisionCommand,
  type DecisionEvent,
  partsOf,
  upcastAccount,
} from '@tallystick/ledger-domain';
import type { Instant } from '@tallystick/vocabulary';
import { type AccountCommands, accountStream } from './account-commands';
import { commandOf, newestFirst } from './newest-first';
import type { BookingRefusal } from './refusals';

/** One decision on an account and how its own event is told among those that it may cause. */
export interface Decision<Event extends DecisionEvent> {
  readonly command: DecisionCommand;
  readonly metadata: EventMetadata;
  /** True where the same request was made before: what it did then is looked for first. */
  readonly again: boolean;
  readonly isOwn: (event: AccountEvent) => event is Event;
  /** Where, and under which name, it may have been done before its account was merged. */
  readonly beforeMerge?: { readonly account: string; readonly isOwn: (event: AccountEvent) => event is Event };
}

/** What carried a decision out, read off stored events: the same for ever, so an answer can be given again. */
export interface CarriedOut<Event extends DecisionEvent> {
  readonly kind: 'carried-out';
  /** Absent where the account was as asked and no event ever said so. */
  readonly event?: Event;
  /** All of its own events, where there are several. */
  readonly events: readonly Event[];
  /** Of the last event that came with it. */
  readonly revision: number;
  readonly position: Position;
  /** True where another command, with the same content, had done it. */
  readonly duplicate: boolean;
}

export interface RefusedDecision {
  readonly kind: 'refused';
  readonly rejection: Rejection<AccountRefusal | BookingRefusal>;
}

export type DecisionResult<Event extends DecisionEvent> = CarriedOut<Event> | RefusedDecision;

/** Decisions on all lots of an account. */
const IN_PARTS: ReadonlySet<string> = new Set([
  'unfreeze-account',
  'extend-expiry',
  'reactivate-lots',
  'leave-pool',
] satisfies readonly InParts['kind'][]);

type InParts = Extract<DecisionCommand, { readonly part?: true }>;

/**
 * Carries decisions out that callers name. What is answered is a function of the events that carried a decision out: a
 * repetition, under the same key or another one, after a crash or not, gets the first answer (capabilities L12).
 */
export class AccountDecisions {
  constructor(
    private readonly store: EventStore,
    private readonly accounts: AccountCommands,
    /** The server's clock: when a decision counts from. */
    readonly now: () => Instant,
  ) {}

  /** Throws where the store is away; a refusal of the account is a result. */
  async carryOut<Event extends DecisionEvent>(decision: Decision<Event>): Promise<DecisionResult<Event>> {
    const { command, metadata, again, isOwn } = decision;
    const stream = accountStream(command.tenant, command.account);
    if (again) {
      const before = await this.doneBefore(stream, isOwn, metadata.commandId);
      if (before) return before;
    }
    const fault = IN_PARTS.has(command.kind) ? await this.carryOutFirstParts(decision) : undefined;
    if (fault) return fault;
    const { results } = await this.accounts.executeMany([{ stream, command, metadata }]);
    const result = results[0]!;
    if (result.kind === 'failed') return tooLarge(result.error);
    if (result.kind === 'rejected') return { kind: 'refused', rejection: result.rejection };
    if (result.kind === 'appended' && result.position !== undefined) {
      const { revision, position, events } = result;
      return { kind: 'carried-out', ...ownOf(events, isOwn), revision, position, duplicate: false };
    }
    const done = await this.doneHereOrBefore(decision);
    if (!done) throw new Error(`${stream} has no events though a decision on it stands`);
    return done;
  }

  /**
   * Of a decision on more lots than one append takes, all appends but the last. Broken off, they are gone on with by whoever
   * decides the same again; what the account refuses is left to the decision itself to be told.
   */
  private async carryOutFirstParts({
    command,
    metadata,
  }: Decision<DecisionEvent>): Promise<RefusedDecision | undefined> {
    const stream = accountStream(command.tenant, command.account);
    const idAt = (revision: number) => commandId(command.tenant, metadata.commandId, 'part', String(revision));
    const part = { ...command, part: true } as DecisionCommand;
    for (let isMore = true; isMore;) {
      const { results } = await this.accounts.executeMany([{ stream, command: part, metadata, idAt }]);
      const result = results[0]!;
      if (result.kind === 'failed') return tooLarge(result.error);
      isMore = result.kind === 'appended';
    }
    return undefined;
  }

  /** What others did here; else in an account that has become a part of this one: what was done there is known here. */
  private async doneHereOrBefore<Event extends DecisionEvent>({
    command: { tenant, account },
    isOwn,
    beforeMerge,
  }: Decision<Event>): Promise<CarriedOut<Event> | undefined> {
    const done = await this.doneByOthers(accountStream(tenant, account), isOwn);
    if (done?.event) return done;
    if (beforeMerge) {
      const before = await this.doneByOthers(accountStream(tenant, beforeMerge.account), beforeMerge.isOwn);
      if (before?.event) return before;
    }
    const { state } = await this.accounts.load(tenant, account);
    for (const merged of state.absorbed?.keys() ?? []) {
      const before = await this.doneByOthers(accountStream(tenant, merged), isOwn);
      if (before?.event) return before;
    }
    return done;
  }

  /** The account as its stream says now; that of nobody where there is none. */
  async stateOf(tenant: string, account: string): Promise<AccountState> {
    return (await this.accounts.load(tenant, account)).state;
  }

  /** The assets of a mixed hold; none where the account has no such hold. */
  async assetsOf(tenant: string, account: string, hold: string): Promise<string[]> {
    const { state } = await this.accounts.load(tenant, account);
    return partsOf(hold, state).map(({ asset }) => asset);
  }

  /** The asset of a hold; `undefined` where the account has no such hold. */
  async assetOf(tenant: string, account: string, hold: string): Promise<string | undefined> {
    const { state } = await this.accounts.load(tenant, account);
    return state.holds.get(hold)?.asset;
  }

  /** What the command itself did, where it did anything. */
  private async doneBefore<Event extends DecisionEvent>(
    stream: string,
    isOwn: Decision<Event>['isOwn'],
    commandId: string,
  ): Promise<CarriedOut<Event> | undefined> {
    for await (const events of newestFirst(this.store, stream)) {
      if (commandOf(events[0]!) !== commandId) continue;
      const done = carriedOutBy(events, isOwn, false);
      return done.event && done;
    }
    return undefined;
  }

  /** What another command of the same content did last; else that the account was as asked. */
  private async doneByOthers<Event extends DecisionEvent>(
    stream: string,
    isOwn: Decision<Event>['isOwn'],
  ): Promise<CarriedOut<Event> | undefined> {
    let newest: CarriedOut<Event> | undefined;
    for await (const events of newestFirst(this.store, stream)) {
      const done = carriedOutBy(events, isOwn, true);
      if (done.event) return done;
      newest ??= done;
    }
    return newest;
  }
}

/** More slices than one event says are asked for in parts by whoever asks: a store that is away is thrown. */
function tooLarge(error: Error): RefusedDecision {
  if (!(error instanceof EventStoreError) || error.code !== 'too-large') throw error;
  return { kind: 'refused', rejection: reject('event-too-large') };
}

function carriedOutBy<Event extends DecisionEvent>(
  events: readonly RecordedEvent[],
  isOwn: Decision<Event>['isOwn'],
  duplicate: boolean,
): CarriedOut<Event> {
  const { revision, position } = events.at(-1)!;
  return { kind: 'carried-out', ...ownOf(events.map(eventOf), isOwn), revision, position, duplicate };
}

function ownOf<Event extends DecisionEvent>(
  events: readonly AccountEvent[],
  isOwn: (event: AccountEvent) => event is Event,
): Pick<CarriedOut<Event>, 'event' | 'events'> {
  const own = events.filter(isOwn);
  return { event: own.at(-1), events: own };
}

function eventOf(recorded: RecordedEvent): AccountEvent {
  return upcastAccount(recorded.type, recorded.version, bodyOf(recorded));
}
