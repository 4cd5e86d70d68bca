import { round, splitByLargestRemainder } from '@tallystick/vocabulary';
import type { PurchaseLine, Tender } from '../purchase/purchase.content';
import type { CompiledFilter, CompiledRule } from '../rule-set/compiled-rules';

/** The part of a receipt that evaluation looks at. */
export interface Receipt {
  readonly lines: readonly PurchaseLine[];
  readonly tenders: readonly Tender[];
}

/** A receipt whose amounts are read, once for all rules. */
export interface ReadReceipt extends Receipt {
  /** By line; 0 for a discount line. */
  readonly positive: readonly bigint[];
  /** Sum of the discount lines, without sign. */
  readonly discounts: bigint;
}

export function readReceipt({ lines, tenders }: Receipt): ReadReceipt {
  let discounts = 0n;
  const positive = lines.map(({ amount: text }) => {
    const amount = BigInt(text);
    if (amount >= 0n) return amount;
    discounts -= amount;
    return 0n;
  });
  return { lines, tenders, positive, discounts };
}

/**
 * What a rule counts of each line, in minor units (capabilities C1): the line's net, less its share of the tenders that
 * earn nothing and of the receipt's discount lines (largest remainder over the positive lines), less tax where the rule
 * says so; 0 for a line that the rule's filters leave out. `kept` is what of each line's amount was not given back: it
 * keeps that part of the line's base, rounded half up.
 */
export function lineBases(
  rule: CompiledRule,
  { lines, tenders, positive, discounts }: ReadReceipt,
  kept: readonly bigint[] | undefined,
): readonly bigint[] {
  let off = discounts;
  for (const { kind, amount } of tenders) if (rule.tendersExcluded.has(kind)) off += BigInt(amount);
  const shares = off === 0n ? undefined : splitByLargestRemainder(off, positive);
  return lines.map((line, index) => {
    const amount = positive[index]!;
    if (amount === 0n || !counts(rule, line)) return 0n;
    const tax = rule.withoutTax && line.tax !== undefined ? BigInt(line.tax) : 0n;
    const whole = amount - (shares ? shares[index]! : 0n) - tax;
    if (whole <= 0n) return 0n;
    const left = kept ? kept[index]! : amount;
    return left === amount ? whole : round({ numerator: whole * left, denominator: amount }, 'half-up');
  });
}

function counts(rule: CompiledRule, line: PurchaseLine): boolean {
  if (line.category !== undefined && rule.categoriesExcluded.has(line.category)) return false;
  if (rule.include && !matches(rule.include, line)) return false;
  return !(rule.exclude && matches(rule.exclude, line));
}

function matches(filter: CompiledFilter, { sku, brand, category }: PurchaseLine): boolean {
  return (
    filter.skus.has(sku) ||
    (brand !== undefined && filter.brands.has(brand)) ||
    (category !== undefined && filter.categories.has(category))
  );
}
