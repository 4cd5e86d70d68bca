import { parseRational, type Rational, times } from '@tallystick/vocabulary';

/** What a lot movement says, as far as it concerns who owes. */
export interface LotChange {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  /** Signed points. */
  readonly amount: bigint;
  /** Minor units of money per point; absent: the points cost nothing. */
  readonly unitCost?: string;
}

/** What the issuing unit owes more (positive) or less (negative) because of one movement of one lot (capabilities S1). */
export interface Obligation {
  readonly asset: string;
  readonly lot: string;
  readonly issuer: string;
  readonly points: bigint;
  /** Minor units of money per point, exact. */
  readonly unitCost: Rational;
}

const NOTHING: Rational = { numerator: 0n, denominator: 1n };

/** The obligations of a movement, one per lot that moved; a part that found no lot changes what nobody owes. */
export function obligationsOf(changes: readonly LotChange[]): Obligation[] {
  const obligations: Obligation[] = [];
  for (const { asset, lot, issuer, amount, unitCost } of changes) {
    if (lot === undefined || amount === 0n) continue;
    const cost = unitCost === undefined ? NOTHING : parseRational(unitCost);
    if (!cost) throw new RangeError(`unit cost "${unitCost}" of lot ${lot} is no rate`);
    obligations.push({ asset, lot, issuer, points: amount, unitCost: cost });
  }
  return obligations;
}

/** What obligations are worth in minor units of money, exact: rounding belongs to the statement that adds them up. */
export function valueOf(points: bigint, unitCost: Rational): Rational {
  return times(points, unitCost);
}
