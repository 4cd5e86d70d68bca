const spendOrder = [{ asset: 'POINTS' }, { asset: 'STORED-MALL' }];
const loan = { limit: '100', tiers: [{ tier: 'gold', limit: '500' }], dueDays: 5 };

/** An asset of each kind that holds value, as a program declares them. */
export const VALUE_ASSETS = [
  {
    asset: 'POINTS',
    kind: 'points',
    unitCost: '1/100',
    policy: { loan, exchange: [{ to: 'STORED-MALL', rate: '1/2' }] },
  },
  {
    asset: 'STORED-HOTEL',
    kind: 'stored',
    unitCost: '1',
    scope: { unit: 'hotel' },
    policy: { expiry: { days: 1 } },
  },
  { asset: 'STORED-MALL', kind: 'stored', unitCost: '1', policy: { storedOrder: 'pro_rata', spendOrder } },
  { asset: 'COUNT-MEALS', kind: 'count', policy: { reactivation: { withinDays: 7, livesDays: 10 } } },
  { asset: 'CREDIT-HOTEL', kind: 'credit', unitCost: '1', policy: { dueDays: 5 } },
];
