import { formatRational, parseRational, type Rational, times } from '@tallystick/vocabulary';

/** What ends or makes an obligation: the parts of the liability of an issuing unit (trust page, I6). */
export const ENTRIES = ['issued', 'reversed', 'redeemed', 'expired', 'adjusted', 'transferred'] as const;
export type Entry = (typeof ENTRIES)[number];

/** What a lot movement says, as far as it concerns who owes. */
export interface LotChange {
  readonly entry: Entry;
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
  readonly entry: Entry;
  readonly asset: string;
  readonly lot: string;
  readonly issuer: string;
  readonly points: bigint;
  /** Minor units of money per point, exact. */
  readonly unitCost: Rational;
}

/**
 * The obligations of a movement, one per entry, lot, issuer and unit cost: a lot whose issuer was corrected moves at both. A part
 * that found no lot changes what nobody owes; parts of one lot that come apart are added up.
 */
export function obligationsOf(changes: readonly LotChange[]): Obligation[] {
  const obligations = new Map<string, Obligation>();
  for (const { entry, asset, lot, issuer, amount, unitCost } of changes) {
    if (lot === undefined) continue;
    const cost = unitCost === undefined ? '0' : lowestTerms(unitCost, lot);
    const name = [entry, asset, lot, issuer, cost].join(' ');
    const points = (obligations.get(name)?.points ?? 0n) + amount;
    obligations.set(name, { entry, asset, lot, issuer, points, unitCost: parseRational(cost)! });
  }
  return [...obligations.values()].filter(({ points }) => points !== 0n);
}

/**
 * What a reversal took out of breakage, as two changes each: it is reversed and no more expired, and what is owed stays as it
 * is, for the obligation had ended when the lot expired (capabilities L7).
 */
export function outOfBreakage(taken: readonly Omit<LotChange, 'entry'>[]): LotChange[] {
  return taken.flatMap((change): LotChange[] => [
    { ...change, entry: 'reversed' },
    { ...change, entry: 'expired', amount: -change.amount },
  ]);
}

/** Equal costs are written alike, so that they add up. */
function lowestTerms(unitCost: string, lot: string): string {
  const cost = parseRational(unitCost);
  if (!cost) throw new RangeError(`unit cost "${unitCost}" of lot ${lot} is no rate`);
  return formatRational(cost);
}

/** What obligations are worth in minor units of money, exact: rounding belongs to the statement that adds them up. */
export function valueOf(points: bigint, unitCost: Rational): Rational {
  return times(points, unitCost);
}
