import type { ProgramFile } from '@tallystick/standalone';

/** Tiers of the bench: the growth that reaches them and the factor that they earn by. */
export const LEVELS = [
  { tier: 'silver', from: 800, numerator: 6, denominator: 5 },
  { tier: 'gold', from: 2_400, numerator: 3, denominator: 2 },
  { tier: 'diamond', from: 8_000, numerator: 2, denominator: 1 },
] as const;

const SINCE = '2020-01-01T00:00:00+08:00';

/** What the bench runs on: two units with two stores each, a base rule with tier factors, growth, three tiers. */
export const BENCH_PROGRAM: ProgramFile = {
  program: { name: 'Bench', zone: 'Asia/Shanghai', currency: 'CNY', acceptPurchasesFrom: null },
  organization: [
    { node: 'bench', kind: 'group', name: 'Bench Group', validFrom: SINCE },
    ...['north', 'south'].flatMap((unit) => [
      {
        node: unit,
        kind: 'unit',
        name: `Bench ${unit}`,
        parent: 'bench',
        format: 'supermarket',
        legalEntity: `Bench ${unit} Ltd`,
        ownership: 'own',
        validFrom: SINCE,
      },
      ...[1, 2].map((number) => ({
        node: `${unit}-${number}`,
        kind: 'store',
        name: `Bench ${unit} ${number}`,
        parent: unit,
        zone: 'Asia/Shanghai',
        validFrom: SINCE,
      })),
    ]),
  ],
  assets: [
    { asset: 'POINTS', kind: 'points' },
    { asset: 'GROWTH', kind: 'score' },
  ],
  tiers: {
    baseTier: 'ordinary',
    window: 'calendar-year',
    downgrade: 'recompute',
    levels: LEVELS.map(({ tier, from }) => ({ tier, from: String(from) })),
  },
  ruleSet: {
    validFrom: SINCE,
    content: {
      assets: [{ asset: 'POINTS', unitCost: '1' }],
      rules: [
        {
          id: 'base',
          asset: 'POINTS',
          kind: 'base',
          rate: '1/100',
          tierFactors: Object.fromEntries(
            LEVELS.map(({ tier, numerator, denominator }) => [tier, `${numerator}/${denominator}`]),
          ),
        },
        { id: 'growth', asset: 'GROWTH', kind: 'base', rate: '1/100' },
      ],
    },
  },
};
