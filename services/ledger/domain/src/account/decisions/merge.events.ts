import type { DomainEvent } from '@tallystick/decider';
import type { Reference, ReversedItem } from '../account.events';
import type { Debt, Hold } from '../account.state';
import type { Decided, SliceRow } from './decision.events';
import type { Repaid } from './grant.events';

/** A lot, or a score, as it goes from one account to another: all that it was granted and all that became of it. */
export interface CarriedLot {
  readonly asset: string;
  /** Absent for a score. */
  readonly lot?: string;
  readonly unitCost: string;
  readonly expiresAt?: string;
  readonly priority?: string;
  readonly activatesOn?: string;
  readonly activatedAt?: string;
  readonly pending?: true;
  readonly granted: string;
  readonly remaining: string;
  /** What decisions made of it; absent where nothing. */
  readonly used?: readonly [held: string, spent: string, expired: string, moved: string];
  readonly freedAt?: string;
  readonly extendedTo?: string;
}

/** An accrual as it goes from one account to another. */
export interface CarriedAccrual extends Reference {
  readonly effectiveAt: string;
  readonly issuer: string;
  readonly revision: string;
  readonly lots: readonly CarriedLot[];
}

/** A reversal as it goes from one account to another, with what it asked and what it got. */
export interface CarriedReversal {
  readonly reversal: Reference;
  readonly purchase?: Reference;
  readonly evaluationRevision: string;
  readonly effectiveAt: string;
  readonly earnedAt?: string;
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly items: readonly ReversedItem[];
}

/** A hold as it goes from one account to another: an ended one too, since its redemption may be cancelled. */
export interface CarriedHold {
  readonly hold: string;
  readonly asset: string;
  readonly amount: string;
  readonly effectiveAt: string;
  readonly until: string;
  readonly ttlSeconds: string;
  readonly unit: string;
  readonly store?: string;
  /** The till that may spend it offline. */
  readonly till?: string;
  readonly state: Hold['state'];
  readonly captured: string;
  readonly slices: readonly SliceRow[];
  /** Of a hold of several assets, what this one stands for in it. */
  readonly share?: { readonly amount: string; readonly rate?: string; readonly place: string };
  /** Present where a part of it, of lots of the other side, stays there. */
  readonly parted?: true;
}

/** A debt as it goes from one account to another, or that part of one which is owed for what is carried. */
export interface CarriedDebt {
  readonly debt: string;
  readonly kind: Debt['kind'];
  readonly asset: string;
  readonly unit: string;
  readonly effectiveAt: string;
  readonly dueAt: string;
  readonly amount: string;
  readonly owed: string;
}

/** What was settled after its lease had ended and waits for a decision, as it goes with the lease. */
export interface CarriedLate {
  readonly lease: string;
  readonly effectiveAt: string;
  readonly amount: string;
  readonly unit: string;
  readonly store?: string;
}

/** Names that what is carried had in the account that it goes back to: of facts by key, of holds by name. */
export interface CarriedNames {
  readonly ids: readonly (readonly [key: string, id: string])[];
  readonly holds: readonly (readonly [here: string, there: string])[];
}

/** What belongs to an account that was merged, as text. */
export interface CarriedLineage {
  readonly account: string;
  readonly merge: string;
  readonly holder: string;
  readonly accruals: readonly string[];
  readonly returns: readonly string[];
  readonly holds: readonly (readonly [here: string, there: string])[];
  readonly ids: readonly (readonly [key: string, id: string])[];
  readonly inner: readonly CarriedLineage[];
}

/** All that goes from one account to another by a merge, or back. */
export interface Carried {
  readonly accruals: readonly CarriedAccrual[];
  readonly reversals: readonly CarriedReversal[];
  readonly holds: readonly CarriedHold[];
  /** Names of decisions and what each said, none is carried out again: all of an account's, or those of what goes back. */
  readonly said: readonly (readonly [name: string, content: string])[];
  /** What had come to it by merges before. */
  readonly inner: readonly CarriedLineage[];
  /** What is owed; absent where nothing is. */
  readonly debts?: readonly CarriedDebt[];
  /** Late settlements that wait; absent where none does. */
  readonly late?: readonly CarriedLate[];
  /** Credit of an asset that lots of the other side have repaid; absent where none was. */
  readonly repaidAcross?: readonly (readonly [asset: string, amount: string])[];
}

/** The account has become a part of another: nothing is left of it, and it decides nothing more (capabilities M4). */
export type AccountMerged = DomainEvent<
  'AccountMerged',
  Decided & Carried & { readonly merge: string; readonly into: string; readonly intoHolder: string }
>;

/** Another account has become a part of this one: `lineage` says what of this one is its own (capabilities M4). */
export type AccountAbsorbed = DomainEvent<
  'AccountAbsorbed',
  Decided &
    Carried & {
      readonly merge: string;
      readonly from: string;
      readonly fromHolder: string;
      readonly lineage: CarriedLineage;
      /** Debts of one of both that are paid by what the other one had repaid beyond what it owed; absent where none is. */
      readonly repaid?: readonly Repaid[];
    }
>;

/** A part of a lot that has paid for a return of the other side, and is a lot of that side from now on. */
export interface PaidSlice {
  readonly asset: string;
  readonly reversal: Reference;
  readonly purchase?: Reference;
  readonly lot: string;
  /** The lot that it becomes. */
  readonly as: Reference;
  readonly issuer: string;
  readonly unitCost: string;
  readonly amount: string;
  readonly effectiveAt: string;
  readonly priority?: string;
  readonly activatedAt: string;
  readonly expiresAt?: string;
}

/**
 * Before a merge is undone: what lots of one side have paid for returns of the other has moved to that side, so that
 * each return takes of lots of its own side alone (capabilities M4, lineage).
 */
export type ReversalsPaid = DomainEvent<
  'ReversalsPaid',
  Decided & { readonly merge: string; readonly from: string; readonly paid: readonly PaidSlice[] }
>;

/** A merge is undone: what is of the other account by its lineage has left (capabilities M4). */
export type AccountSplit = DomainEvent<
  'AccountSplit',
  Decided &
    Carried & { readonly merge: string; readonly from: string; readonly fromHolder: string } & {
      readonly names: CarriedNames;
    }
>;

/** The account stands for itself again, with what its own lots still hold (capabilities M4). */
export type AccountRestored = DomainEvent<
  'AccountRestored',
  Decided & Carried & { readonly merge: string; readonly from: string }
>;

export type MergeEvent = AccountMerged | AccountAbsorbed | ReversalsPaid | AccountSplit | AccountRestored;
