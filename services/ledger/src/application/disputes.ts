import {
  bodyOf,
  type CommandResult,
  commandId,
  type EventMetadata,
  type EventStore,
  Executor,
  metadataOf,
  type Position,
  reject,
  type Rejection,
  streamName,
} from '@tallystick/decider';
import {
  adjustmentPolicyDecider,
  type DeclineReason,
  type DisputeClaim,
  type DisputeCommand,
  disputeDecider,
  type DisputeEvent,
  type DisputeRefusal,
  type DisputeState,
  hasAccrual,
  isCredited,
} from '@tallystick/ledger-domain';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { CaseBook, DueDispute } from '../projections/account-book/case-book';
import type { AccountCommands } from './account-commands';
import type { AccountMerges, Standing } from './account-merges';
import type { AdjustmentPolicies } from './adjustment-policies';
import { type Actor, type AskedBy, isOwn } from './adjustments';
import type { AssetDirectory } from './asset-directory';
import type { TimeEnded } from './passing-time';
import { BOOKING_REFUSALS, type BookingRefusal } from './refusals';

/** A purchase by the names its publisher gave it. */
interface Reference {
  readonly source: string;
  readonly id: string;
}

/** A dispute as its member opens it. */
export interface AskedDispute {
  readonly account: string;
  readonly dispute: string;
  readonly claim: DisputeClaim;
  readonly purchases: readonly Reference[];
}

export type Resolution =
  | { readonly outcome: 'granted'; readonly adjustment: string }
  | { readonly outcome: 'declined'; readonly reason: DeclineReason };

export type DisputingRefusal = DisputeRefusal | BookingRefusal | 'self-dealing' | 'account-unknown';

/** Every refusal on the way of a dispute. */
export const DISPUTING = {
  ...BOOKING_REFUSALS,
  'self-dealing': adjustmentPolicyDecider.refusals['self-dealing'],
  ...disputeDecider.refusals,
};

/** What was done, read off the stored event that did it: the same for ever. */
export interface Told {
  readonly kind: 'told';
  readonly event: DisputeEvent;
  readonly revision: number;
  readonly position: Position;
  readonly duplicate: boolean;
}

export type Disputed = Told | { readonly kind: 'refused'; readonly rejection: Rejection<DisputingRefusal> };

export interface DisputesOptions {
  readonly store: EventStore;
  readonly accounts: AccountCommands;
  readonly merges: AccountMerges;
  readonly assets: AssetDirectory;
  readonly policies: AdjustmentPolicies;
  /** The server's clock. */
  readonly now: () => Instant;
}

/** Cases of members about what purchases gave, each a stream of its own (capabilities L23). */
export class Disputes {
  private readonly executor: Executor<DisputeState, DisputeCommand, DisputeEvent, DisputeRefusal>;

  constructor(private readonly options: DisputesOptions) {
    this.executor = new Executor({ decider: disputeDecider, store: options.store, capacity: 10_000 });
  }

  /** Opens a dispute; it is due when as many days of the program have ended as its policy says. */
  async open(actor: Actor, { account, dispute, claim, purchases }: AskedDispute, by: AskedBy): Promise<Disputed> {
    const { tenant, program } = actor;
    const standing = await this.standingOf(actor, account);
    if (!standing) return refused(reject('account-unknown'));
    const at = this.options.now();
    const { disputeDays } = await this.options.policies.inForce(tenant, program);
    const assets = await this.options.assets.assetsOf(tenant, program);
    const deadline = assets.endOfDay(at, Number(disputeDays));
    if (deadline === undefined) return refused(reject('unknown-program', { program }));
    const { state, of, holder } = standing;
    const unknown = purchases.filter(({ source, id }) => !hasAccrual(state, `${source}:${id}`, of));
    const said = { program, holder, claim, purchases, unknown, deadline, at };
    const stream = streamOf(tenant, account, dispute);
    return this.tell(stream, { kind: 'open-dispute', ...said }, by, ({ type }) => type === 'DisputeOpened');
  }

