import { type Sample, sample } from '../declaration/sample';
import { PurchasePaid } from './purchase-paid.v1';
import { ReturnMade } from './return-made.v1';

const purchase: PurchasePaid = {
  type: 'purchase-paid',
  version: 1,
  source: 'till-17',
  id: 'R-2026-000123',
  occurredAt: '2026-11-22T14:05:09+08:00',
  store: 'hz-001',
  currency: 'CNY',
  lines: [{ line: '1', sku: '6901028001915', quantity: '2', amount: '1990' }],
  tenders: [{ kind: 'cash', amount: '1990' }],
  total: '1990',
};

const fullPurchase: PurchasePaid = {
  ...purchase,
  id: 'R-2026-000124',
  member: { id: 'm-00017' },
  order: 'O-88421',
  lines: [
    {
      line: '1',
      sku: 'tea-longjing-250g',
      quantity: '1.250',
      amount: '16800',
      unitPrice: '142.40',
      category: 'tea',
      brand: '西湖龙井',
      cost: '9100',
      seller: 'staff-204',
      tax: '1933',
      discount: '1000',
    },
    { line: '2', sku: 'coupon discount', quantity: '1', amount: '-800' },
  ],
  tenders: [
    { kind: 'card', amount: '15000' },
    { kind: 'points', amount: '1000' },
  ],
  total: '16000',
};

const unlinked: ReturnMade = {
  type: 'return-made',
  version: 1,
  source: 'till-17',
  id: 'C-2026-000007',
  occurredAt: '2026-11-25T10:00:00+08:00',
  store: 'hz-001',
  currency: 'CNY',
  lines: [{ line: '1', sku: '6901028001915', amount: '995' }],
  tenders: [{ kind: 'cash', amount: '995' }],
};

const linked: ReturnMade = {
  type: 'return-made',
  version: 1,
  source: 'till-17',
  id: 'C-2026-000008',
  occurredAt: '2026-11-25T10:05:00+08:00',
  store: 'hz-001',
  purchase: { source: 'till-17', id: 'R-2026-000123' },
  currency: 'CNY',
  lines: [{ line: '1', quantity: '1' }],
};

const fullReturn: ReturnMade = {
  ...linked,
  id: 'C-2026-000009',
  purchase: { source: 'till-17', id: 'R-2026-000124' },
  member: { cardToken: 'c-9f2b7c1e' },
  order: 'O-88421',
  lines: [
    {
      line: '1',
      sku: 'tea-longjing-250g',
      quantity: '0.250',
      amount: '3360',
      category: 'tea',
      brand: '西湖龙井',
    },
  ],
  tenders: [{ kind: 'card', amount: '3360' }],
  total: '3360',
};

export const publisherSamples: readonly Sample[] = [
  sample(PurchasePaid, 'minimal', purchase),
  sample(PurchasePaid, 'full', fullPurchase),
  sample(PurchasePaid, 'card token', { ...purchase, id: 'R-2026-000125', member: { cardToken: 'c-9f2b7c1e' } }),
  sample(ReturnMade, 'minimal', linked),
  sample(ReturnMade, 'full', fullReturn),
  sample(ReturnMade, 'unlinked', unlinked),
];
