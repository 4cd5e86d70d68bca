import { scenario } from '@tallystick/decider';
import { type AssetDeclaration, type AssetDeclared, assetsDecider } from './assets.decider';

const POINTS: AssetDeclaration = { asset: 'POINTS', kind: 'points', scale: '0', unitCost: '1/100' };
const GROWTH: AssetDeclaration = { asset: 'GROWTH', kind: 'score', scale: '0', unitCost: '0' };
const declared = (data: AssetDeclaration): AssetDeclared => ({ type: 'AssetDeclared', version: 1, data });
const declare = (...assets: readonly AssetDeclaration[]) => ({ kind: 'declare-assets' as const, assets });
const program = scenario(assetsDecider);

describe('declare assets', () => {
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
});
