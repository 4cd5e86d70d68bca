/** A leg as the statement answers it; the amount is signed decimal text. */
export interface StatementLeg {
  readonly book: string;
  readonly asset: string;
  readonly amount: string;
}

/** The books that a holder sees; the others say who owes, or where points went. */
const SHOWN = ['available', 'pending', 'held', 'deficit', 'uncollectable'];

/**
 * What an event moved in the books that the holder sees, one amount per asset and book: `-60 POINTS, 60 POINTS held`. What is
 * available carries no name; what is owed is negative. Legs of several issuers are added up.
 */
export function amountsOf(postings: readonly StatementLeg[]): string {
  const sums = new Map<string, { readonly book: string; readonly asset: string; amount: bigint }>();
  for (const { book, asset, amount } of postings) {
    const key = `${book} ${asset}`;
    const sum = sums.get(key) ?? { book, asset, amount: 0n };
    sum.amount += BigInt(amount);
    sums.set(key, sum);
  }
  return [...sums.values()]
    .filter(({ book, amount }) => SHOWN.includes(book) && amount !== 0n)
    .sort((a, b) => SHOWN.indexOf(a.book) - SHOWN.indexOf(b.book))
    .map(({ book, asset, amount }) => `${amount} ${asset}${book === 'available' ? '' : ` ${book}`}`)
    .join(', ');
}
