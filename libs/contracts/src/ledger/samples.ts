import { type Sample, sample } from '../declaration/sample';
import { GrowthChanged, PointsAccrued, PointsReversed } from './account-movements.v1';
import { PointsSent } from './points-sent.v1';

const movement = {
  account: '5f0f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c',
  member: 'm-00017',
  program: 'main',
  effectiveAt: '2026-11-22T06:05:09.000Z',
  source: { source: 'till-17', id: 'R-2026-000123' },
  store: 'hz-001',
  unit: 'supermarkets',
};

export const ledgerSamples: readonly Sample[] = [
  sample(PointsAccrued, 'minimal', {
    ...movement,
    revision: 0,
    kind: 'accrual',
    receipt: 'c'.repeat(64),
    movements: [{ asset: 'GROWTH', issuer: 'supermarkets', amount: '19' }],
  }),
  sample(PointsAccrued, 'full', {
    ...movement,
    revision: 1,
    kind: 'amendment',
    receipt: 'd'.repeat(64),
    movements: [
      {
        asset: 'POINTS',
        lot: 'till-17/R-2026-000123/POINTS/supermarkets/2027-12-31',
        issuer: 'supermarkets',
        amount: '19',
        unitCost: '1/100',
      },
    ],
  }),
  sample(PointsReversed, 'full', {
    ...movement,
    revision: 2,
    effectiveAt: '2026-11-25T02:00:00.000Z',
    source: { source: 'till-17', id: 'C-2026-000007' },
    kind: 'reversal',
    movements: [
      {
        asset: 'POINTS',
        lot: 'till-17/R-2026-000123/POINTS/supermarkets/2027-12-31',
        issuer: 'supermarkets',
        amount: '-9',
        unitCost: '1/100',
      },
    ],
    uncollectable: [{ asset: 'POINTS', amount: '3' }],
  }),
  sample(GrowthChanged, 'full', {
    account: movement.account,
    member: 'm-00017',
    program: 'main',
    revision: 0,
    amount: '19',
    effectiveAt: '2026-11-22T06:05:09.000Z',
    earnedAt: '2026-11-22T06:05:09.000Z',
    source: movement.source,
  }),
  sample(PointsSent, 'full', {
    account: movement.account,
    member: 'm-00017',
    program: 'main',
    revision: 7,
    effectiveAt: '2026-11-23T09:00:00.000Z',
    transfer: 'gift-2026-0001',
    to: '9d1c0a4e-52c6-5b1f-8a77-3f4d2e6c9b10',
    toMember: 'm-00042',
    asset: 'POINTS',
    lots: [
      {
        lot: 'till-17:R-2026-000123:POINTS',
        issuer: 'supermarkets',
        unitCost: '1/100',
        amount: '50',
        priority: 0,
        activatedAt: '2026-11-22T06:05:09.000Z',
        expiresAt: '2027-12-31T16:00:00.000Z',
      },
    ],
  }),
];
