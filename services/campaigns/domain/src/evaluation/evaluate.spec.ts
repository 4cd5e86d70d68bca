import { cards, line, NOON, pointPerYuan, receipt } from '../examples/examples';
import type { PurchaseContent } from '../purchase/purchase.content';
import { compileRules } from '../rule-set/compile-rules';
import type { Brackets, EarningRule, RuleSetContent } from '../rule-set/rule-set.content';
import { evaluate, type Circumstances, type Evaluated } from './evaluate';

const here: Circumstances = { occurredAt: NOON, store: 's-1', unit: 'market', format: 'supermarket' };
const edges = [
  { from: '200000', rate: '3/2' },
  { from: '500000', rate: '2' },
];
const whole: Brackets = { mode: 'whole', below: '1', edges };
const marginal: Brackets = { ...whole, mode: 'marginal' };

function earned(content: RuleSetContent, purchase: PurchaseContent, at: Circumstances = here): Evaluated {
  return evaluate(compileRules(content), purchase, at);
}

function amounts(evaluated: Evaluated): Record<string, string> {
  return Object.fromEntries(evaluated.grants.map(({ asset, amount }) => [asset, amount]));
}

function points(rule: EarningRule, purchase: PurchaseContent, at: Circumstances = here): string {
  return amounts(earned({ rules: [rule] }, purchase, at))['POINTS'] ?? '0';
}

const spend = (amount: string): PurchaseContent => receipt([line('1', amount)]);
const in_ = (tier: string): Circumstances => ({ ...here, tier: { tier, validFrom: '2026-01-01T00:00:00.000Z' } });

describe('brackets (E38)', () => {
  it.each([
    ['100000', '1000'],
    ['199999', '1999'],
    ['200000', '3000'],
    ['499999', '7499'],
    ['500000', '10000'],
  ])('multiplies the whole of %s minor units by the rate of its bracket: %s points', (amount, expected) => {
    expect(points({ ...pointPerYuan, brackets: whole }, spend(amount))).toBe(expected);
  });

  it.each([
    ['500000', '6500'],
    ['600000', '8500'],
  ])(
    'gives each part of %s minor units the rate of its own bracket where they are marginal: %s points',
    (amount, expected) => {
      expect(points({ ...pointPerYuan, brackets: marginal }, spend(amount))).toBe(expected);
    },
  );

  it('looks at the total of the receipt, not of a line', () => {
    const purchase = receipt([line('1', '100000'), line('2', '100000')]);
    expect(points({ ...pointPerYuan, brackets: whole }, purchase)).toBe('3000');
  });
});

describe('tier factors (E39)', () => {
  const rule = { ...pointPerYuan, tierFactors: cards };

  it.each([
    ['silver', '120'],
    ['gold', '150'],
    ['diamond', '200'],
    ['unheard-of', '100'],
  ])('gives %s members %s points for 100 yuan', (tier, expected) => {
    expect(points(rule, spend('10000'), in_(tier))).toBe(expected);
  });

  it('gives a member without tier the base', () => {
    expect(points(rule, spend('10000'))).toBe('100');
  });

  it('keeps the source of each factor in the receipt', () => {
    const { rules } = earned({ rules: [{ ...rule, brackets: whole }] }, spend('200000'), in_('gold'));
    expect(rules).toEqual([
      {
        rule: 'base',
        asset: 'POINTS',
        base: '200000',
        factors: [
          { source: 'bracket:200000', factor: '3/2' },
          { source: 'tier:gold', factor: '3/2' },
        ],
        exact: '4500',
        result: '4500',
      },
    ]);
  });
});

describe('stacking of factors (E44 without its fixed bonus)', () => {
  const holiday = { id: 'holiday', factor: '2', from: '2026-12-24T00:00:00Z', until: '2026-12-26T00:00:00Z' };
  const rule: EarningRule = { ...pointPerYuan, brackets: whole, tierFactors: cards, factors: [holiday] };
  const eve = { ...in_('gold'), occurredAt: '2026-12-24T00:00:00.000Z' };

  it.each([
    ['multiply', '11250'],
    ['add', '7500'],
    ['best-of', '5000'],
  ] as const)('%s makes 2,500 yuan %s points', (stacking, expected) => {
    expect(points({ ...rule, stacking }, spend('250000'), eve)).toBe(expected);
  });

  it('has half-open windows', () => {
    const at = (occurredAt: string) =>
      points({ ...pointPerYuan, factors: [holiday] }, spend('10000'), { ...here, occurredAt });
    expect([
      at('2026-12-23T23:59:59.999Z'),
      at('2026-12-24T00:00:00.000Z'),
      at('2026-12-25T23:59:59.000Z'),
      at('2026-12-26T00:00:00.000Z'),
    ]).toEqual(['100', '200', '200', '100']);
  });
});