  /** Ends a dispute; nobody ends one about an account of their own. */
  async resolve(
    actor: Actor,
    { account, dispute }: Pick<AskedDispute, 'account' | 'dispute'>,
    resolution: Resolution,
    by: AskedBy,
  ): Promise<Disputed> {
    const standing = await this.standingOf(actor, account);
    if (!standing) return refused(reject('account-unknown'));
    if (isOwn(actor, account, standing.state) || isOwn(actor, standing.account)) {
      return refused(reject('self-dealing', { account }));
    }
    const at = this.options.now();
    const stream = streamOf(actor.tenant, account, dispute);
    const command: DisputeCommand =
      resolution.outcome === 'granted'
        ? {
            kind: 'grant-dispute',
            adjustment: resolution.adjustment,
            isCredited: isCredited(standing.state, resolution.adjustment, standing.of),
            by: actor.name,
            at,
          }
        : { kind: 'decline-dispute', reason: resolution.reason, by: actor.name, at };
    return this.tell(stream, command, by, ({ type }) => type === 'DisputeGranted' || type === 'DisputeDeclined');
  }

  /** A dispute as it stands now; `undefined` where the account has none of that name, or is not of the actor's program. */
  async state({ tenant, program }: Actor, account: string, dispute: string): Promise<DisputeState | undefined> {
    const { state } = await this.executor.load(streamOf(tenant, account, dispute));
    return state.opened?.program === program ? state : undefined;
  }

  /** Says of every open dispute of a program whose deadline has passed that it is overdue; answers of how many. */
  async markOverdue(ended: TimeEnded & { readonly program: string }, cases: CaseBook, pageSize = 500): Promise<number> {
    const { tenant, at, correlationId, causationId } = ended;
    let marked = 0;
    for (let after: DueDispute | undefined; ;) {
      const page = await cases.overdue(ended, at, after, pageSize);
      const results = await this.executor.executeMany(
        page.map(({ account, dispute }) => ({
          stream: streamOf(tenant, account, dispute),
          command: { kind: 'mark-overdue', at },
          metadata: {
            actor: 'svc:ledger',
            commandId: commandId(tenant, 'clock', 'mark-overdue', `${account}/${dispute}@${formatInstant(at)}`),
            correlationId,
            causationId,
          },
        })),
      );
      for (const result of results.results) {
        if (result.kind === 'failed') throw result.error;
        if (result.kind === 'appended') marked += 1;
      }
      if (page.length < pageSize) return marked;
      after = page.at(-1);
    }
  }

  /** Where the facts of an account of the actor's program are, and whose they are; a merged one has them with its survivor. */
  private async standingOf(
    { tenant, program }: Actor,
    account: string,
  ): Promise<(Standing & { readonly holder: string }) | undefined> {
    const { owner } = (await this.options.accounts.load(tenant, account)).state;
    if (owner?.program !== program) return undefined;
    return { ...(await this.options.merges.standing(tenant, account)), holder: owner.holder };
  }

  private async tell(
    stream: string,
    command: DisputeCommand,
    { metadata }: { readonly metadata: EventMetadata },
    isIt: (event: DisputeEvent) => boolean,
  ): Promise<Disputed> {
    const result: CommandResult<DisputeEvent, DisputeRefusal> = await this.executor.execute({
      stream,
      command,
      metadata,
    });
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'rejected') return refused(result.rejection);
    for (const recorded of (await this.options.store.readStreams(new Map([[stream, 0]]))).get(stream) ?? []) {
      const event = disputeDecider.upcast(recorded.type, recorded.version, bodyOf(recorded));
      if (!isIt(event)) continue;
      const duplicate = metadataOf(recorded)?.commandId !== metadata.commandId;
      return { kind: 'told', event, revision: recorded.revision, position: recorded.position, duplicate };
    }
    throw new Error(`${stream} has not what was decided on it`);
  }
}

function refused(rejection: Rejection<DisputingRefusal>): Disputed {
  return { kind: 'refused', rejection };
}

function streamOf(tenant: string, account: string, dispute: string): string {
  return streamName(disputeDecider.kind, tenant, account, dispute);
}
