import type { AccountEvent, Change, LotBook, Posting, ReversedItem, TakenSlice } from '../account/account.events';
import { type AccountState, holdingOf } from '../account/account.state';
import type { PointsActivated } from '../account/decisions/decision.events';

/**
 * A fact as it looks at an instant at which a lot that it moves had not become available, or had not expired: whoever
 * recorded it later found the lot in another book. What it moves is the same, the book is that of the lot in `state`.
 * A lot becomes available with all that waits in `state`, also with what a return of later, known sooner, had taken.
 */
export function rebook(event: AccountEvent, state: AccountState): AccountEvent {
  if (event.type === 'PointsReversed') {
    const { moves, items } = rebookItems(event.data.items, state);
    return moves.length === 0 ? event : { ...event, data: { ...event.data, items, postings: moved(event, moves) } };
  }
  if (event.type === 'ReversalRecalculated') {
    const { items } = rebookItems(event.data.items, state);
    const { moves, changes } = rebookChanges(event.data.changes, state, -1n);
    return { ...event, data: { ...event.data, items, changes, postings: moved(event, moves) } };
  }
  if (event.type === 'AccrualAmended') {
    const { moves, changes } = rebookChanges(event.data.changes, state, 1n);
    return moves.length === 0 ? event : { ...event, data: { ...event.data, changes, postings: moved(event, moves) } };
  }
  return event.type === 'PointsActivated' ? activatedWhole(event, state) : event;
}

function activatedWhole(event: PointsActivated, state: AccountState): PointsActivated {
  const { asset } = event.data;
  const moves: Rebooked[] = [];
  const slices = event.data.slices.map((slice) => {
    const [lot, issuer, unitCost, amount] = slice;
    const holding = holdingOf(state, asset, lot);
    const waits = holding && (holding.pending ? holding.remaining : 0n);
    if (waits === undefined || waits === BigInt(amount)) return slice;
    moves.push({ asset, issuer, from: 'pending', to: undefined, amount: waits - BigInt(amount) });
    return [lot, issuer, unitCost, String(waits)] as const;
  });
  return moves.length === 0 ? event : { ...event, data: { ...event.data, slices, postings: moved(event, moves) } };
}

/** An amount that an event posts to `to` instead of `from`. */
interface Rebooked {
  readonly asset: string;
  readonly issuer: string;
  readonly from: LotBook | undefined;
  readonly to: LotBook | undefined;
  readonly amount: bigint;
}

function bookAsOf(
  state: AccountState,
  asset: string,
  { lot, book }: Pick<TakenSlice, 'lot' | 'book'>,
): LotBook | undefined {
  const holding = holdingOf(state, asset, lot);
  if (!holding) return book;
  if (book === 'breakage' && (holding.used?.expired ?? 0n) > 0n) return book;
  return holding.pending ? 'pending' : undefined;
}

function rebookItems(
  given: readonly ReversedItem[],
  state: AccountState,
): { moves: Rebooked[]; items: ReversedItem[] } {
  const moves: Rebooked[] = [];
  const items = given.map((item) => {
    const { asset, slices } = item;
    if (!slices) return item;
    return { ...item, slices: slices.map((slice) => rebookOne(slice, asset, -BigInt(slice.amount), state, moves)) };
  });
  return { moves, items };
}

function rebookChanges(
  given: readonly Change[],
  state: AccountState,
  sign: bigint,
): { moves: Rebooked[]; changes: Change[] } {
  const moves: Rebooked[] = [];
  const changes = given.map((change) => {
    const { asset, lot, from, to } = change;
    if (lot === undefined) return change;
    return rebookOne({ ...change, lot }, asset, sign * (BigInt(to) - BigInt(from)), state, moves);
  });
  return { moves, changes };
}

function rebookOne<Part extends { readonly lot: string; readonly issuer: string; readonly book?: LotBook }>(
  part: Part,
  asset: string,
  amount: bigint,
  state: AccountState,
  moves: Rebooked[],
): Part {
  const to = bookAsOf(state, asset, part);
  if (to === part.book) return part;
  moves.push({ asset, issuer: part.issuer, from: part.book, to, amount });
  return { ...part, book: to };
}

function moved(
  event: { readonly data: { readonly postings: readonly Posting[] } },
  moves: readonly Rebooked[],
): Posting[] {
  const sums = new Map<string, { readonly leg: Posting; amount: bigint }>();
  const post = ([book, asset, issuer]: Posting, amount: bigint) => {
    const key = `${book} ${asset} ${issuer}`;
    const sum = sums.get(key) ?? { leg: [book, asset, issuer, ''], amount: 0n };
    sum.amount += amount;
    sums.set(key, sum);
  };
  for (const leg of event.data.postings) post(leg, BigInt(leg[3]));
  for (const { asset, issuer, from, to, amount } of moves) {
    post([from ?? 'available', asset, issuer, ''], -amount);
    post([to ?? 'available', asset, issuer, ''], amount);
  }
  return [...sums.values()].flatMap(({ leg: [book, asset, issuer], amount }): Posting[] =>
    amount === 0n ? [] : [[book, asset, issuer, String(amount)]],
  );
}