describe('what counts', () => {
  it('counts cash actually paid for growth (E45)', () => {
    const tenders = [
      { kind: 'coupon', amount: '2000' },
      { kind: 'points', amount: '1000' },
      { kind: 'cash', amount: '7000' },
    ];
    const rules: EarningRule[] = [pointPerYuan, { ...pointPerYuan, id: 'growth', asset: 'GROWTH' }];
    expect(amounts(earned({ rules }, receipt([line('1', '10000')], { tenders })))).toEqual({
      POINTS: '70',
      GROWTH: '70',
    });
  });

  it('counts a coupon where the rule excludes no tender', () => {
    const tenders = [{ kind: 'coupon', amount: '10000' }];
    const rule = { ...pointPerYuan, base: { tendersExcluded: [] } };
    expect(points(rule, receipt([line('1', '10000')], { tenders }))).toBe('100');
  });

  it('takes a discount line off the lines that it discounts, in proportion', () => {
    const { grants } = earned(
      { rules: [pointPerYuan] },
      receipt([line('1', '20000'), line('2', '10000'), line('3', '-3000')]),
    );
    expect(grants).toEqual([
      {
        asset: 'POINTS',
        amount: '270',
        unitCost: '0',
        allocation: [
          { line: '1', rule: 'base', amount: '180' },
          { line: '2', rule: 'base', amount: '90' },
        ],
      },
    ]);
  });

  it('takes tax off where the rule says so', () => {
    const purchase = receipt([line('1', '10000', { tax: '1000' })]);
    expect(points(pointPerYuan, purchase)).toBe('100');
    expect(points({ ...pointPerYuan, base: { tax: 'excluded' } }, purchase)).toBe('90');
  });

  it('leaves out categories that earn nothing by default', () => {
    const purchase = receipt([line('1', '10000'), line('2', '5000', { category: 'tobacco' })]);
    expect(points(pointPerYuan, purchase)).toBe('100');
    expect(points({ ...pointPerYuan, base: { categoriesExcluded: [] } }, purchase)).toBe('150');
  });

  it('includes and excludes lines by sku, brand and category', () => {
    const purchase = receipt([
      line('1', '10000', { brand: 'a' }),
      line('2', '5000', { category: 'tea' }),
      line('3', '2000', { sku: 'cup' }),
    ]);
    expect(points({ ...pointPerYuan, include: { brands: ['a'], categories: ['tea'] } }, purchase)).toBe('150');
    expect(points({ ...pointPerYuan, exclude: { skus: ['cup'] } }, purchase)).toBe('150');
    expect(points({ ...pointPerYuan, include: { brands: ['a'] }, exclude: { skus: ['sku-1'] } }, purchase)).toBe('0');
  });
});

describe('rounding', () => {
  it('rounds once per rule at the scale of the asset (E23)', () => {
    const half = (id: string, rate: string): EarningRule => ({
      ...pointPerYuan,
      id,
      rate,
      rounding: { mode: 'half-up', level: 'rule' },
    });
    const twice = (rate: string) => ({
      assets: [{ asset: 'POINTS', scale: '2' }],
      rules: [half('a', rate), half('b', rate)],
    });
    expect(amounts(earned(twice('20.158'), spend('1')))).toEqual({ POINTS: '4032' });
    expect(amounts(earned(twice('20.987'), spend('1')))).toEqual({ POINTS: '4198' });
  });

  it('rounds once for all rules of an asset at level order', () => {
    const rule = (id: string): EarningRule => ({ ...pointPerYuan, id, rounding: { level: 'order' } });
    const { grants, rules } = earned({ rules: [rule('a'), rule('b')] }, spend('150'));
    expect(grants[0]?.amount).toBe('3');
    expect(rules.map(({ result }) => result)).toEqual(['2', '1']);
  });

  it('rounds every line by itself at level line', () => {
    const purchase = receipt([line('1', '150'), line('2', '150')]);
    expect(points({ ...pointPerYuan, rounding: { level: 'line' } }, purchase)).toBe('2');
    expect(points(pointPerYuan, purchase)).toBe('3');
  });

  it('rounds up where the rule says so', () => {
    expect(points({ ...pointPerYuan, rounding: { mode: 'ceil' } }, spend('101'))).toBe('2');
  });

  it('splits 100 points over three equal lines by largest remainder', () => {
    const { grants } = earned(
      { rules: [{ ...pointPerYuan, rate: '1/3' }] },
      receipt([line('1', '100'), line('2', '100'), line('3', '100')]),
    );
    expect(grants[0]?.allocation.map(({ amount }) => amount)).toEqual(['34', '33', '33']);
  });

  it('keeps 0 points on record for 0.1 % of 1 unit', () => {
    const { grants, rules } = earned({ rules: [{ ...pointPerYuan, rate: '1/1000' }] }, spend('1'));
    expect(grants).toEqual([]);
    expect(rules).toEqual([{ rule: 'base', asset: 'POINTS', base: '1', exact: '1/1000', result: '0' }]);
  });
});

describe('the first failing condition', () => {
  const failed = (scope: EarningRule['scope'], purchase = spend('10000')) =>
    earned({ rules: [{ ...pointPerYuan, scope }] }, purchase).rules[0]?.failed;

  it('names the unit, the store, the format or that nothing counts', () => {
    expect(failed({ units: ['park'], stores: ['s-2'] })).toBe('other-unit');
    expect(failed({ units: ['market'], stores: ['s-2'] })).toBe('other-store');
    expect(failed({ formats: ['hotel'] })).toBe('other-format');
    expect(failed({}, receipt([line('1', '10000', { category: 'lottery' })]))).toBe('nothing-counts');
    expect(failed({ units: ['market'], stores: ['s-1'], formats: ['supermarket'] })).toBeUndefined();
  });
});
