import { formatRational, multiply, ONE, type Rational } from '@tallystick/vocabulary';
import type {
  CompiledBrackets,
  CompiledFactor,
  CompiledFilter,
  CompiledNamedFactor,
  CompiledRule,
  CompiledRules,
} from './compiled-rules';
import {
  assetName,
  ContentFault,
  type Fields,
  fields,
  GrowthFault,
  list,
  oneOf,
  rate,
  slug,
  text,
  texts,
  time,
  wholeNumber,
} from './content-reader';
import { CATEGORIES_EXCLUDED, GROWTH, NOT_CASH, TENDERS_EXCLUDED } from './rule-set.content';

const RULE_FIELDS = [
  'id', 'asset', 'kind', 'rate', 'base', 'include', 'exclude', 'brackets', 'tierFactors', 'factors', 'stacking', 'rounding', 'scope',
]; // prettier-ignore

/** The most assets that one announcement of a purchase can name. */
const MOST_ASSETS = 20;

/** Reads a rule set's content; throws a {@link ContentFault} that names the first place where it is wrong. */
export function compileRules(content: unknown): CompiledRules {
  const { assets = [], rules } = fields(content, '', ['assets', 'rules']);
  const terms = assetTerms(assets);
  const compiled = list(rules, '/rules', 200).map((rule, index) => compileRule(rule, `/rules/${index}`, terms.scales));
  const ids = new Set<string>();
  compiled.forEach(({ id }, index) => {
    if (ids.has(id)) throw new ContentFault(`/rules/${index}/id`, 'is used twice');
    ids.add(id);
  });
  refuseMixedLevels(compiled);
  if (new Set(compiled.map(({ asset }) => asset)).size > MOST_ASSETS) {
    throw new ContentFault('/rules', `grant more than ${MOST_ASSETS} assets`);
  }
  return {
    rules: compiled,
    unitCosts: terms.unitCosts,
    dependsOnTier: compiled.some((one) => one.tierFactors.size > 0),
  };
}

/** Rules of one asset that round together must round alike. */
function refuseMixedLevels(rules: readonly CompiledRule[]): void {
  rules.forEach(({ asset, level, mode }, index) => {
    const first = rules.find((one) => one.asset === asset && one.level === 'order');
    if (first && (first.level !== level || first.mode !== mode)) {
      throw new ContentFault(`/rules/${index}/rounding`, `differs from that of ${first.id}, which rounds by order`);
    }
  });
}

function assetTerms(value: unknown): { scales: Map<string, bigint>; unitCosts: Map<string, string> } {
  const scales = new Map<string, bigint>();
  const unitCosts = new Map<string, string>();
  list(value, '/assets', 100).forEach((one, index) => {
    const at = `/assets/${index}`;
    const { asset, scale = '0', unitCost = '0' } = fields(one, at, ['asset', 'scale', 'unitCost']);
    const name = assetName(asset, `${at}/asset`);
    if (scales.has(name)) throw new ContentFault(`${at}/asset`, 'is used twice');
    const decimals = wholeNumber(scale, `${at}/scale`);
    if (decimals > 6n) throw new ContentFault(`${at}/scale`, 'is more than 6');
    scales.set(name, decimals);
    const cost = rate(unitCost, `${at}/unitCost`);
    unitCosts.set(name, formatRational({ ...cost, denominator: cost.denominator * 10n ** decimals }));
  });
  return { scales, unitCosts };
}

function compileRule(value: unknown, at: string, scales: ReadonlyMap<string, bigint>): CompiledRule {
  const rule = fields(value, at, RULE_FIELDS);
  oneOf(rule.kind, `${at}/kind`, ['base']);
  const asset = assetName(rule.asset, `${at}/asset`);
  const scale: Rational = { numerator: 10n ** (scales.get(asset) ?? 0n), denominator: 1n };
  const { mode = 'floor', level = 'rule' } = fields(rule.rounding ?? {}, `${at}/rounding`, ['mode', 'level']);
  const scope = fields(rule.scope ?? {}, `${at}/scope`, ['units', 'stores', 'formats']);
  const compiled: CompiledRule = {
    id: slug(rule.id, `${at}/id`),
    asset,
    rate: multiply(rate(rule.rate, `${at}/rate`), scale),
    ...baseSwitches(rule.base, `${at}/base`),
    include: filter(rule.include, `${at}/include`),
    exclude: filter(rule.exclude, `${at}/exclude`),
    brackets: brackets(rule.brackets, `${at}/brackets`),
    tierFactors: tierFactors(rule.tierFactors, `${at}/tierFactors`),
    factors: namedFactors(rule.factors, `${at}/factors`),
    stacking: oneOf(rule.stacking ?? 'multiply', `${at}/stacking`, ['multiply', 'add', 'best-of']),
    mode: oneOf(mode, `${at}/rounding/mode`, ['floor', 'half-up', 'ceil']),
    level: oneOf(level, `${at}/rounding/level`, ['line', 'rule', 'order']),
    units: texts(scope.units, `${at}/scope/units`),
    stores: texts(scope.stores, `${at}/scope/stores`),
    formats: texts(scope.formats, `${at}/scope/formats`),
  };
  refuseGrowthFaults(compiled, at);
  return compiled;
}

