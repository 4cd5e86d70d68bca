import { reject, type Rejection } from '@tallystick/decider';
import { compareText, parseRational, round } from '@tallystick/vocabulary';
import type { PurchaseContent, ReturnLine } from './purchase.content';
import type { PurchaseRefusal } from './purchase.rejections';
import { keyOf, type LinkedReturn } from './purchase.state';

/** What one return gives back per line, and what is left of every line after it and those before it. */
export interface Returned {
  readonly of: LinkedReturn;
  readonly lines: readonly { readonly line: string; readonly amount: bigint }[];
  /** Minor units given back; discount lines that go back count against it. */
  readonly total: bigint;
  /** By place of the purchase's lines, in minor units without sign. */
  readonly kept: readonly bigint[];
}

interface LineLeft {
  readonly amount: bigint;
  /** Thousandths. */
  readonly quantity: bigint;
  taken: bigint;
  /** Given back so far, in thousandths: by any line of a return, and by those that name no amount. */
  quantityBack: bigint;
  quantityOnly: bigint;
}

/**
 * The amounts of a purchase's linked returns in order of (effectiveAt, source, id), so that any order of arrival ends
 * alike (capabilities L13). A line that names its amount takes it; one that names only a quantity takes the line's
 * amount pro rata, rounded half up over all of them so far, and the last takes the rest. More than was bought, by line,
 * quantity or total, is `over-refund` (trust.md case 59).
 */
export function returnedAmounts(
  purchase: PurchaseContent,
  returns: Iterable<LinkedReturn>,
): readonly Returned[] | Rejection<PurchaseRefusal> {
  const inOrder = [...returns].sort(byEffect);
  if (inOrder.length === 0) return [];
  const left = new Map(purchase.lines.map((line) => [line.line, lineLeft(line.amount, line.quantity)]));
  const signs = new Map(purchase.lines.map((line) => [line.line, line.amount.startsWith('-') ? -1n : 1n]));
  let named = 0n;
  const results: Returned[] = [];
  for (const of of inOrder) {
    if (of.content.currency !== purchase.currency) {
      return reject('currency-mismatch', { purchase: purchase.currency, return: of.content.currency });
    }
    const lines: { line: string; amount: bigint }[] = [];
    for (const line of of.content.lines) {
      const remains = left.get(line.line);
      if (!remains) return reject('return-line-unknown', { line: line.line });
      const amount = take(remains, line);
      if (amount === undefined) return reject('over-refund', { line: line.line });
      lines.push({ line: line.line, amount });
      if (line.amount !== undefined) named += amount * signs.get(line.line)!;
    }
    if (named > BigInt(purchase.total)) return reject('over-refund', { total: purchase.total, asked: String(named) });
    const total = lines.reduce((sum, { line, amount }) => sum + amount * signs.get(line)!, 0n);
    results.push({ of, lines, total, kept: [...left.values()].map(({ amount, taken }) => amount - taken) });
  }
  return results;
}

function lineLeft(amount: string, quantity: string): LineLeft {
  const signed = BigInt(amount);
  const bought = thousandths(quantity);
  return { amount: signed < 0n ? -signed : signed, quantity: bought, taken: 0n, quantityBack: 0n, quantityOnly: 0n };
}

/** Takes a return's line off what is left; `undefined` where there is not so much. */
function take(left: LineLeft, { quantity, amount }: ReturnLine): bigint | undefined {
  const back = quantity === undefined ? 0n : thousandths(quantity);
  if (back < 0n || (back > 0n && left.quantityBack + back > left.quantity)) return undefined;
  left.quantityBack += back;
  const asked = amount === undefined ? proRata(left, back) : BigInt(amount);
  if (left.taken + asked > left.amount) return undefined;
  left.taken += asked;
  return asked;
}

function proRata(left: LineLeft, back: bigint): bigint {
  const rest = left.amount - left.taken;
  if (back === 0n) return 0n;
  const before = left.quantityOnly;
  left.quantityOnly += back;
  if (left.quantityBack === left.quantity) return rest;
  const share = partOf(left, left.quantityOnly) - partOf(left, before);
  return share < rest ? share : rest;
}

function partOf({ amount, quantity }: LineLeft, back: bigint): bigint {
  return round({ numerator: amount * back, denominator: quantity }, 'half-up');
}

function thousandths(quantity: string): bigint {
  const parsed = parseRational(quantity);
  if (!parsed) throw new SyntaxError(`"${quantity}" is no quantity`);
  return round({ numerator: parsed.numerator * 1000n, denominator: parsed.denominator }, 'half-up');
}

/** The order in which returns count: (effectiveAt, source, id). */
export function byEffect(a: LinkedReturn, b: LinkedReturn): number {
  return compareText(a.content.occurredAt, b.content.occurredAt) || compareText(keyOf(a.return), keyOf(b.return));
}
