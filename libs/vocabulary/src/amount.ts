declare const pointsBrand: unique symbol;
declare const moneyBrand: unique symbol;

/** A count of one asset at the asset's scale (default 0: whole points). Never a float; decimal text on the wire. */
export type Points = bigint & { readonly [pointsBrand]: true };

/** An amount of money in the minor unit of its currency (cents, fen, pence). Never a float; decimal text on the wire. */
export type Money = bigint & { readonly [moneyBrand]: true };

/** The largest magnitude of one posting (design, "Amounts"); sums of postings stay below 2⁶³. */
export const MAX_AMOUNT = 9_000_000_000_000_000n;

/** The largest balance a Postgres `bigint` column holds. */
export const MAX_BALANCE = 9_223_372_036_854_775_807n;

/** Why a text is no amount, in the order in which the faults are looked for. */
export type AmountFault = 'amount-scale' | 'amount-invalid' | 'amount-out-of-range';

const UNSIGNED = /^(0|[1-9][0-9]*)$/;
const SIGNED = /^(0|-?[1-9][0-9]*)$/;
const WITH_FRACTION = /^[+-]?[0-9]*\.[0-9]*$/;

/**
 * Names the fault of an amount's wire text, or `undefined` where it is a good one (trust.md §3 A).
 * Good: `^(0|[1-9][0-9]*)$` of at most {@link MAX_AMOUNT}; a minus sign only where `signed`.
 */
export function amountFault(text: string, signed = false): AmountFault | undefined {
  if (!(signed ? SIGNED : UNSIGNED).test(text)) {
    return WITH_FRACTION.test(text) && text.length > 1 ? 'amount-scale' : 'amount-invalid';
  }
  if (text.length <= 16) {
    return text.length < 16 || absolute(BigInt(text)) <= MAX_AMOUNT ? undefined : 'amount-out-of-range';
  }
  return text.length > 17 || absolute(BigInt(text)) > MAX_AMOUNT ? 'amount-out-of-range' : undefined;
}

/** Reads points from wire text that {@link amountFault} finds good; anything else is a `SyntaxError`. */
export function points(text: string): Points {
  return read(text) as Points;
}

/** Reads money (minor units) from wire text that {@link amountFault} finds good; anything else is a `SyntaxError`. */
export function money(text: string): Money {
  return read(text) as Money;
}

/** The smaller of two amounts of one kind. */
export function least<A extends bigint>(a: A, b: A): A {
  return a < b ? a : b;
}

/** The larger of two amounts of one kind. */
export function greatest<A extends bigint>(a: A, b: A): A {
  return a > b ? a : b;
}

function read(text: string): bigint {
  if (!SIGNED.test(text)) throw new SyntaxError(`"${text}" is no amount`);
  return BigInt(text);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