/** Growth decides the tier, so a growth rule by tier would be a loop; and it counts cash actually paid (E45). */
function refuseGrowthFaults(rule: CompiledRule, at: string): void {
  if (rule.asset !== GROWTH) return;
  if (rule.tierFactors.size > 0) throw new GrowthFault(`${at}/tierFactors`, 'growth may not depend on the tier');
  const missing = NOT_CASH.find((kind) => !rule.tendersExcluded.has(kind));
  if (missing) throw new GrowthFault(`${at}/base/tendersExcluded`, `growth counts cash paid: ${missing} is missing`);
}

function baseSwitches(
  value: unknown,
  at: string,
): Pick<CompiledRule, 'tendersExcluded' | 'categoriesExcluded' | 'withoutTax'> {
  const base = fields(value ?? {}, at, ['tendersExcluded', 'categoriesExcluded', 'tax']);
  return {
    tendersExcluded: names(base.tendersExcluded, `${at}/tendersExcluded`, TENDERS_EXCLUDED),
    categoriesExcluded: names(base.categoriesExcluded, `${at}/categoriesExcluded`, CATEGORIES_EXCLUDED),
    withoutTax: oneOf(base.tax ?? 'included', `${at}/tax`, ['included', 'excluded']) === 'excluded',
  };
}

function names(value: unknown, at: string, otherwise: readonly string[]): ReadonlySet<string> {
  return new Set(list(value ?? otherwise, at, 1_000).map((one, index) => text(one, `${at}/${index}`)));
}

function filter(value: unknown, at: string): CompiledFilter | undefined {
  if (value === undefined) return undefined;
  const { skus, brands, categories } = fields(value, at, ['skus', 'brands', 'categories']);
  const compiled = {
    skus: texts(skus, `${at}/skus`) ?? new Set<string>(),
    brands: texts(brands, `${at}/brands`) ?? new Set<string>(),
    categories: texts(categories, `${at}/categories`) ?? new Set<string>(),
  };
  if (compiled.skus.size + compiled.brands.size + compiled.categories.size === 0)
    throw new ContentFault(at, 'is empty');
  return compiled;
}

function brackets(value: unknown, at: string): CompiledBrackets | undefined {
  if (value === undefined) return undefined;
  const { mode, below, edges } = fields(value, at, ['mode', 'below', 'edges']);
  const steps = [{ from: 0n, rate: factor(below, `${at}/below`) }];
  list(edges, `${at}/edges`, 100).forEach((one, index) => {
    const edge = fields(one, `${at}/edges/${index}`, ['from', 'rate']);
    const from = wholeNumber(edge.from, `${at}/edges/${index}/from`);
    if (from <= steps[steps.length - 1]!.from) throw new ContentFault(`${at}/edges/${index}/from`, 'does not rise');
    steps.push({ from, rate: factor(edge.rate, `${at}/edges/${index}/rate`) });
  });
  return { mode: oneOf(mode, `${at}/mode`, ['whole', 'marginal']), steps };
}

function factor(value: unknown, at: string): CompiledFactor {
  const parsed = rate(value, at);
  return { value: parsed, text: formatRational(parsed) };
}

function tierFactors(value: unknown, at: string): Map<string, CompiledFactor> {
  const compiled = new Map<string, CompiledFactor>();
  const entries: Fields = value === undefined ? {} : fields(value, at, Object.keys(value ?? {}));
  for (const tier of Object.keys(entries)) {
    const one = factor(entries[tier], `${at}/${tier}`);
    if (one.text !== formatRational(ONE)) compiled.set(slug(tier, `${at}/${tier}`), one);
  }
  return compiled;
}

function namedFactors(value: unknown, at: string): CompiledNamedFactor[] {
  return list(value ?? [], at, 100).map((one, index) => {
    const place = `${at}/${index}`;
    const named = fields(one, place, ['id', 'factor', 'from', 'until', 'units', 'stores']);
    return {
      id: slug(named.id, `${place}/id`),
      ...factor(named.factor, `${place}/factor`),
      from: time(named.from, `${place}/from`),
      until: time(named.until, `${place}/until`),
      units: texts(named.units, `${place}/units`),
      stores: texts(named.stores, `${place}/stores`),
    };
  });
}
