import type { DomainEvent } from '@tallystick/decider';
import type { Accepted, Drawn, MovedLot, OfAsset, SliceRow } from './decision.events';

/**
 * Why lots came that no purchase granted (capabilities L22, CD2): sold for cash, given by a unit, value topped up, lent, the
 * limit of a line of credit, or credit that was repaid and may be spent again.
 */
export type GrantedBy = 'bought' | 'gift' | 'top-up' | 'loan' | 'credit' | 'repayment';

/** What of a debt is paid. */
export type Repaid = readonly [debt: string, amount: string];

/**
 * Lots of their own kind have come: `unit` owes for them, since it took the cash, gave, lends or grants the credit
 * (capabilities S18). Of a top-up the first lot is what was paid, the second what was given on top.
 */
export type PointsGranted = DomainEvent<
  'PointsGranted',
  OfAsset &
    Accepted &
    Drawn & {
      /** The caller's name, unique in its account among grants of the same kind. */
      readonly grant: string;
      readonly by: GrantedBy;
      readonly lots: readonly MovedLot[];
      /** When a loan is to be repaid. */
      readonly dueAt?: string;
      /** What the limit of the credit is from now on. */
      readonly limit?: string;
      /** Present where all that was owed is repaid, because that was asked for. */
      readonly whole?: true;
      /** The debts that a repayment of credit pays. */
      readonly repaid?: readonly Repaid[];
      /** Lots that repay what a merged account owes, and belong to it as its own would; absent where none does. */
      readonly lineage?: readonly (readonly [lot: string, account: string])[];
    }
>;

/**
 * Lots have left for good: principal was refunded in cash, a limit was lowered, or a loan was repaid, in points, to the unit
 * that lent it.
 */
export type PointsWithdrawn = DomainEvent<
  'PointsWithdrawn',
  OfAsset &
    Accepted &
    Drawn & {
      /** The caller's name; absent where a loan is repaid by what was earned. */
      readonly withdrawal?: string;
      readonly by: 'refund' | 'limit' | 'loan-repayment';
      /** Present where all that there was of it was asked for. */
      readonly whole?: true;
      /** What had been given on top of refunded principal and falls with it: breakage of its issuers. */
      readonly fallen?: readonly SliceRow[];
      readonly limit?: string;
      readonly repaid?: readonly Repaid[];
    }
>;

/** Expired lots live again, the same lots, until another date; their breakage is undone (capabilities L22). */
export type LotsReactivated = DomainEvent<
  'LotsReactivated',
  OfAsset &
    Drawn & {
      readonly reactivation: string;
      /** The lots that were asked for; absent: all that may be. */
      readonly asked?: readonly string[];
      /** From when to when each of them ends now, in the order of `slices`. */
      readonly lots: readonly (readonly [lot: string, from: string, to: string])[];
      /** Present for what reversals had taken out of breakage: they take it of the lots themselves from now on. */
      readonly taken?: true;
      /** Present where further lots follow in an append of their own: one takes no more. */
      readonly part?: true;
    }
>;

interface Overdue extends OfAsset {
  /** `loan:` or `credit:` and the name of the grant or hold that made it. */
  readonly debt: string;
  /** Who lent it. */
  readonly unit: string;
  /** What is owed of it still. */
  readonly amount: string;
  readonly dueAt: string;
}

/** A debt was not repaid when it was due; said once a debt. */
export type CreditOverdue = DomainEvent<'CreditOverdue', Overdue>;
export type LoanOverdue = DomainEvent<'LoanOverdue', Overdue>;

export type GrantEvent = PointsGranted | PointsWithdrawn | LotsReactivated | CreditOverdue | LoanOverdue;
