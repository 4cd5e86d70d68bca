import { type Sample, sample } from '../declaration/sample';
import { PurchaseQualified, ReturnQualified } from './purchase-qualified.v1';
import { PurchaseRecorded, ReturnRecorded } from './purchase-recorded.v1';

const account = '5f0f1c1e-6f0e-5d0c-9d5b-2a8f6f0a1b2c';
const receipt = 'c'.repeat(64);

const recorded: PurchaseRecorded = {
  purchase: { source: 'till-17', id: 'R-2026-000123' },
  store: 'hz-001',
  unit: 'supermarkets',
  occurredAt: '2026-11-22T06:05:09.000Z',
  currency: 'CNY',
  total: '1990',
  verdict: 'no-member',
  lines: [{ line: '1', sku: '6901028001915', quantity: '2', amount: '1990' }],
  tenders: [{ kind: 'cash', amount: '1990' }],
};

const returned: ReturnRecorded = {
  return: { source: 'till-17', id: 'C-2026-000007' },
  store: 'hz-001',
  unit: 'supermarkets',
  occurredAt: '2026-11-25T02:00:00.000Z',
  currency: 'CNY',
  total: '995',
  lines: 1,
};

export const campaignSamples: readonly Sample[] = [
  sample(PurchaseRecorded, 'minimal', recorded),
  sample(PurchaseRecorded, 'full', {
    ...recorded,
    account,
    member: 'm-00017',
    verdict: 'evaluated',
    order: 'O-88421',
    lines: [{ line: '1', sku: 'tea', quantity: '1', amount: '1990', category: 'tea', brand: '西湖龙井' }],
  }),
  sample(ReturnRecorded, 'minimal', returned),
  sample(ReturnRecorded, 'full', {
    ...returned,
    purchase: { source: 'till-17', id: 'R-2026-000123' },
    member: 'm-00017',
  }),
  sample(PurchaseQualified, 'full', {
    account,
    member: 'm-00017',
    program: 'main',
    purchase: { source: 'till-17', id: 'R-2026-000123' },
    revision: 2,
    effectiveAt: '2026-11-22T06:05:09.000Z',
    issuer: 'supermarkets',
    store: 'hz-001',
    receipt,
    grants: [
      {
        asset: 'POINTS',
        amount: '19',
        unitCost: '1/100',
        allocation: [{ line: '1', rule: 'base', amount: '19' }],
      },
    ],
    returns: [
      {
        return: { source: 'till-17', id: 'C-2026-000007' },
        effectiveAt: '2026-11-25T02:00:00.000Z',
        store: 'hz-001',
        amounts: [{ asset: 'POINTS', amount: '9' }],
      },
    ],
  }),
  sample(ReturnQualified, 'full', {
    account,
    member: 'm-00017',
    program: 'main',
    return: { source: 'till-17', id: 'C-2026-000007' },
    revision: 1,
    effectiveAt: '2026-11-25T02:00:00.000Z',
    issuer: 'supermarkets',
    store: 'hz-001',
    receipt,
    amounts: [{ asset: 'POINTS', amount: '9' }],
  }),
];
