/**
 * What a rule set says: the body of `PUT /v1/rule-sets` and of the YAML file of `tally apply`. Rates are rationals as
 * text (`1/100`, `1.5`), amounts are minor units as decimal text, instants RFC 3339.
 */
export interface RuleSetContent {
  /** Assets with a scale or a cost of their own; others have scale 0 and unit cost 0. */
  readonly assets?: readonly AssetTerms[];
  readonly rules: readonly EarningRule[];
}

export interface AssetTerms {
  readonly asset: string;
  /** Decimals of the asset's amounts, `0` to `6` (capabilities C2). */
  readonly scale?: string;
  /** Minor units of money that one whole unit of the asset costs its issuer. */
  readonly unitCost?: string;
}

/** One earning rule: an exact base, times the factors of its group, rounded once (capabilities C1 to C4, C8). */
export interface EarningRule {
  readonly id: string;
  /** `POINTS`, `GROWTH`, `COUNT-…`; `GROWTH` counts cash actually paid and never depends on the tier (E45). */
  readonly asset: string;
  readonly kind: 'base';
  /** Units of the asset per minor unit of money, at scale 0. */
  readonly rate: string;
  readonly base?: BaseSwitches;
  /** Only lines that match; absent = every line. */
  readonly include?: LineFilter;
  /** Lines that never earn by this rule. */
  readonly exclude?: LineFilter;
  readonly brackets?: Brackets;
  /** Factor by tier; a tier that is not named has 1. */
  readonly tierFactors?: Readonly<Record<string, string>>;
  /** Further factors with windows and places of their own. */
  readonly factors?: readonly NamedFactor[];
  /** How factors combine: `multiply` = Π f (default), `add` = 1 + Σ(f − 1), `best-of` = max f (capabilities C8). */
  readonly stacking?: Stacking;
  readonly rounding?: Rounding;
  readonly scope?: Scope;
}

export type Stacking = 'multiply' | 'add' | 'best-of';

/** What of a receipt counts. A list given here replaces the default list. */
export interface BaseSwitches {
  readonly tendersExcluded?: readonly string[];
  readonly categoriesExcluded?: readonly string[];
  /** `excluded`: a line's tax is taken off its base; default `included`. */
  readonly tax?: 'included' | 'excluded';
}

export interface LineFilter {
  readonly skus?: readonly string[];
  readonly brands?: readonly string[];
  readonly categories?: readonly string[];
}

/**
 * Rates by the total that the rule counts of one receipt; edges are half-open, `[from, next)`. `whole`: the bracket's
 * rate is a factor; `marginal`: each part has the rate of its bracket, which replaces the base (capabilities C3).
 */
export interface Brackets {
  readonly mode: 'whole' | 'marginal';
  /** The rate below the first edge. */
  readonly below: string;
  /** Rising edges in minor units. */
  readonly edges: readonly { readonly from: string; readonly rate: string }[];
}

/** A factor of purchases in `[from, until)` and at the places named. */
export interface NamedFactor {
  readonly id: string;
  readonly factor: string;
  readonly from?: string;
  readonly until?: string;
  readonly units?: readonly string[];
  readonly stores?: readonly string[];
}

/** Default: `floor` once per rule. `line`: each line rounds; `order`: all rules of the asset round together. */
export interface Rounding {
  readonly mode?: 'floor' | 'half-up' | 'ceil';
  readonly level?: 'line' | 'rule' | 'order';
}

export interface Scope {
  readonly units?: readonly string[];
  readonly stores?: readonly string[];
  readonly formats?: readonly string[];
}

/** Tenders that earn nothing unless a rule says otherwise (capabilities §3). */
export const TENDERS_EXCLUDED: readonly string[] = [
  'coupon',
  'voucher',
  'points',
  'gift',
  'stored-value-gift',
  'insurance',
];

/** Categories that earn nothing unless a rule says otherwise (capabilities §3). */
export const CATEGORIES_EXCLUDED: readonly string[] = [
  'gift-card',
  'prepaid-card',
  'deposit',
  'agency',
  'tobacco',
  'lottery',
  'staff',
  'resale',
  'service-charge',
  'delivery',
  'shipping',
];

/** What is no cash actually paid: a rule for `GROWTH` must exclude these tenders (E45). */
export const NOT_CASH: readonly string[] = ['coupon', 'points', 'gift'];

/** The asset that decides tiers. */
export const GROWTH = 'GROWTH';
