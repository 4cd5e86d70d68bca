import {
  type BatchResult,
  commandId,
  type CommandResult,
  type EventMetadata,
  eventsOfCommand,
  type EventStore,
  Executor,
  type SnapshotStore,
  streamName,
} from '@tallystick/decider';
import {
  type DeclareTierPolicy,
  type Enrol,
  type IssueCard,
  type MemberCommand,
  memberDecider,
  type MemberEvent,
  type MemberRefusal,
  type MemberState,
  type ReviewTier,
  type TierPolicy,
  type TierPolicyDeclared,
  tierPolicyDecider,
  type TierPolicyRefusal,
  type TierPolicyState,
} from '@tallystick/membership-domain';

/** A review of one member, and the growth change or the ended day that asked for it. */
export interface MemberReview {
  readonly member: string;
  readonly command: ReviewTier;
  /** Names the cause once: the same cause asks for the same command. */
  readonly cause: string;
  readonly correlationId?: string;
}

/** Names the streams and carries the commands out; the rules are in the domain. */
export class MemberCommands {
  private readonly members: Executor<MemberState, MemberCommand, MemberEvent, MemberRefusal>;
  private readonly policies: Executor<TierPolicyState, DeclareTierPolicy, TierPolicyDeclared, TierPolicyRefusal>;
  private readonly known = new Map<string, { policy: TierPolicy; version: number }>();

  /** `capacity`: members kept in memory; absent, the executor's own. */
  constructor(
    private readonly store: EventStore,
    snapshots: SnapshotStore,
    capacity?: number,
  ) {
    this.members = new Executor({ decider: memberDecider, store, snapshots, capacity });
    this.policies = new Executor({ decider: tierPolicyDecider, store, snapshots, capacity: 100 });
  }

  enrol(tenant: string, member: string, command: Enrol, metadata: EventMetadata): Promise<MemberResult> {
    return this.members.execute({ stream: streamName('member', tenant, member), command, metadata });
  }

  issueCard(tenant: string, member: string, command: IssueCard, metadata: EventMetadata): Promise<MemberResult> {
    return this.members.execute({ stream: streamName('member', tenant, member), command, metadata });
  }

  review(tenant: string, reviews: readonly MemberReview[]): Promise<BatchResult<MemberEvent, MemberRefusal>> {
    return this.members.executeMany(
      reviews.map(({ member, command, cause, correlationId }) => {
        const idAt = (revision: number): string =>
          commandId(tenant, 'membership', 'review-tier', `${cause}#${revision}`);
        return {
          stream: streamName('member', tenant, member),
          command,
          metadata: {
            actor: 'svc:membership',
            commandId: commandId(tenant, 'membership', 'review-tier', cause),
            ...(correlationId === undefined ? {} : { correlationId }),
          },
          // The same cause may find more growth the second time.
          idAt,
        };
      }),
    );
  }

  async member(tenant: string, member: string): Promise<{ state: MemberState; revision: number }> {
    return this.members.load(streamName('member', tenant, member));
  }

  declareTierPolicy(
    tenant: string,
    program: string,
    policy: TierPolicy,
    metadata: EventMetadata,
  ): Promise<CommandResult<TierPolicyDeclared, TierPolicyRefusal>> {
    const stream = streamName('tierpolicy', tenant, program);
    return this.policies.execute({ stream, command: { kind: 'declare-tier-policy', policy }, metadata });
  }

  /** True where a command has declared a tier policy, for its repetition. */
  async tierPolicyDeclaredBy(tenant: string, program: string, command: string): Promise<boolean> {
    return (await eventsOfCommand(this.store, streamName('tierpolicy', tenant, program), command)).length > 0;
  }

  /** The program's tier policy as stored now and its version; `undefined` where none is declared. */
  async tierPolicy(tenant: string, program: string): Promise<{ policy: TierPolicy; version: number } | undefined> {
    const stream = streamName('tierpolicy', tenant, program);
    const head = await this.store.streamHead(stream);
    if (!head) return undefined;
    const known = this.known.get(stream);
    if (known?.version === head.revision) return known;
    const { state, revision } = await this.policies.load(stream);
    const fresh = { policy: state.policy!, version: revision };
    this.known.set(stream, fresh);
    return fresh;
  }

  async drain(): Promise<void> {
    await Promise.all([this.members.drain(), this.policies.drain()]);
  }
}

type MemberResult = CommandResult<MemberEvent, MemberRefusal>;
