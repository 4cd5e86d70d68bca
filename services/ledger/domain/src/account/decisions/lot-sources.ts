import { commandId } from '@tallystick/decider';
import { lotOf } from '../account.state';

/** Sources of lots that no purchase grants; no publisher can have such a name, so a lot tells its kind for ever. */
export const ADJUSTMENT = '~adjustment';
export const TRANSFER = '~transfer';
export const IMPORT = '~import';
export const EXCHANGE = '~exchange';
export const BOUGHT = '~bought';
export const GIFT = '~gift';
/** What was paid for stored value, and what was given on top of it. */
export const PRINCIPAL = '~principal';
export const BONUS = '~bonus';
export const LOAN = '~loan';
/** The limit of a line of credit, and what of it was repaid. */
export const CREDIT = '~credit';
export const REPAYMENT = '~repayment';

/** What has paid for returns of the other side before a merge was undone. */
export const PAID = '~merge';

/** Lots whose other side is another account, asset or correction, and not an obligation that began here. */
export const FROM_ELSEWHERE: ReadonlySet<string> = new Set([ADJUSTMENT, TRANSFER, EXCHANGE, PAID]);

const GRANTED: ReadonlySet<string> = new Set([
  TRANSFER,
  IMPORT,
  EXCHANGE,
  BOUGHT,
  GIFT,
  PRINCIPAL,
  BONUS,
  LOAN,
  CREDIT,
  REPAYMENT,
]);

/** True for lots that are parts of what one decision brought: the number of the part is behind the decision's name. */
export function isGranted(source: string): boolean {
  return GRANTED.has(source);
}

/** Name of the lot that a credit makes. */
export function creditLot(adjustment: string, asset: string): string {
  return lotOf(`${ADJUSTMENT}:${adjustment}`, asset);
}

/** Name of the lot that the part at `index` of a transfer, import, exchange or grant becomes. */
export function arrivedLot(source: string, name: string, index: number, asset: string): string {
  return lotOf(`${source}:${name}.${index}`, asset);
}

/**
 * By what name a transfer arrives: a sender's name is unique in its own account only, and two senders may both say `gift-1`.
 * It is the id of the command to receive it too.
 */
export function arrivingTransfer(tenant: string, from: string, transfer: string): string {
  return commandId(tenant, from, 'points-sent', transfer);
}

/** The source that a lot's name begins with. */
export function sourceOf(lot: string): string {
  return lot.slice(0, lot.indexOf(':'));
}

/** True for what was paid in: it is spent or refunded, and never breakage (capabilities CD2). */
export function isPrincipal(lot: string): boolean {
  return sourceOf(lot) === PRINCIPAL;
}

/** True for credit, which is owed once it is spent. */
export function isCredit(lot: string): boolean {
  const source = sourceOf(lot);
  return source === CREDIT || source === REPAYMENT;
}

/** True for what its holder may spend and not pass on: stored value, what was lent, and credit. */
export function isBound(lot: string): boolean {
  return BOUND.has(sourceOf(lot));
}

const BOUND: ReadonlySet<string> = new Set([PRINCIPAL, BONUS, LOAN, CREDIT, REPAYMENT]);
