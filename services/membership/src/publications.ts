import type { membership } from '@tallystick/contracts';
import { accountId, bodyOf, partsOf, type RecordedEvent, tenantOf, UnknownEvent } from '@tallystick/decider';
import type { CardIssued, MemberEnrolled, TierChanged, TierPolicyDeclared } from '@tallystick/membership-domain';
import type { Announcement, Publications } from '@tallystick/messaging';

const TOPICS = {
  enrolled: 'membership.member-enrolled.v1',
  card: 'membership.card-issued.v1',
  tier: 'membership.tier-changed.v1',
  policy: 'membership.tier-policy-declared.v1',
} as const;

/** Everything that membership says. */
export const membershipPublications: Publications = {
  service: 'membership',
  topics: Object.values(TOPICS),
  announce(event) {
    switch (event.type) {
      case 'MemberEnrolled':
        return [memberEnrolled(event)];
      case 'CardIssued':
        return [cardIssued(event)];
      case 'TierChanged':
        return [tierChanged(event)];
      case 'TierPolicyDeclared':
        return [tierPolicyDeclared(event)];
      default:
        throw new UnknownEvent(event.type, event.version);
    }
  },
};

function memberOf(event: RecordedEvent): string {
  return partsOf(event.stream)[0]!;
}

function memberEnrolled(event: RecordedEvent): Announcement {
  const { program, enrolledAt, unit, store } = bodyOf<MemberEnrolled['data']>(event);
  const member = memberOf(event);
  const account = accountId(tenantOf(event.stream), program, member);
  const message: membership.MemberEnrolled = { member, account, program, enrolledAt, unit, store };
  return { topic: TOPICS.enrolled, key: member, message };
}

function cardIssued(event: RecordedEvent): Announcement {
  const { cardToken, issuedAt } = bodyOf<CardIssued['data']>(event);
  const message: membership.CardIssued = { member: memberOf(event), cardToken, issuedAt };
  return { topic: TOPICS.card, key: cardToken, message };
}

function tierChanged(event: RecordedEvent): Announcement {
  const { program, tier, validFrom, cause, history } = bodyOf<TierChanged['data']>(event);
  const member = memberOf(event);
  const account = accountId(tenantOf(event.stream), program, member);
  const message: membership.TierChanged = {
    member,
    account,
    program,
    revision: event.revision,
    tier,
    validFrom,
    cause,
    history,
  };
  return { topic: TOPICS.tier, key: member, message };
}

function tierPolicyDeclared(event: RecordedEvent): Announcement {
  const program = partsOf(event.stream)[0]!;
  const policy = bodyOf<TierPolicyDeclared['data']>(event);
  const message: membership.TierPolicyDeclared = { program, revision: event.revision, ...policy };
  return { topic: TOPICS.policy, key: program, message };
}
