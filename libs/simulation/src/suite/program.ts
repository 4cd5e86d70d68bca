import type { TierPolicy } from '@tallystick/membership-domain';
import type { NodeVersion } from '@tallystick/campaigns/application/places';
import { instant } from '@tallystick/vocabulary';

export const TENANT = 'demo';
export const PROGRAM = 'main';

/** When a simulation begins: later than every fact in it. */
export const START = instant('2026-04-01T00:00:00Z');

/** Growth from which a tier is reached, for life. */
export const TIER_POLICY: TierPolicy = {
  baseTier: 'ordinary',
  levels: [
    { tier: 'silver', from: '300' },
    { tier: 'gold', from: '800' },
  ],
  window: 'lifetime',
  downgrade: 'none',
};

/** One of the program's rule sets, and the instant from which it is in force. */
export interface RuleSetInForce {
  readonly validFrom: string;
  /** Points per minor unit, and the factor of each tier: numerator and denominator. */
  readonly rate: readonly [bigint, bigint];
  readonly factors: Readonly<Record<string, readonly [bigint, bigint]>>;
}

export const RULE_SETS: readonly RuleSetInForce[] = [
  {
    validFrom: '2020-01-01T00:00:00.000Z',
    rate: [1n, 100n],
    factors: { silver: [6n, 5n], gold: [3n, 2n] },
  },
  {
    validFrom: '2026-03-11T00:00:00.000Z',
    rate: [3n, 200n],
    factors: { silver: [13n, 10n], gold: [7n, 4n] },
  },
];

/** Growth per minor unit of money. */
export const GROWTH_RATE: readonly [bigint, bigint] = [1n, 100n];

/** A rule set as it is published. */
export function contentOf({ rate, factors }: RuleSetInForce): object {
  const tierFactors = Object.fromEntries(Object.entries(factors).map(([tier, factor]) => [tier, text(factor)]));
  return {
    assets: [{ asset: 'POINTS', unitCost: '1' }],
    rules: [
      { id: 'base', asset: 'POINTS', kind: 'base', rate: text(rate), tierFactors },
      { id: 'growth', asset: 'GROWTH', kind: 'base', rate: text(GROWTH_RATE) },
    ],
  };
}

const VALID_FROM = '2020-01-01T00:00:00.000Z';

/** The units that issue points, and the stores that lie in them. */
export const UNITS: readonly NodeVersion[] = ['mall', 'park'].map((node) => place(node, 'unit', node));
export const STORES: readonly NodeVersion[] = [
  place('mall-1', 'store', 'mall'),
  place('park-1', 'store', 'park'),
  place('park-2', 'store', 'park'),
];

function place(node: string, kind: string, unit: string): NodeVersion {
  return { tenant: TENANT, node, kind, validFrom: VALID_FROM, unit, format: 'supermarket', open: true };
}

function text([numerator, denominator]: readonly [bigint, bigint]): string {
  return `${numerator}/${denominator}`;
}
