import { add, multiply, ONE, type Rational, times } from '@tallystick/vocabulary';
import type { CompiledFactor, CompiledNamedFactor, CompiledRule } from '../rule-set/compiled-rules';
import type { Circumstances } from './evaluate';
import type { FactorUsed } from './evaluation';

/** Base times rate, and every factor that applies, with its source. */
export interface Multiplied {
  readonly exact: Rational;
  readonly factors: readonly FactorUsed[];
}

/** The exact result of a rule: its base by its rate (or by marginal brackets), times the factors of its group (C3, C4, C8). */
export function multiplied(rule: CompiledRule, base: bigint, circumstances: Circumstances): Multiplied {
  const used: FactorUsed[] = [];
  const values: Rational[] = [];
  const use = (source: string, factor: CompiledFactor): void => {
    used.push({ source, factor: factor.text });
    values.push(factor.value);
  };
  let exact = times(base, rule.rate);
  if (rule.brackets?.mode === 'whole') {
    const step = reached(rule, base);
    use(`bracket:${step.from}`, step.rate);
  } else if (rule.brackets) {
    exact = multiply(marginal(rule, base), rule.rate);
  }
  const tier = circumstances.tier === undefined ? undefined : rule.tierFactors.get(circumstances.tier.tier);
  if (tier) use(`tier:${circumstances.tier!.tier}`, tier);
  for (const named of rule.factors) if (applies(named, circumstances)) use(named.id, named);
  return { exact: values.length === 0 ? exact : multiply(exact, stacked(rule, values)), factors: used };
}

function stacked(rule: CompiledRule, values: readonly Rational[]): Rational {
  switch (rule.stacking) {
    case 'multiply':
      return values.reduce(multiply);
    case 'add':
      return values.reduce((sum, value) => add(sum, { ...value, numerator: value.numerator - value.denominator }), ONE);
    case 'best-of':
      return values.reduce((best, one) =>
        one.numerator * best.denominator > best.numerator * one.denominator ? one : best,
      );
  }
}

/** The bracket that a total falls into, `[from, next)`. */
function reached(rule: CompiledRule, total: bigint): { readonly from: bigint; readonly rate: CompiledFactor } {
  const { steps } = rule.brackets!;
  let at = steps.length - 1;
  while (steps[at]!.from > total) at -= 1;
  return steps[at]!;
}

/** Each part of the total by the rate of its own bracket. */
function marginal(rule: CompiledRule, total: bigint): Rational {
  const { steps } = rule.brackets!;
  let sum: Rational = { numerator: 0n, denominator: 1n };
  steps.forEach(({ from, rate }, index) => {
    const next = steps[index + 1]?.from;
    const upTo = next === undefined || next > total ? total : next;
    if (upTo > from) sum = add(sum, times(upTo - from, rate.value));
  });
  return sum;
}

function applies(named: CompiledNamedFactor, { occurredAt, unit, store }: Circumstances): boolean {
  return (
    (named.from === undefined || named.from <= occurredAt) &&
    (named.until === undefined || occurredAt < named.until) &&
    (named.units === undefined || named.units.has(unit)) &&
    (named.stores === undefined || named.stores.has(store))
  );
}
