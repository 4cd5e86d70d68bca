import {
  canonicalJson,
  type Decider,
  type DomainEvent,
  reject,
  type RefusalTable,
  type Rejection,
  UnknownEvent,
} from '@tallystick/decider';
import { formatInstant, type Instant, instant, parseRational } from '@tallystick/vocabulary';
import { type AssetKind, type AssetPolicy, faultOfPolicy } from './asset-policy';
import type { AssetScope } from './asset-scope';

/** What a program counts. */
export interface AssetDeclaration {
  readonly asset: string;
  readonly kind: AssetKind;
  /** Decimal places that a whole unit has, 0 to 9, as decimal text. */
  readonly scale: string;
  /** Minor units of money that one unit costs its issuer, a rational such as `1/100`. */
  readonly unitCost: string;
  /** Absent: every default. Not for a `score`. */
  readonly policy?: AssetPolicy;
  /** Absent: it is earned and spent in the whole group. */
  readonly scope?: AssetScope;
}

/** A declaration as it was made: it counts for what is earned from `validFrom` on, the first also for all before it. */
export interface AssetVersion extends AssetDeclaration {
  /** Absent in declarations of before policies: from the beginning. */
  readonly validFrom?: string;
}

export type AssetDeclared = DomainEvent<'AssetDeclared', AssetVersion>;

/** Declares assets of a program, all or none; what stands already is said again without effect. */
export interface DeclareAssets {
  readonly kind: 'declare-assets';
  readonly assets: readonly AssetDeclaration[];
  /** The server's clock: from when on they count. */
  readonly at: Instant;
}

export interface AssetsState {
  /** Every declaration of an asset, the newest last. */
  readonly assets: Map<string, AssetVersion[]>;
}

/**
 * The declaration that counts for what happens at an instant. A lot's terms are so a function of when it was earned and of
 * what was declared, and no later policy changes them (capabilities L6, L13).
 */
export function versionAt(versions: readonly AssetVersion[], at: Instant): AssetVersion | undefined {
  return versions.findLast(({ validFrom }) => validFrom === undefined || instant(validFrom) <= at) ?? versions[0];
}

export type AssetsRefusal = 'asset-kind-fixed' | 'asset-scale-fixed' | 'asset-invalid' | 'asset-policy-invalid';

export const ASSETS_REFUSALS: RefusalTable<AssetsRefusal> = {
  'asset-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 1,
    title: { en: 'The name, scale or unit cost of the asset is none', zh: '资产名称、精度或单位成本无效' },
  },
  'asset-kind-fixed': {
    family: 'conflict',
    retryable: false,
    precedence: 2,
    title: { en: 'The kind of an asset stays as it was declared', zh: '资产类型一经声明不可更改' },
  },
  'asset-scale-fixed': {
    family: 'conflict',
    retryable: false,
    precedence: 3,
    title: { en: 'The scale of an asset stays as it was declared', zh: '资产精度一经声明不可更改' },
  },
  'asset-policy-invalid': {
    family: 'invalid',
    retryable: false,
    precedence: 4,
    title: { en: 'A part of the policy of the asset cannot be', zh: '资产策略中有无效的部分' },
  },
};

/** Assets that every program has, declared or not: what every rule set may grant. */
export const BUILT_IN_ASSETS: Readonly<Record<string, AssetKind>> = { POINTS: 'points', GROWTH: 'score' };

/** The assets of one program. Unit cost and policy may change from now on; kind and scale are for ever. */
export const assetsDecider: Decider<AssetsState, DeclareAssets, AssetDeclared, AssetsRefusal> = {
  kind: 'assets',
  initial: () => ({ assets: new Map() }),
  decide({ assets, at }, state) {
    const events: AssetDeclared[] = [];
    const known = new Map(
      [...state.assets].map(([asset, versions]): [string, AssetDeclaration] => [asset, versions.at(-1)!]),
    );
    for (const declaration of assets) {
      const before = known.get(declaration.asset);
      const fault = faultOf(declaration, before);
      if (fault) return fault;
      if (before && stands(before, declaration)) continue;
      known.set(declaration.asset, declaration);
      events.push({ type: 'AssetDeclared', version: 1, data: { ...declaration, validFrom: formatInstant(at) } });
    }
    return events;
  },
  evolve(state, { data }) {
    const versions = state.assets.get(data.asset);
    if (versions) versions.push(data);
    else state.assets.set(data.asset, [data]);
    return state;
  },
  invariants: () => [],
  refusals: ASSETS_REFUSALS,
  upcast(type, version, data) {
    if (type !== 'AssetDeclared' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as AssetVersion };
  },
};

function stands(before: AssetDeclaration, declared: AssetDeclaration): boolean {
  const terms = [before, declared].map(({ policy = {}, scope = {} }) => canonicalJson({ policy, scope }));
  return before.unitCost === declared.unitCost && terms[0] === terms[1];
}

const NAME = /^[A-Z][A-Z0-9-]{0,31}$/;
const SCALE = /^[0-9]$/;

function faultOf(
  declared: AssetDeclaration,
  known: AssetDeclaration | undefined,
): Rejection<AssetsRefusal> | undefined {
  const { asset, kind, scale, unitCost } = declared;
  const cost = parseRational(unitCost);
  // A punch is whole.
  const hasScale = kind === 'count' ? scale === '0' : SCALE.test(scale);
  if (!NAME.test(asset) || !hasScale || !cost || cost.numerator < 0n) return reject('asset-invalid', { asset });
  const fixed = known?.kind ?? BUILT_IN_ASSETS[asset];
  if (fixed && fixed !== kind) return reject('asset-kind-fixed', { asset, kind: fixed });
  if (known && known.scale !== scale) return reject('asset-scale-fixed', { asset, scale: known.scale });
  const wrong = declared.policy && (kind === 'score' ? 'policy' : faultOfPolicy(declared.policy, kind));
  return wrong ? reject('asset-policy-invalid', { asset, part: wrong }) : undefined;
}
