import { type Sample, sample } from '../declaration/sample';
import {
  AccountStatusChanged,
  ExpiryExtended,
  ExpiryNoticed,
  HoldChanged,
  MemberMerged,
  PointsAdjusted,
  PointsExpired,
  PointsMoved,
  PointsRedeemed,
} from './account-decisions.v1';
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

const lot = 'till-17:R-2026-000123:POINTS';
const soon = '2026-11-29T02:00:00.000Z';
const decision = {
  account: movement.account,
  member: movement.member,
  program: movement.program,
  effectiveAt: '2026-11-28T02:00:00.000Z',
};

/** A part of the lot, with every field or with those alone that are needed. */
function part(amount: string, full = true) {
  const least = { asset: 'POINTS', issuer: 'supermarkets', amount };
  return full ? { ...least, lot, unitCost: '1/100', book: 'pending' as const } : least;
}

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
        lot: 'till-17:R-2026-000123:POINTS',
        issuer: 'supermarkets',
        amount: '19',
        unitCost: '1/100',
        book: 'pending',
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
        lot: 'till-17:R-2026-000123:POINTS',
        issuer: 'supermarkets',
        amount: '-9',
        unitCost: '1/100',
        book: 'pending',
      },
    ],
    uncollectable: [{ asset: 'POINTS', amount: '3' }],
    deficit: [{ asset: 'POINTS', amount: '5' }],
    onHold: [{ asset: 'POINTS', amount: '2' }],
    outOfBreakage: [part('-4')],
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
  sample(PointsRedeemed, 'minimal', {
    ...decision,
    revision: 4,
    kind: 'capture',
    hold: 'till-3-0007',
    movements: [part('-7', false)],
  }),
  sample(PointsRedeemed, 'full', {
    ...decision,
    revision: 5,
    kind: 'cancellation',
    hold: 'till-3-0007',
    cancellation: 'till-3-0007-void',
    unit: 'hotels',
    store: 'hz-hotel',
    graceUntil: soon,
    movements: [part('7')],
  }),
  sample(PointsExpired, 'full', { ...decision, revision: 6, movements: [part('-3')] }),
  sample(PointsAdjusted, 'full', {
    ...decision,
    revision: 7,
    kind: 'credit',
    adjustment: 'case-118',
    reason: 'the till was offline',
    unit: 'supermarkets',
    movements: [part('30')],
  }),
  sample(PointsMoved, 'full', {
    ...decision,
    revision: 8,
    kind: 'sent',
    transfer: 'gift-9',
    counterpart: '6a1f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c',
    movements: [part('-5')],
  }),
  sample(MemberMerged, 'full', {
    ...decision,
    kind: 'merged',
    merge: 'duplicate-7',
    into: '6a1f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c',
    intoMember: 'm-00018',
  }),
  sample(ExpiryExtended, 'full', {
    ...decision,
    revision: 9,
    asset: 'POINTS',
    extension: 'spring',
    reason: 'stores were closed',
    lots: [{ lot, from: '2026-12-31T16:00:00.000Z', to: '2027-01-31T16:00:00.000Z' }],
  }),
  sample(HoldChanged, 'minimal', {
    ...decision,
    revision: 10,
    state: 'released',
    hold: 'till-3-0008',
    asset: 'POINTS',
    amount: '12',
  }),
  sample(HoldChanged, 'full', {
    ...decision,
    revision: 3,
    state: 'placed',
    hold: 'till-3-0007',
    asset: 'POINTS',
    amount: '12',
    until: soon,
  }),
  sample(AccountStatusChanged, 'full', { ...decision, revision: 11, status: 'frozen', reason: 'card was stolen' }),
  sample(PointsMoved, 'minimal', {
    ...decision,
    revision: 12,
    kind: 'imported',
    transfer: 'old-1',
    movements: [part('40', false)],
  }),
  sample(ExpiryNoticed, 'full', {
    ...decision,
    revision: 13,
    asset: 'POINTS',
    amount: '120',
    expiresAt: '2026-12-31T16:00:00.000Z',
    days: 30,
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
