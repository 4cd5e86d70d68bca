import type { Rational, RoundingMode } from '@tallystick/vocabulary';
import type { Stacking } from './rule-set.content';

/** A rule set read once into numbers and sets, so that an evaluation parses nothing. */
export interface CompiledRules {
  readonly rules: readonly CompiledRule[];
  readonly unitCosts: ReadonlyMap<string, string>;
  /** False: no tier can change any result, so nothing is ever re-evaluated for one. */
  readonly dependsOnTier: boolean;
}

export interface CompiledRule {
  readonly id: string;
  readonly asset: string;
  /** Units at the asset's scale per minor unit. */
  readonly rate: Rational;
  readonly tendersExcluded: ReadonlySet<string>;
  readonly categoriesExcluded: ReadonlySet<string>;
  readonly withoutTax: boolean;
  readonly include?: CompiledFilter;
  readonly exclude?: CompiledFilter;
  readonly brackets?: CompiledBrackets;
  readonly tierFactors: ReadonlyMap<string, CompiledFactor>;
  readonly factors: readonly CompiledNamedFactor[];
  readonly stacking: Stacking;
  readonly mode: RoundingMode;
  readonly level: 'line' | 'rule' | 'order';
  readonly units?: ReadonlySet<string>;
  readonly stores?: ReadonlySet<string>;
  readonly formats?: ReadonlySet<string>;
}

export interface CompiledFilter {
  readonly skus: ReadonlySet<string>;
  readonly brands: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
}

export interface CompiledBrackets {
  readonly mode: 'whole' | 'marginal';
  /** From the lowest; the first starts at 0. */
  readonly steps: readonly { readonly from: bigint; readonly rate: CompiledFactor }[];
}

/** A factor and its text as the receipt shows it. */
export interface CompiledFactor {
  readonly value: Rational;
  readonly text: string;
}

export interface CompiledNamedFactor extends CompiledFactor {
  readonly id: string;
  /** Texts as `formatInstant` writes them, which sort as the instants do. */
  readonly from?: string;
  readonly until?: string;
  readonly units?: ReadonlySet<string>;
  readonly stores?: ReadonlySet<string>;
}

/** A published rule set, ready to evaluate with. */
export interface RuleSet {
  /** `1`, `2`, `3` … */
  readonly version: string;
  /** SHA-256 of the canonical content, hex. */
  readonly hash: string;
  readonly validFrom: string;
  readonly compiled: CompiledRules;
}

/** Every rule set that a program has published, in the order of their versions. */
export class RuleBook {
  constructor(readonly ruleSets: readonly RuleSet[]) {}

  /** The newest version whose `validFrom` is not after the instant (text as `formatInstant` writes it). */
  inForceAt(instant: string): RuleSet | undefined {
    for (let i = this.ruleSets.length - 1; i >= 0; i--) {
      const ruleSet = this.ruleSets[i]!;
      if (ruleSet.validFrom <= instant) return ruleSet;
    }
    return undefined;
  }

  /** The rule set of a version; a version that was never published is a `RangeError`. */
  version(version: string): RuleSet {
    const ruleSet = this.ruleSets.find((one) => one.version === version);
    if (!ruleSet) throw new RangeError(`rule set ${version} was never published`);
    return ruleSet;
  }

  get dependsOnTier(): boolean {
    return this.ruleSets.some((one) => one.compiled.dependsOnTier);
  }
}
