import { accountId, commandId, type EventMetadata } from '@tallystick/decider';
import type { MemberCommands } from './member-commands';
import type { Identifier, Vault } from '../adapters/vault';
import type { VaultKeys } from '../adapters/vault-keys';

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
    private readonly keys: Pick<VaultKeys, 'cardToken'>,
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

  /** A new card token of a member that nobody can foretell; the same request gives the same token. */
  async issueCard(tenant: string, member: string, at: string, metadata: EventMetadata): Promise<CardRequest> {
    const cardToken = this.keys.cardToken(tenant, member, metadata.commandId);
    const result = await this.commands.issueCard(tenant, member, { kind: 'issue-card', cardToken, at }, metadata);
    return { cardToken, result };
  }

  async resolve(tenant: string, program: string, type: string, value: string): Promise<ResolvedMember | undefined> {
    const member = await this.vault.memberOf(tenant, type, value);
    return member === undefined ? undefined : { member, account: accountId(tenant, program, member) };
  }
}

/** The token that a request names, and whether it counts: only where the command was carried out. */
export interface CardRequest {
  readonly cardToken: string;
  readonly result: Awaited<ReturnType<MemberCommands['issueCard']>>;
}

export interface ResolvedMember {
  readonly member: string;
  readonly account: string;
}
