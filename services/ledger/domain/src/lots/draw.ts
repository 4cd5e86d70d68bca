import { least } from '@tallystick/vocabulary';
import type { Lot, Slice } from './lot';

/** What is left of a lot where it is asked. */
export type Remaining = (lot: string) => bigint;

/** What could be taken of what was asked; `asked − Σ slices` is the residue. */
export interface Drawn {
  readonly taken: bigint;
  readonly slices: readonly Slice[];
}

/**
 * Takes `asked` out of lots in the order given, issuer's own lots first, until it is found or nothing is left.
 * `lots` are in the order in which each of the two groups is to be drawn (capabilities L7, within_balance).
 */
export function drawIssuerFirst(asked: bigint, issuer: string, lots: Iterable<Lot>, remaining: Remaining): Drawn {
  const others: Lot[] = [];
  const slices: Slice[] = [];
  let open = asked;
  for (const lot of lots) {
    if (open === 0n) break;
    if (lot.issuer === issuer) open -= take(lot, open, remaining, slices);
    else others.push(lot);
  }
  const rest = drawFrom(others, open, remaining);
  return { taken: asked - open + rest.taken, slices: [...slices, ...rest.slices] };
}

/** Takes `asked` out of lots in the order given, until it is found or nothing is left. */
export function drawFrom(lots: Iterable<Lot>, asked: bigint, remaining: Remaining): Drawn {
  const slices: Slice[] = [];
  let open = asked;
  for (const lot of lots) {
    if (open === 0n) break;
    open -= take(lot, open, remaining, slices);
  }
  return { taken: asked - open, slices };
}

/** Lots from the last to be drawn to the first. */
export function* reversed(lots: readonly Lot[]): Iterable<Lot> {
  for (let i = lots.length - 1; i >= 0; i--) yield lots[i]!;
}

function take({ lot, issuer, unitCost }: Lot, open: bigint, remaining: Remaining, slices: Slice[]): bigint {
  const amount = least(open, remaining(lot));
  if (amount > 0n) slices.push({ lot, issuer, unitCost, amount });
  return amount;
}
