import type { Fault, Refusal } from '../validation/faults';
import { refusalOf } from '../validation/faults';
import { memberFaults, repeatedLines, sumOf } from './purchase-rules';
import type { ReturnLine, ReturnMade } from './return-made.v1';
import { type Receipt, timeFaults } from './time-rules';

/**
 * What the schema of a return cannot say; runs behind it at both entrances. Linked: every line has quantity or amount.
 * Unlinked: every line has sku and amount, and there are tenders (`schema-invalid` at what is missing). A member is
 * named in exactly one way, no line id occurs twice, the time is near receipt as for a purchase. Where every line has
 * an amount, their sum is `total` and the tenders' sum, as far as these are given (`total-mismatch`).
 */
export function checkReturn(message: ReturnMade, receipt: Receipt): Refusal | undefined {
  const faults: Fault[] = [...memberFaults(message.member), ...timeFaults(message.occurredAt, receipt)];
  message.lines.forEach((line, index) => {
    for (const missing of message.purchase ? missingInLinked(line) : missingInUnlinked(line)) {
      faults.push({ code: 'schema-invalid', pointer: `/lines/${index}/${missing}` });
    }
  });
  if (!message.purchase && !message.tenders) faults.push({ code: 'schema-invalid', pointer: '/tenders' });
  faults.push(...repeatedLines(message.lines), ...totalFaults(message));
  return faults.length === 0 ? undefined : refusalOf(faults);
}

function missingInLinked({ quantity, amount }: ReturnLine): readonly string[] {
  return quantity === undefined && amount === undefined ? ['amount'] : [];
}

function missingInUnlinked({ sku, amount }: ReturnLine): readonly string[] {
  return [...(sku === undefined ? ['sku'] : []), ...(amount === undefined ? ['amount'] : [])];
}

function totalFaults({ lines, tenders, total }: ReturnMade): readonly Fault[] {
  const amounts = lines.flatMap(({ amount }) => (amount === undefined ? [] : [{ amount }]));
  const ofLines = amounts.length === lines.length ? sumOf(amounts) : undefined;
  const whole = total === undefined ? ofLines : BigInt(total);
  if (ofLines !== undefined && ofLines !== whole) return [{ code: 'total-mismatch', pointer: '/total' }];
  const isPaidBack = !tenders || whole === undefined || sumOf(tenders) === whole;
  return isPaidBack ? [] : [{ code: 'total-mismatch', pointer: '/tenders' }];
}
