import { scenario } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import {
  type AdjustmentPolicy,
  adjustmentPolicyDecider,
  DEFAULT_ADJUSTMENT_POLICY,
  wayOfAdjustment,
} from './adjustment-policy.decider';

const NOON = '2026-11-06T12:00:00.000Z';
const policy: AdjustmentPolicy = {
  ...DEFAULT_ADJUSTMENT_POLICY,
  limits: [{ asset: 'POINTS', alone: '100', daily: '250' }],
};
const declare = (declared: AdjustmentPolicy) => ({
  kind: 'declare-adjustment-policy' as const,
  policy: declared,
  at: instant(NOON),
});
const declared = {
  type: 'AdjustmentPolicyDeclared' as const,
  version: 1,
  data: { ...policy, validFrom: NOON },
};
const program = scenario(adjustmentPolicyDecider);

describe('an adjustment policy', () => {
  it('is declared, and declared again only where it changes', () => {
    program.given().when(declare(policy)).then(declared);
    program.given(declared).when(declare(policy)).thenNothing();
    program
      .given(declared)
      .when(declare(DEFAULT_ADJUSTMENT_POLICY))
      .then({ ...declared, data: { ...DEFAULT_ADJUSTMENT_POLICY, validFrom: NOON } });
  });

  it.each<[Partial<AdjustmentPolicy>, string]>([
    [{ reasons: [] }, 'reasons'],
    [{ reasons: [{ code: 'Goodwill', en: 'x', zh: 'x' }] }, 'reasons'],
    [{ reasons: [...policy.reasons, policy.reasons[0]!] }, 'reasons'],
    [{ limits: [{ asset: 'POINTS', alone: '100', daily: '99' }] }, 'limits'],
    [{ limits: [policy.limits[0]!, policy.limits[0]!] }, 'limits'],
    [{ disputeDays: '0' }, 'disputeDays'],
    [{ disputeDays: '366' }, 'disputeDays'],
  ])('refuses %j', (wrong, part) => {
    program
      .given()
      .when(declare({ ...policy, ...wrong }))
      .thenRefused('adjustment-policy-invalid', { part });
  });
});

describe('the way of an adjustment', () => {
  const way = (amount: bigint, more: object = {}) =>
    wayOfAdjustment(policy, { asset: 'POINTS', amount, reason: 'goodwill', ...more });

  it.each([100n, -100n, 1n])('is its maker alone for %d of at most 100', (amount) => {
    expect(way(amount)).toEqual({ kind: 'alone', daily: 250n });
  });

  it.each([101n, -101n])('needs a second person for %d', (amount) => {
    expect(way(amount)).toEqual({ kind: 'approval', alone: 100n });
  });

  it('has no limit for an asset that the policy does not name', () => {
    expect(way(1_000_000n, { asset: 'MILES' })).toEqual({ kind: 'alone' });
  });

  it('refuses a reason that the program has not declared: reason-unknown', () => {
    expect(way(1n, { reason: 'because' })).toEqual({ rejected: 'reason-unknown', facts: { reason: 'because' } });
  });
});
