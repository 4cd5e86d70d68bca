import type { Book, Change, LotBook, Posting, ReversedItem } from './account.events';
import { type Accrual, residueOf, type Taking } from './account.state';

/** Where a lot is booked now. */
export type BookOfLot = (asset: string, lot: string) => Book;

/** What one lot or score gains or loses, as numbers. */
export interface Difference {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  readonly unitCost?: string;
  readonly book: Book;
  readonly from: bigint;
  readonly to: bigint;
}

interface Row {
  readonly asset: string;
  readonly lot?: string;
  readonly issuer: string;
  readonly unitCost?: string;
  readonly book: Book;
  readonly amount: bigint;
}

/** A reversal's side of a comparison; `issuer` is the reversing unit, which stands for a score and for what is owed. */
export interface Side {
  readonly issuer: string;
  readonly items: readonly Taking[];
}

/** What an accrual's grants have become. Where the issuer or cost of a lot changed, the lot leaves and comes anew. */
export function grantedBetween(before: Accrual | undefined, after: Accrual): Difference[] {
  return between(before ? grantRows(before) : [], grantRows(after));
}

/** What reversals take of lots and scores. */
export function takenBetween(before: Side | undefined, after: Side, bookOf: BookOfLot): Difference[] {
  return between(before ? takenRows(before, bookOf) : [], takenRows(after, bookOf));
}

/** What was asked and not found, by the reversing unit: uncollectable or a deficit. */
export function residueBetween(before: Side | undefined, after: Side): Difference[] {
  return between(before ? residueRows(before) : [], residueRows(after));
}

/** Balanced legs of a new accrual: no two of its holdings meet in one leg, so nothing is to be summed. */
export function postingsOfAccrual({ issuer, holdings }: Accrual): Posting[] {
  const postings: Posting[] = [];
  for (const { asset, granted, pending } of holdings) {
    const amount = String(granted);
    const book = pending ? 'pending' : 'available';
    postings.push(['issuer-obligation', asset, issuer, `-${amount}`], [book, asset, issuer, amount]);
  }
  return postings;
}

/** Balanced legs of what the holder gained and lost: zero per asset and issuer by construction. */
export function postingsOf(gained: readonly Difference[], lost: readonly Difference[]): Posting[] {
  const legs = new Legs();
  for (const one of gained) legs.move(one.asset, one.issuer, 'issuer-obligation', one.book, one.to - one.from);
  for (const one of lost) legs.move(one.asset, one.issuer, 'issuer-obligation', one.book, one.from - one.to);
  return legs.postings();
}

/** Sums of legs per book, asset and issuer; every move balances. */
export class Legs {
  private readonly legs = new Map<string, { book: Book; asset: string; issuer: string; amount: bigint }>();

  move(asset: string, issuer: string, from: Book, to: Book, amount: bigint): void {
    this.post(from, asset, issuer, -amount);
    this.post(to, asset, issuer, amount);
  }

  postings(): Posting[] {
    const postings: Posting[] = [];
    for (const { book, asset, issuer, amount } of this.legs.values()) {
      if (amount !== 0n) postings.push([book, asset, issuer, String(amount)]);
    }
    return postings;
  }

  private post(book: Book, asset: string, issuer: string, amount: bigint): void {
    const key = `${book} ${issuer} ${asset}`;
    const leg = this.legs.get(key);
    if (leg) leg.amount += amount;
    else this.legs.set(key, { book, asset, issuer, amount });
  }
}

export function changeText({ asset, lot, issuer, unitCost, book, from, to }: Difference): Change {
  const change = { asset, issuer, from: String(from), to: String(to) };
  return lot === undefined ? change : { ...change, lot, unitCost, ...bookText(book) };
}

export function itemText(item: Taking, bookOf: BookOfLot): ReversedItem {
  const { asset, asked, taken, deficit, onHold, clawback, slices } = item;
  const text = {
    asset,
    asked: String(asked),
    taken: String(taken),
    uncollectable: String(residueOf(item)),
    ...(deficit > 0n && { deficit: String(deficit) }),
    ...(onHold > 0n && { onHold: String(onHold) }),
    ...(clawback !== undefined && { clawback }),
  };
  if (!slices) return text;
  return {
    ...text,
    slices: slices.map(({ lot, issuer, unitCost, amount, expired }) => ({
      lot,
      issuer,
      unitCost,
      amount: String(amount),
      ...bookText(expired ? 'breakage' : bookOf(asset, lot)),
    })),
  };
}

function bookText(book: Book): { readonly book?: LotBook } {
  return book === 'pending' || book === 'breakage' ? { book } : {};
}

function grantRows({ issuer, holdings }: Accrual): Row[] {
  return holdings.map(({ asset, lot, unitCost, granted, pending }) => {
    return { asset, lot, issuer, unitCost, book: pending ? 'pending' : 'available', amount: granted };
  });
}

function takenRows({ issuer, items }: Side, bookOf: BookOfLot): Row[] {
  return items.flatMap(({ asset, taken, slices }): Row[] => {
    if (!slices) return [{ asset, issuer, book: 'available', amount: taken }];
    return slices.map(({ lot, issuer: of, unitCost, amount, expired }) => {
      return { asset, lot, issuer: of, unitCost, book: expired ? 'breakage' : bookOf(asset, lot), amount };
    });
  });
}

function residueRows({ issuer, items }: Side): Row[] {
  return items.flatMap((item): Row[] => [
    { asset: item.asset, issuer, book: 'uncollectable', amount: residueOf(item) },
    ...(item.deficit > 0n ? [{ asset: item.asset, issuer, book: 'deficit' as const, amount: item.deficit }] : []),
  ]);
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

function difference({ asset, lot, issuer, unitCost, book, amount }: Row): Difference {
  return { asset, lot, issuer, unitCost, book, from: 0n, to: amount };
}

function keyOfRow({ asset, lot, issuer, unitCost, book }: Row): string {
  return `${book} ${issuer} ${unitCost} ${lot} ${asset}`;
}
