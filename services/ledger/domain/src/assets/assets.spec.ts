import { scenario } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { AssetPolicy } from './asset-policy';
import {
  type AssetDeclaration,
  type AssetDeclared,
  assetsDecider,
  type AssetVersion,
  versionAt,
} from './assets.decider';

const POINTS: AssetDeclaration = { asset: 'POINTS', kind: 'points', scale: '0', unitCost: '1/100' };
const GROWTH: AssetDeclaration = { asset: 'GROWTH', kind: 'score', scale: '0', unitCost: '0' };
const NOW = '2026-11-01T00:00:00.000Z';
const declared = (data: AssetDeclaration): AssetDeclared => ({
  type: 'AssetDeclared',
  version: 1,
  data: { ...data, validFrom: NOW },
});
const declare = (...assets: readonly AssetDeclaration[]) => ({
  kind: 'declare-assets' as const,
  assets,
  at: instant(NOW),
});
const program = scenario(assetsDecider);

const GOLD = { tier: 'gold', limit: '500' };
const MEALS: AssetDeclaration = { asset: 'COUNT-MEALS', kind: 'count', scale: '0', unitCost: '100' };

describe('declare assets', () => {
  it('declares an asset of every kind, for one unit or one store where it says so', () => {
    const stored = {
      asset: 'STORED-HOTEL',
      kind: 'stored',
      scope: { unit: 'hotel' },
      policy: { storedOrder: 'pro_rata' },
    };
    const credit = { asset: 'CREDIT-HOTEL', kind: 'credit', scope: { unit: 'hotel', store: 'hotel-1' } };
    for (const kind of [stored, credit]) {
      const asset = { ...MEALS, ...kind } as AssetDeclaration;
      program.given(declared(MEALS)).when(declare(MEALS, asset)).then(declared(asset));
    }
  });

  it('declares an asset again when its scope changes', () => {
    const ofHotel = { ...MEALS, scope: { unit: 'hotel' } };
    program.given(declared(MEALS)).when(declare(ofHotel)).then(declared(ofHotel));
    program.given(declared(MEALS), declared(ofHotel)).when(declare(ofHotel)).thenNothing();
  });

  it('refuses punches that are not whole: asset-invalid', () => {
    program
      .given()
      .when(declare({ ...MEALS, scale: '1' }))
      .thenRefused('asset-invalid', { asset: 'COUNT-MEALS' });
  });

  it.each<[AssetDeclaration['kind'], AssetPolicy, string]>([
    ['points', { storedOrder: 'pro_rata' }, 'storedOrder'],
    ['stored', { storedOrder: 'newest_first' as 'pro_rata' }, 'storedOrder'],
    ['credit', { exchange: [{ to: 'POINTS', rate: '1' }] }, 'exchange'],
    ['points', { spendOrder: [] }, 'spendOrder'],
    ['points', { spendOrder: ['POINTS', 'POINTS'] }, 'spendOrder'],
    ['points', { spendOrder: ['points'] }, 'spendOrder'],
    ['stored', { maturity: { days: '1' } }, 'maturity'],
    ['stored', { clawback: 'within_balance' }, 'clawback'],
    ['credit', { expiry: { days: '1' } }, 'expiry'],
    ['credit', { dueDays: '0' }, 'dueDays'],
    ['points', { dueDays: '30' }, 'dueDays'],
    ['points', { loan: { limit: '-1', dueDays: '30' } }, 'loan'],
    ['points', { loan: { limit: '1', dueDays: '0' } }, 'loan'],
    ['points', { loan: { limit: '1', dueDays: '1', tiers: [GOLD, GOLD] } }, 'loan'],
    ['stored', { loan: { limit: '1', dueDays: '1' } }, 'loan'],
    ['points', { reactivation: { withinDays: '0', livesDays: '1' } }, 'reactivation'],
    ['credit', { reactivation: { withinDays: '1', livesDays: '1' } }, 'reactivation'],
  ])('refuses of %s the policy %j: asset-policy-invalid', (kind, policy, part) => {
    program
      .given()
      .when(declare({ ...MEALS, kind, policy }))
      .thenRefused('asset-policy-invalid', { asset: 'COUNT-MEALS', part });
  });

  it('declares what is new', () => {
    program.given(declared(POINTS)).when(declare(POINTS, GROWTH)).then(declared(GROWTH));
  });

  it('declares an asset again when its unit cost changes', () => {
    const dearer = { ...POINTS, unitCost: '1/50' };
    program.given(declared(POINTS)).when(declare(dearer)).then(declared(dearer));
  });

  it('is quiet where everything stands', () => {
    program.given(declared(POINTS), declared(GROWTH)).when(declare(GROWTH, POINTS)).thenNothing();
  });

  it('refuses a score that was points: asset-kind-fixed', () => {
    program
      .given(declared(POINTS))
      .when(declare({ ...POINTS, kind: 'score' }))
      .thenRefused('asset-kind-fixed', { asset: 'POINTS', kind: 'points' });
  });

  it('refuses to declare GROWTH as spendable: asset-kind-fixed', () => {
    program
      .given()
      .when(declare({ ...GROWTH, kind: 'points' }))
      .thenRefused('asset-kind-fixed', { asset: 'GROWTH', kind: 'score' });
  });

  it('refuses another scale: asset-scale-fixed', () => {
    program
      .given(declared(POINTS))
      .when(declare({ ...POINTS, scale: '2' }))
      .thenRefused('asset-scale-fixed', { asset: 'POINTS', scale: '0' });
  });

  it.each([{ asset: 'points' }, { scale: '10' }, { unitCost: '1/0' }, { unitCost: '-1' }])(
    'refuses %j: asset-invalid',
    (fault) => {
      program
        .given()
        .when(declare({ ...POINTS, ...fault }))
        .thenRefused('asset-invalid');
    },
  );

  it('declares an asset again when its policy changes, and only then', () => {
    const yearly = { ...POINTS, policy: { expiry: { months: '12' } } };
    program.given(declared(POINTS)).when(declare(yearly)).then(declared(yearly));
    program.given(declared(POINTS), declared(yearly)).when(declare(yearly)).thenNothing();
    program.given(declared(POINTS), declared(yearly)).when(declare(POINTS)).then(declared(POINTS));
  });

  it('takes every policy that capabilities name', () => {
    const policies: AssetPolicy[] = [
      { expiry: { endOf: 'year', plus: '1' }, maturity: { days: '7' }, expiryFrom: 'activation' },
      { expiry: { date: '2027-12-31' }, maturity: { on: 'return-window-shut' } },
      { clawback: 'floor:500', expireUnderHold: 'lapse', cancelGraceDays: '0' },
      { holdTtlSeconds: { default: '60', most: '3600' } },
      { priority: '-999' },
      { holdTtlSeconds: { most: '30' } },
      { caps: { earn: { transaction: '500', day: '0', week: '2000', month: '5000', life: '9000000000000000' } } },
      { caps: { balance: '100000' } },
      { caps: { spend: { month: '100' }, earn: { life: '1' }, onExceed: 'reject' } },
      { loan: { limit: '0', dueDays: '30', tiers: [GOLD] }, reactivation: { withinDays: '30', livesDays: '7' } },
    ];
    for (const policy of policies) {
      program
        .given()
        .when(declare({ ...POINTS, policy }))
        .then(declared({ ...POINTS, policy }));
    }
  });

  it.each<[AssetPolicy, string]>([
    [{ expiry: {} }, 'expiry'],
    [{ expiry: { days: '1', months: '1' } }, 'expiry'],
    [{ expiry: { days: '0' } }, 'expiry'],
    [{ expiry: { months: '1', plus: '1' } }, 'expiry'],
    [{ expiry: { date: '2026-02-30' } }, 'expiry'],
    [{ maturity: {} }, 'maturity'],
    [{ maturity: { days: '1', on: 'shipped' } }, 'maturity'],
    [{ expiryFrom: 'activation', expiry: { days: '1' } }, 'expiryFrom'],
    [{ expiryFrom: 'activation', expiry: { days: '1' }, maturity: { on: 'shipped' } }, 'expiryFrom'],
    [{ clawback: 'floor:-1' as 'floor:1' }, 'clawback'],
    [{ cancelGraceDays: '-1' }, 'cancelGraceDays'],
    [{ priority: '1000' }, 'priority'],
    [{ priority: '-0' }, 'priority'],
    [{ holdTtlSeconds: { default: '0' } }, 'holdTtlSeconds'],
    [{ holdTtlSeconds: { default: '61', most: '60' } }, 'holdTtlSeconds'],
    [{ caps: {} }, 'caps'],
    [{ caps: { earn: {}, onExceed: 'cut' } }, 'caps'],
    [{ caps: { earn: { day: '-1' } } }, 'caps'],
    [{ caps: { spend: { day: '1.5' } } }, 'caps'],
  ])('refuses the policy %j: asset-policy-invalid', (policy, part) => {
    program
      .given()
      .when(declare({ ...POINTS, policy }))
      .thenRefused('asset-policy-invalid', { asset: 'POINTS', part });
  });

  it('refuses a policy for a score: asset-policy-invalid', () => {
    program
      .given()
      .when(declare({ ...GROWTH, policy: {} }))
      .thenRefused('asset-policy-invalid');
  });
});

describe('the declaration that counts', () => {
  const first: AssetVersion = { ...POINTS, validFrom: '2026-03-01T00:00:00.000Z' };
  const second: AssetVersion = { ...POINTS, unitCost: '2', validFrom: '2026-06-01T00:00:00.000Z' };

  it('is the newest that is in force then, and the first for all before it', () => {
    expect(versionAt([first, second], instant('2026-01-01T00:00:00Z'))).toBe(first);
    expect(versionAt([first, second], instant('2026-05-31T23:59:59Z'))).toBe(first);
    expect(versionAt([first, second], instant('2026-06-01T00:00:00Z'))).toBe(second);
    expect(versionAt([POINTS, second], instant('2026-05-31T23:59:59Z'))).toBe(POINTS);
    expect(versionAt([], instant('2026-01-01T00:00:00Z'))).toBeUndefined();
  });
});
