import { reject, type Rejection } from '@tallystick/decider';
import type { PurchaseContent, ReturnContent } from './purchase.content';
import type { PurchaseRefusal } from './purchase.rejections';

/** What is wrong with a purchase by itself, before anything is looked up (trust.md case 13). */
export function purchaseFault({ lines, tenders, total }: PurchaseContent): Rejection<PurchaseRefusal> | undefined {
  const repeated = repeatedLine(lines);
  if (repeated) return repeated;
  return totalMismatch('/total', sumOf(lines), total) ?? totalMismatch('/tenders', sumOf(tenders), total);
}

/** What is wrong with a return by itself: a line without quantity and amount, or sums that differ from the total. */
export function returnFault(content: ReturnContent): Rejection<PurchaseRefusal> | undefined {
  const { lines, tenders, total, purchase } = content;
  for (const { line, sku, quantity, amount } of lines) {
    const complete = purchase
      ? amount !== undefined || quantity !== undefined
      : amount !== undefined && sku !== undefined;
    if (!complete) return reject('schema-invalid', { line });
  }
  const amounts = lines.flatMap(({ amount }) => (amount === undefined ? [] : [{ amount }]));
  const given = amounts.length === lines.length ? sumOf(amounts) : undefined;
  const whole = total ?? (given === undefined ? undefined : String(given));
  if (whole === undefined) return undefined;
  if (given !== undefined) {
    const mismatch = totalMismatch('/total', given, whole);
    if (mismatch) return mismatch;
  }
  return tenders && totalMismatch('/tenders', sumOf(tenders), whole);
}

function repeatedLine(lines: PurchaseContent['lines']): Rejection<PurchaseRefusal> | undefined {
  if (lines.length === 1) return undefined;
  const seen = new Set<string>();
  for (const { line } of lines) {
    if (seen.has(line)) return reject('id-invalid', { line });
    seen.add(line);
  }
  return undefined;
}

function totalMismatch(pointer: string, sum: bigint, total: string): Rejection<PurchaseRefusal> | undefined {
  return String(sum) === total ? undefined : reject('total-mismatch', { pointer, sum: String(sum), total });
}

function sumOf(parts: readonly { readonly amount: string }[]): bigint {
  let sum = 0n;
  for (const { amount } of parts) sum += BigInt(amount);
  return sum;
}
