/** An exact rate: `numerator / denominator`, denominator > 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** How an exact result becomes an integer. `half-up` rounds halves away from zero; `floor` and `ceil` go by value. */
export type RoundingMode = 'floor' | 'half-up' | 'ceil';

export const ONE: Rational = { numerator: 1n, denominator: 1n };

const RATIO = /^(-?[0-9]{1,15})\/([1-9][0-9]{0,14})$/;
const DECIMAL = /^(-?)([0-9]{1,15})(?:\.([0-9]{1,9}))?$/;

/** Reads `3/2`, `1.5` or `2`; `undefined` where the text is no rate. */
export function parseRational(text: string): Rational | undefined {
  const ratio = RATIO.exec(text);
  if (ratio) return { numerator: BigInt(ratio[1]!), denominator: BigInt(ratio[2]!) };
  const decimal = DECIMAL.exec(text);
  if (!decimal) return undefined;
  const fraction = decimal[3] ?? '';
  const magnitude = BigInt(decimal[2]! + fraction);
  return { numerator: decimal[1] ? -magnitude : magnitude, denominator: 10n ** BigInt(fraction.length) };
}

/** Writes a rate in lowest terms: `3/2`, or `2` where the denominator is 1. */
export function formatRational(rate: Rational): string {
  const { numerator, denominator } = reduced(rate);
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

export function multiply(a: Rational, b: Rational): Rational {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

export function add(a: Rational, b: Rational): Rational {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

/** The exact product of an integer and a rate. */
export function times(amount: bigint, rate: Rational): Rational {
  return { numerator: amount * rate.numerator, denominator: rate.denominator };
}

/** Rounds an exact result to an integer by a named mode; the only place where amounts are divided. */
export function round(value: Rational, mode: RoundingMode): bigint {
  const { numerator, denominator } = value;
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = numerator < 0n;
  if (mode === 'floor') return negative ? quotient - 1n : quotient;
  if (mode === 'ceil') return negative ? quotient : quotient + 1n;
  const twice = 2n * (negative ? -remainder : remainder);
  if (twice < denominator) return quotient;
  return negative ? quotient - 1n : quotient + 1n;
}

function reduced({ numerator, denominator }: Rational): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? { numerator: 0n, denominator: 1n } : { numerator: numerator / a, denominator: denominator / a };
}
