import { scenario } from '@tallystick/decider';
import { type MemberCommand, memberDecider, type ReviewTier } from './member.decider';
import type { MemberEvent, TierCause, TierPeriod } from './member.events';

const enrol: MemberCommand = {
  kind: 'enrol',
  program: 'main',
  at: '2026-01-05T00:00:00.000Z',
  unit: 'market',
  store: 'm-1',
};
const enrolled: MemberEvent = {
  type: 'MemberEnrolled',
  version: 1,
  data: { program: 'main', enrolledAt: '2026-01-05T00:00:00.000Z', unit: 'market', store: 'm-1' },
};
const silver = { tier: 'silver', validFrom: '2026-03-01T00:00:00.000Z' };
const gold = { tier: 'gold', validFrom: '2026-05-01T00:00:00.000Z' };
const earlier = { tier: 'silver', validFrom: '2026-02-01T00:00:00.000Z' };
const review = (history: readonly TierPeriod[], scheduled = false): ReviewTier => ({
  kind: 'review-tier',
  program: 'main',
  baseTier: 'ordinary',
  history,
  policyVersion: '0',
  scheduled,
});
const changed = (history: readonly TierPeriod[], from: string, cause: TierCause): MemberEvent => ({
  type: 'TierChanged',
  version: 1,
  data: { program: 'main', ...history.at(-1)!, from, cause, policyVersion: '0', history },
});
const member = scenario(memberDecider);

describe('enrol', () => {
  it('enrols', () => member.given().when(enrol).then(enrolled));
  it('says nothing new for a member who is enrolled', () => member.given(enrolled).when(enrol).thenNothing());
});

describe('issue card', () => {
  const issue: MemberCommand = { kind: 'issue-card', cardToken: 'tok-1', at: '2026-01-05T00:00:00.000Z' };

  it('issues a card token', () => {
    member
      .given(enrolled)
      .when(issue)
      .then({ type: 'CardIssued', version: 1, data: { cardToken: 'tok-1', issuedAt: '2026-01-05T00:00:00.000Z' } });
  });

  it('refuses a card for nobody', () => member.given().when(issue).thenRefused('member-not-enrolled'));
});

describe('review tier', () => {
  it('announces a tier that was reached', () => {
    member
      .given(enrolled)
      .when(review([silver]))
      .then(changed([silver], 'ordinary', 'upgrade'));
  });

  it('is quiet where the history is as known', () => {
    member
      .given(enrolled, changed([silver], 'ordinary', 'upgrade'))
      .when(review([silver]))
      .thenNothing();
  });

  it('calls a change at the end of a window a review', () => {
    const base = { tier: 'ordinary', validFrom: '2028-01-01T00:00:00.000Z' };
    member
      .given(changed([silver], 'ordinary', 'upgrade'))
      .when(review([silver, base], true))
      .then(changed([silver, base], 'silver', 'review'));
  });

  it('corrects a history that a late fact has changed', () => {
    member
      .given(changed([silver, gold], 'ordinary', 'upgrade'))
      .when(review([earlier, gold]))
      .then(changed([earlier, gold], 'gold', 'correction'));
  });

  it('puts a member back into the base tier where no tier was ever reached after all', () => {
    member
      .given(changed([silver], 'ordinary', 'upgrade'))
      .when(review([]))
      .then({
        type: 'TierChanged',
        version: 1,
        data: {
          program: 'main',
          tier: 'ordinary',
          validFrom: silver.validFrom,
          from: 'silver',
          cause: 'correction',
          policyVersion: '0',
          history: [],
        },
      });
  });
});
