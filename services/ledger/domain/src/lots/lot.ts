import { compareText, type Instant } from '@tallystick/vocabulary';

/** A lot as drawing sees it: who owes for it and when its turn comes. What is left of it is kept beside it. */
export interface Lot {
  /** `<source>:<purchase id>:<asset>` */
  readonly lot: string;
  readonly issuer: string;
  /** Minor units of money per point, a rational. */
  readonly unitCost: string;
  readonly priority: number;
  readonly expiresAt?: Instant;
  readonly activatedAt: Instant;
}

/** A part of one lot that was taken. */
export interface Slice {
  readonly lot: string;
  readonly issuer: string;
  readonly unitCost: string;
  readonly amount: bigint;
}

/** The order in which lots are drawn: priority, expiresAt (none last), activatedAt, lot (capabilities §1; never LIFO). */
export function inDrawOrder(a: Lot, b: Lot): number {
  return (
    a.priority - b.priority ||
    (a.expiresAt ?? Number.MAX_SAFE_INTEGER) - (b.expiresAt ?? Number.MAX_SAFE_INTEGER) ||
    a.activatedAt - b.activatedAt ||
    compareText(a.lot, b.lot)
  );
}
