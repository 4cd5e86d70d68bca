import { type Sample, sample } from '../declaration/sample';
import { CardIssued, MemberEnrolled, TierChanged, TierPolicyDeclared } from './member.v1';

const account = '5f0f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c';

export const membershipSamples: readonly Sample[] = [
  sample(MemberEnrolled, 'full', {
    member: 'm-00017',
    account,
    program: 'main',
    enrolledAt: '2026-01-05T02:30:00.000Z',
    unit: 'supermarkets',
    store: 'hz-001',
  }),
  sample(CardIssued, 'full', { member: 'm-00017', cardToken: 'c-9f2b7c1e', issuedAt: '2026-01-05T02:30:00.000Z' }),
  sample(TierChanged, 'full', {
    member: 'm-00017',
    account,
    program: 'main',
    revision: 3,
    tier: 'gold',
    validFrom: '2026-11-22T06:05:09.000Z',
    cause: 'upgrade',
    history: [
      { tier: 'silver', validFrom: '2026-06-01T00:00:00.000Z' },
      { tier: 'gold', validFrom: '2026-11-22T06:05:09.000Z' },
    ],
  }),
  sample(TierPolicyDeclared, 'full', {
    program: 'main',
    revision: 0,
    baseTier: 'ordinary',
    levels: [
      { tier: 'silver', from: '1000' },
      { tier: 'gold', from: '5000' },
    ],
    window: 'calendar-year',
    downgrade: 'recompute',
  }),
];
