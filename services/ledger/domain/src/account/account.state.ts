import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import type { Book, Reference } from './account.events';
import { inFactOrder, placeOf } from './fact-order';

/** What one purchase holds of one asset. */
export interface Holding {
  readonly asset: string;
  /** Absent for a score. */
  readonly lot?: string;
  readonly unitCost: string;
  readonly expiresAt?: Instant;
  readonly priority: number;
  readonly granted: bigint;
  /** Of a lot: granted − what reversals took. A score keeps its sum in the books only. */
  remaining: bigint;
}

/** The fact that a purchase earned: its current amounts. */
export interface Accrual {
  readonly kind: 'accrual';
  readonly at: Instant;
  readonly source: string;
  readonly id: string;
  readonly issuer: string;
  /** The highest picture known of the purchase, its returns included. */
  revision: number;
  readonly holdings: readonly Holding[];
  /** Keys of its returns; absent while it has none. */
  returns?: Set<string>;
}

/** What a reversal asked of one asset and got. */
export interface Taking {
  readonly asset: string;
  readonly asked: bigint;
  readonly taken: bigint;
  /** Absent for a score. */
  readonly slices?: readonly Slice[];
}

/** The fact that something came back. */
export interface Reversal {
  readonly kind: 'reversal';
  readonly at: Instant;
  readonly source: string;
  readonly id: string;
  /** Key of its purchase; absent where it names none. */
  readonly purchase?: string;
  /** When what it takes back was earned; absent where it names no purchase. */
  readonly earnedAt?: Instant;
  readonly issuer: string;
  readonly store: string;
  readonly receipt: string;
  readonly revision: number;
  readonly items: readonly Taking[];
}

export type Fact = Accrual | Reversal;

/** The account's sums per asset, from postings alone; that they agree with the lots is an invariant. */
export interface Books extends Record<Book, bigint> {
  readonly score: boolean;
}

/** Every fact of an account in fact order, and what became of it. Owned by whoever folds (see `Decider.evolve`). */
export interface AccountState {
  owner?: { readonly program: string; readonly holder: string };
  readonly facts: Fact[];
  readonly accruals: Map<string, Accrual>;
  readonly reversals: Map<string, Reversal>;
  /** The reversal that sorts last: what sorts after it changes nothing before it. */
  lastReversal?: Reversal;
  readonly books: Map<string, Books>;
}

export function emptyAccount(): AccountState {
  return { facts: [], accruals: new Map(), reversals: new Map(), books: new Map() };
}

/** Key of a purchase or of an unlinked return; a source has no colon. */
export function keyOf({ source, id }: Reference): string {
  return `${source}:${id}`;
}

/** The inverse of {@link keyOf}. */
export function referenceOf(key: string): Reference {
  const colon = key.indexOf(':');
  return { source: key.slice(0, colon), id: key.slice(colon + 1) };
}

/** Key of a reversal: its return, and the purchase where it names one. */
export function reversalKey(reversal: Reference, purchase?: string): string {
  return purchase === undefined ? keyOf(reversal) : `${keyOf(reversal)} ${purchase}`;
}

/** Name of the one lot of a purchase and asset. */
export function lotOf(purchase: string, asset: string): string {
  return `${purchase}:${asset}`;
}

/** Puts a fact into its place; the last place costs nothing more. */
export function insertFact(state: AccountState, fact: Fact): void {
  const index = placeOf(state.facts, fact);
  if (index === state.facts.length) state.facts.push(fact);
  else state.facts.splice(index, 0, fact);
  if (fact.kind === 'accrual') {
    state.accruals.set(keyOf(fact), fact);
    return;
  }
  const key = reversalKey(fact, fact.purchase);
  state.reversals.set(key, fact);
  const accrual = fact.purchase === undefined ? undefined : state.accruals.get(fact.purchase);
  if (accrual) (accrual.returns ??= new Set()).add(key);
  if (!state.lastReversal || inFactOrder(state.lastReversal, fact) < 0) state.lastReversal = fact;
}

/** Puts a newer version of a fact where the old one was, or where it now belongs. */
export function replaceFact(state: AccountState, old: Fact, fact: Fact): void {
  const index = placeOf(state.facts, old);
  if (inFactOrder(old, fact) === 0) {
    state.facts[index] = fact;
    if (fact.kind === 'accrual') state.accruals.set(keyOf(fact), fact);
    else state.reversals.set(reversalKey(fact, fact.purchase), fact);
    if (state.lastReversal === old) state.lastReversal = fact as Reversal;
    return;
  }
  state.facts.splice(index, 1);
  if (state.lastReversal === old) {
    state.lastReversal = state.facts.findLast((one): one is Reversal => one.kind === 'reversal');
  }
  insertFact(state, fact);
}

/** The lot of an asset that a lot name stands for, where the account has it. */
export function holdingOf(state: AccountState, asset: string, lot: string): Holding | undefined {
  const accrual = state.accruals.get(lot.slice(0, lot.length - asset.length - 1));
  return accrual?.holdings.find((holding) => holding.asset === asset);
}
