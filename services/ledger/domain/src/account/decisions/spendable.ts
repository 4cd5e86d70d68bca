import { type Instant, least, splitByLargestRemainder } from '@tallystick/vocabulary';
import { inDrawOrder, type Lot, type Slice } from '../../lots/lot';
import type { Posting } from '../account.events';
import { type AccountState, expiryOf, type Holding } from '../account.state';
import type { Book } from '../account.events';
import { Legs } from '../difference';
import { lotFrom } from '../walk';
import type { SliceRow } from './decision.events';

/** Slices of one append at most: what is beyond them is due still, and the next command books it. */
export const MOST_SLICES = 3_000;

/** A lot and what is left of it. */
export interface OpenLot {
  readonly lot: Lot;
  readonly holding: Holding;
  /** When the account got it. */
  readonly since: Instant;
}

/**
 * Lots of an asset that may be spent at an instant, in draw order: active, not past their date (strictly before it,
 * capabilities §1), something left.
 */
export function spendableLots(state: AccountState, asset: string, at: Instant): OpenLot[] {
  return openLots(state, asset, (holding) => {
    const expiry = expiryOf(holding);
    return !holding.pending && holding.activatedAt! <= at && (expiry === undefined || expiry > at);
  });
}

/** Lots of an asset with something left, as far as they are wanted, in draw order. */
export function openLots(state: AccountState, asset: string, isWanted: (holding: Holding) => boolean): OpenLot[] {
  const open: OpenLot[] = [];
  for (const fact of state.facts) {
    if (fact.kind !== 'accrual') continue;
    for (const holding of fact.holdings) {
      if (holding.asset !== asset || holding.lot === undefined || holding.remaining === 0n) continue;
      if (isWanted(holding)) open.push({ lot: lotFrom(fact, asset)!, holding, since: fact.at });
    }
  }
  return open.sort((a, b) => inDrawOrder(a.lot, b.lot));
}

/** Assets of the account that have lots. */
export function spendableAssets(state: AccountState): string[] {
  return [...state.books].filter(([, { score }]) => !score).map(([asset]) => asset);
}

/** What is there to be spent of lots. */
export function sumOf(lots: readonly OpenLot[]): bigint {
  return lots.reduce((sum, { holding }) => sum + holding.remaining, 0n);
}

/** A whole lot as a slice of what is left of it. */
export function rowOf({ lot: { lot, issuer, unitCost }, holding }: Pick<OpenLot, 'lot' | 'holding'>): SliceRow {
  return [lot, issuer, unitCost, String(holding.remaining)];
}

export function rowsOf(slices: readonly Slice[]): SliceRow[] {
  return slices.map(({ lot, issuer, unitCost, amount }) => [lot, issuer, unitCost, String(amount)]);
}

/** Splits slices at an amount, the first drawn first: what lies before it, and the rest. */
export function splitSlices(slices: readonly Slice[], amount: bigint): { first: Slice[]; rest: Slice[] } {
  const [first, rest]: [Slice[], Slice[]] = [[], []];
  let open = amount;
  for (const slice of slices) {
    const part = slice.amount < open ? slice.amount : open;
    if (part > 0n) first.push({ ...slice, amount: part });
    if (part < slice.amount) rest.push({ ...slice, amount: slice.amount - part });
    open -= part;
  }
  return { first, rest };
}

/** As {@link splitSlices}, of every slice in proportion; an amount beyond all of them takes them whole. */
export function splitInProportion(slices: readonly Slice[], amount: bigint): { first: Slice[]; rest: Slice[] } {
  const all = slices.reduce((sum, slice) => sum + slice.amount, 0n);
  const parts = splitByLargestRemainder(
    least(amount, all),
    slices.map((slice) => slice.amount),
  );
  const [first, rest]: [Slice[], Slice[]] = [[], []];
  slices.forEach((slice, index) => {
    const part = parts[index]!;
    if (part > 0n) first.push({ ...slice, amount: part });
    if (part < slice.amount) rest.push({ ...slice, amount: slice.amount - part });
  });
  return { first, rest };
}

/** Balanced legs that move slices from one book to another, by issuer. */
export function legsOf(asset: string, moves: readonly (readonly [readonly SliceRow[], Book, Book])[]): Posting[] {
  const legs = new Legs();
  for (const [slices, from, to] of moves) {
    for (const [, issuer, , amount] of slices) legs.move(asset, issuer, from, to, BigInt(amount));
  }
  return legs.postings();
}
