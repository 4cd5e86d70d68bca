import { scenario } from '@tallystick/decider';
import { type TierPolicy, tierPolicyDecider } from './tier-policy.decider';

const policy: TierPolicy = {
  baseTier: 'ordinary',
  levels: [
    { tier: 'silver', from: '1000' },
    { tier: 'gold', from: '2001' },
  ],
  window: 'calendar-year',
  downgrade: 'recompute',
};
const declared = { type: 'TierPolicyDeclared', version: 1, data: policy } as const;
const tiers = scenario(tierPolicyDecider);

describe('declare tier policy', () => {
  it('declares it', () => tiers.given().when({ kind: 'declare-tier-policy', policy }).then(declared));

  it('says nothing new for the policy that stands', () => {
    tiers.given(declared).when({ kind: 'declare-tier-policy', policy }).thenNothing();
  });

  it('refuses tiers that do not ascend', () => {
    const levels = [policy.levels[1]!, policy.levels[0]!];
    tiers
      .given()
      .when({ kind: 'declare-tier-policy', policy: { ...policy, levels } })
      .thenRefused('tier-levels-not-ascending', { tier: 'silver', from: '1000' });
  });

  it('refuses a tier that is named twice', () => {
    const levels = [...policy.levels, { tier: 'ordinary', from: '9000' }];
    tiers
      .given()
      .when({ kind: 'declare-tier-policy', policy: { ...policy, levels } })
      .thenRefused('tier-twice', { tier: 'ordinary' });
  });
});
