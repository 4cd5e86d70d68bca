import { accountId, commandId, type EventMetadata } from '@tallystick/decider';
import type { MemberCommands } from './member-commands';
import type { Identifier, Vault } from '../adapters/vault';

export interface EnrolRequest {
  readonly identifiers: readonly Identifier[];
  readonly unit: string;
  readonly store: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
}

/** Who the person is now, or why a person must decide. */
export type Enrolled =
  | { readonly kind: 'enrolled'; readonly member: string; readonly account: string }
  | { readonly kind: 'ambiguous'; readonly quarantine: string };

/** Enrolment and cards: the vault first, then the member's stream; every step repeats harmlessly after a crash. */
export class Enrolment {
  constructor(
    private readonly vault: Vault,
    private readonly commands: MemberCommands,
    private readonly now: () => Date,
  ) {}

  /** Enrols, or answers the member who already has one of the verified identifiers (capabilities M2). */
  async enrol(tenant: string, program: string, request: EnrolRequest, metadata: EventMetadata): Promise<Enrolled> {
    const match = await this.vault.matchOrCreate(tenant, request.identifiers, this.now());
    if (match.kind === 'ambiguous') return match;
    const { member } = match;
    const { at, unit, store } = request;
    const own = { ...metadata, commandId: commandId(tenant, 'membership', 'enrol', `${program}/${member}`) };
    const result = await this.commands.enrol(tenant, member, { kind: 'enrol', program, at, unit, store }, own);
    if (result.kind === 'failed') throw result.error;
    return { kind: 'enrolled', member, account: accountId(tenant, program, member) };
  }

  /** A new random card token of a member. The command's id names it, so that the same request gives the same token. */
  issueCard(
    tenant: string,
    member: string,
    at: string,
    metadata: EventMetadata,
  ): ReturnType<MemberCommands['issueCard']> {
    return this.commands.issueCard(tenant, member, { kind: 'issue-card', cardToken: metadata.commandId, at }, metadata);
  }

  async resolve(tenant: string, program: string, type: string, value: string): Promise<ResolvedMember | undefined> {
    const member = await this.vault.memberOf(tenant, type, value);
    return member === undefined ? undefined : { member, account: accountId(tenant, program, member) };
  }
}

export interface ResolvedMember {
  readonly member: string;
  readonly account: string;
}
