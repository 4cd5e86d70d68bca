import type { Fault, Refusal } from '../validation/faults';
import { refusalOf } from '../validation/faults';
import type { MemberReference, PurchasePaid, Tender } from './purchase-paid.v1';
import type { MemberReferenceOrIdentifier, PurchasePaidRequest } from './purchase-paid-request';
import { type Receipt, timeFaults } from './time-rules';

/**
 * What the schema of a purchase cannot say; runs behind it at both entrances. A member is named in exactly one way
 * (`schema-invalid`), no line id occurs twice (`id-invalid` at the second), the time is near receipt
 * (`timestamp-invalid`, `too-old`), Σ lines (else `total-mismatch` at `/total`) and Σ tenders (at `/tenders`) are the total.
 */
export function checkPurchase(purchase: PurchasePaid | PurchasePaidRequest, receipt: Receipt): Refusal | undefined {
  const faults: Fault[] = [];
  faults.push(...memberFaults(purchase.member), ...timeFaults(purchase.occurredAt, receipt));
  faults.push(...repeatedLines(purchase.lines));
  const total = BigInt(purchase.total);
  if (sumOf(purchase.lines) !== total) faults.push({ code: 'total-mismatch', pointer: '/total' });
  else if (sumOf(purchase.tenders) !== total) faults.push({ code: 'total-mismatch', pointer: '/tenders' });
  return faults.length === 0 ? undefined : refusalOf(faults);
}

/** Exactly one of id, card token and, at HTTP, identifier (`type` and `value` together). */
export function memberFaults(member: MemberReference | MemberReferenceOrIdentifier | undefined): readonly Fault[] {
  if (!member) return NONE;
  const { id, cardToken, type, value }: MemberReferenceOrIdentifier = member;
  const isWholeIdentifier = (type === undefined) === (value === undefined);
  const named = Number(id !== undefined) + Number(cardToken !== undefined) + Number(type !== undefined);
  return named === 1 && isWholeIdentifier ? NONE : [{ code: 'schema-invalid', pointer: '/member' }];
}

/** `id-invalid` at every line whose id an earlier line has. */
export function repeatedLines(lines: readonly { readonly line: string }[]): readonly Fault[] {
  if (lines.length === 1) return NONE;
  const seen = new Set<string>();
  const faults: Fault[] = [];
  lines.forEach(({ line }, index) => {
    if (seen.has(line)) faults.push({ code: 'id-invalid', pointer: `/lines/${index}/line` });
    seen.add(line);
  });
  return faults;
}

/** The exact sum in minor units. */
export function sumOf(parts: readonly Pick<Tender, 'amount'>[]): bigint {
  let sum = 0n;
  for (const { amount } of parts) sum += BigInt(amount);
  return sum;
}

const NONE: readonly Fault[] = [];
