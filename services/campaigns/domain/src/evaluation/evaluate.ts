import { formatRational, type Rational, round, splitByLargestRemainder } from '@tallystick/vocabulary';
import type { CompiledRule, CompiledRules } from '../rule-set/compiled-rules';
import type { AllocatedShare, FailedCondition, Granted, RuleVerdict, TierUsed } from './evaluation';
import { multiplied } from './factors';
import { lineBases, type ReadReceipt, readReceipt, type Receipt } from './line-bases';

/** When, where and by whom a receipt was made, as far as rules look at it. */
export interface Circumstances {
  readonly occurredAt: string;
  readonly store: string;
  readonly unit: string;
  readonly format?: string;
  readonly tier?: TierUsed;
}

/** What the rules say about a receipt. Grants of 0 are absent. */
export interface Evaluated {
  readonly rules: readonly RuleVerdict[];
  readonly grants: readonly Granted[];
}

/** A rule that applied, before the receipt's rules round together where they do. */
interface Applied {
  readonly rule: CompiledRule;
  readonly verdict: RuleVerdict;
  readonly bases: readonly bigint[];
  readonly base: bigint;
  readonly exact: Rational;
}

/** A rule's rounded result over the lines. */
interface Shares {
  readonly rule: CompiledRule;
  readonly lines: readonly bigint[];
}

/**
 * Evaluates a receipt by every rule: base × rate × all factors is one exact result, rounded once (capabilities C2), and
 * split over the lines by largest remainder. `kept`, by line, is what was not given back; absent = everything.
 */
export function evaluate(
  rules: CompiledRules,
  receipt: Receipt,
  circumstances: Circumstances,
  kept?: readonly bigint[],
): Evaluated {
  const read = readReceipt(receipt);
  const outcomes = rules.rules.map((rule) => judge(rule, read, circumstances, kept));
  const applied = outcomes.filter((one): one is Applied => 'bases' in one);
  const rounded = new Map<CompiledRule, Shares>();
  for (const one of applied) {
    if (one.rule.level !== 'order') rounded.set(one.rule, { rule: one.rule, lines: roundedLines(one) });
  }
  for (const together of byAsset(applied.filter((one) => one.rule.level === 'order'))) {
    for (const shares of roundedTogether(together)) rounded.set(shares.rule, shares);
  }
  const verdicts = outcomes.map((one) => {
    if (!('bases' in one)) return one;
    return { ...one.verdict, result: String(sum(rounded.get(one.rule)!.lines)) };
  });
  return { rules: verdicts, grants: granted(rules, receipt, [...rounded.values()]) };
}

function judge(
  rule: CompiledRule,
  receipt: ReadReceipt,
  circumstances: Circumstances,
  kept: readonly bigint[] | undefined,
): Applied | RuleVerdict {
  const failed = outOfScope(rule, circumstances);
  if (failed) return { rule: rule.id, asset: rule.asset, failed };
  const bases = lineBases(rule, receipt, kept);
  const base = sum(bases);
  if (base === 0n) return { rule: rule.id, asset: rule.asset, failed: 'nothing-counts' };
  const { exact, factors } = multiplied(rule, base, circumstances);
  const verdict: RuleVerdict = {
    rule: rule.id,
    asset: rule.asset,
    base: String(base),
    exact: formatRational(exact),
    ...(factors.length > 0 ? { factors } : {}),
  };
  return { rule, verdict, bases, base, exact };
}

function outOfScope(rule: CompiledRule, { unit, store, format }: Circumstances): FailedCondition | undefined {
  if (rule.units && !rule.units.has(unit)) return 'other-unit';
  if (rule.stores && !rule.stores.has(store)) return 'other-store';
  if (rule.formats && (format === undefined || !rule.formats.has(format))) return 'other-format';
  return undefined;
}

function roundedLines({ rule, bases, base, exact }: Applied): readonly bigint[] {
  if (rule.level === 'rule') return splitByLargestRemainder(round(exact, rule.mode), bases);
  return bases.map((one) =>
    round({ numerator: exact.numerator * one, denominator: exact.denominator * base }, rule.mode),
  );
}

/** Rounds the sum of several rules once; its parts go to the rules, and there to the lines, by largest remainder. */
function roundedTogether(together: readonly Applied[]): Shares[] {
  const denominator = together.reduce((product, { exact }) => product * exact.denominator, 1n);
  const weights = together.map(({ exact }) =>
    round({ numerator: exact.numerator * denominator, denominator: exact.denominator }, 'floor'),
  );
  const total = round({ numerator: sum(weights), denominator }, together[0]!.rule.mode);
  return splitByLargestRemainder(total, weights).map((part, index) => {
    const { rule, bases } = together[index]!;
    return { rule, lines: splitByLargestRemainder(part, bases) };
  });
}

function byAsset(applied: readonly Applied[]): Iterable<Applied[]> {
  const groups = new Map<string, Applied[]>();
  for (const one of applied) {
    const group = groups.get(one.rule.asset);
    if (group) group.push(one);
    else groups.set(one.rule.asset, [one]);
  }
  return groups.values();
}

function granted({ unitCosts }: CompiledRules, { lines }: Receipt, results: readonly Shares[]): Granted[] {
  const totals = new Map<string, { amount: bigint; allocation: AllocatedShare[] }>();
  for (const { rule, lines: shares } of results) {
    let grant = totals.get(rule.asset);
    if (!grant) totals.set(rule.asset, (grant = { amount: 0n, allocation: [] }));
    for (let index = 0; index < shares.length; index++) {
      const share = shares[index]!;
      if (share === 0n) continue;
      grant.amount += share;
      grant.allocation.push({ line: lines[index]!.line, rule: rule.id, amount: String(share) });
    }
  }
  const grants: Granted[] = [];
  for (const [asset, { amount, allocation }] of totals) {
    if (amount > 0n) grants.push({ asset, amount: String(amount), unitCost: unitCosts.get(asset) ?? '0', allocation });
  }
  return grants;
}

function sum(amounts: readonly bigint[]): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
