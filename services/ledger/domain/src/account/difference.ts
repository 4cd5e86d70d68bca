import type { Book, Change, Posting, ReversedItem } from './account.events';
import type { Accrual, Taking } from './account.state';

/** What one lot or score gains or loses, as numbers. */
export interface Difference {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  readonly unitCost?: string;
  readonly from: bigint;
  readonly to: bigint;
}

interface Row {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  readonly unitCost?: string;
  readonly amount: bigint;
}

/** What an accrual's grants have become. Where the issuer or cost of a lot changed, the lot leaves and comes anew. */
export function grantedBetween(before: Accrual | undefined, after: Accrual): Difference[] {
  return between(before ? grantRows(before) : [], grantRows(after));
}

/** What reversals take of lots and scores; `issuer` is the reversing unit, which stands for a score. */
export function takenBetween(
  before: { readonly issuer: string; readonly items: readonly Taking[] } | undefined,
  after: { readonly issuer: string; readonly items: readonly Taking[] },
): Difference[] {
  return between(before ? takenRows(before) : [], takenRows(after));
}

/** What was asked and not found, by the reversing unit. */
export function residueBetween(
  before: { readonly issuer: string; readonly items: readonly Taking[] } | undefined,
  after: { readonly issuer: string; readonly items: readonly Taking[] },
): Difference[] {
  return between(before ? residueRows(before) : [], residueRows(after));
}

/** Balanced legs of a new accrual: no two of its holdings meet in one leg, so nothing is to be summed. */
export function postingsOfAccrual({ issuer, holdings }: Accrual): Posting[] {
  const postings: Posting[] = [];
  for (const { asset, granted } of holdings) {
    const amount = String(granted);
    postings.push(['issuer-obligation', asset, issuer, `-${amount}`], ['available', asset, issuer, amount]);
  }
  return postings;
}

/** Balanced legs of what was granted, taken and not found: zero per asset and issuer by construction. */
export function postingsOf(
  granted: readonly Difference[],
  taken: readonly Difference[],
  residue: readonly Difference[],
): Posting[] {
  const legs = new Map<string, { book: Book; asset: string; issuer: string; amount: bigint }>();
  const post = (book: Book, { asset, issuer }: Difference, amount: bigint) => {
    const key = `${book} ${issuer} ${asset}`;
    const leg = legs.get(key);
    if (leg) leg.amount += amount;
    else legs.set(key, { book, asset, issuer, amount });
  };
  const move = (one: Difference, to: Book, sign: bigint) => {
    const amount = (one.to - one.from) * sign;
    post('issuer-obligation', one, -amount);
    post(to, one, amount);
  };
  for (const one of granted) move(one, 'available', 1n);
  for (const one of taken) move(one, 'available', -1n);
  for (const one of residue) move(one, 'uncollectable', -1n);
  const postings: Posting[] = [];
  for (const leg of legs.values()) {
    if (leg.amount !== 0n) postings.push([leg.book, leg.asset, leg.issuer, String(leg.amount)]);
  }
  return postings;
}

export function changeText({ asset, lot, issuer, unitCost, from, to }: Difference): Change {
  const change = { asset, issuer, from: String(from), to: String(to) };
  return lot === undefined ? change : { ...change, lot, unitCost };
}

export function itemText({ asset, asked, taken, slices }: Taking): ReversedItem {
  const item = { asset, asked: String(asked), taken: String(taken), uncollectable: String(asked - taken) };
  return slices ? { ...item, slices: slices.map((slice) => ({ ...slice, amount: String(slice.amount) })) } : item;
}

function grantRows({ issuer, holdings }: Accrual): Row[] {
  return holdings.map(({ asset, lot, unitCost, granted }) => ({ asset, lot, issuer, unitCost, amount: granted }));
}

function takenRows({ issuer, items }: { readonly issuer: string; readonly items: readonly Taking[] }): Row[] {
  return items.flatMap(({ asset, taken, slices }): Row[] =>
    slices ? slices.map((slice) => ({ asset, ...slice })) : [{ asset, issuer, amount: taken }],
  );
}

function residueRows({ issuer, items }: { readonly issuer: string; readonly items: readonly Taking[] }): Row[] {
  return items.map(({ asset, asked, taken }) => ({ asset, issuer, amount: asked - taken }));
}

function between(before: readonly Row[], after: readonly Row[]): Difference[] {
  if (before.length === 0) return after.filter(({ amount }) => amount > 0n).map(difference);
  const rows = new Map<string, Row & { from: bigint; to: bigint }>();
  for (const row of before) rows.set(keyOfRow(row), { ...row, from: row.amount, to: 0n });
  for (const row of after) {
    const known = rows.get(keyOfRow(row));
    if (known) known.to = row.amount;
    else rows.set(keyOfRow(row), { ...row, from: 0n, to: row.amount });
  }
  return [...rows.values()].filter(({ from, to }) => from !== to);
}

function difference({ asset, lot, issuer, unitCost, amount }: Row): Difference {
  return { asset, lot, issuer, unitCost, from: 0n, to: amount };
}

function keyOfRow({ asset, lot, issuer, unitCost }: Row): string {
  return `${issuer} ${unitCost} ${lot} ${asset}`;
}
