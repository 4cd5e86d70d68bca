import type { Instant } from '@tallystick/vocabulary';
import type { Slice } from '../lots/lot';
import { type Book, BOOKS, type Reference } from './account.events';
import type { CappedPurchase } from './caps';
import type { PoolLimits } from './decisions/pool.events';
import { inFactOrder, placeOf } from './fact-order';

/** What one purchase holds of one asset. */
export interface Holding {
  readonly asset: string;
  /** Absent for a score. */
  readonly lot?: string;
  readonly unitCost: string;
  readonly expiresAt?: Instant;
  readonly priority: number;
  /** The event that the grant waits for; absent where it waits for none. */
  readonly activatesOn?: string;
  /** When it became, or becomes, drawable; absent while it waits for an event. */
  activatedAt?: Instant;
  /** True while it is booked as pending. */
  pending: boolean;
  readonly granted: bigint;
  /** Of a lot: pending or available; granted − reversed − used. A score keeps its sum in the books only. */
  remaining: bigint;
  /** Absent while no decision has moved a part of it. */
  used?: Used;
  /** Instead of `expiresAt`, where its date was extended. */
  extendedTo?: Instant;
  /** When it was extended, where dates stood still then. */
  extendedAt?: Instant;
}

/** What decisions, and time, have made of a lot. It is never drawn again (capabilities L13). */
export interface Used {
  held: bigint;
  spent: bigint;
  /** What expired; a reversal may have taken it out of breakage since (capabilities L7). */
  expired: bigint;
  /** What left by a transfer or a debit. */
  moved: bigint;
  /** When a part was last given back: what then is past its date ends at that instant. */
  freedAt?: Instant;
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
  /** Zero unless `clawback` allows it. */
  readonly deficit: bigint;
  /** Held of its own lot, decided when the hold ends. */
  readonly onHold: bigint;
  readonly clawback?: Clawback;
  /** Absent for a score. */
  readonly slices?: readonly TakenPart[];
}

/** A slice that a reversal took; of its own lot also what had expired. */
export interface TakenPart extends Slice {
  readonly expired: boolean;
}

/**
 * What a reversal may take for what was spent (capabilities L7): nothing that is active, nothing outside its own lot,
 * other lots of the asset, or these and then a deficit, up to an amount or without end.
 */
export type Clawback = 'only_pending' | 'same_lot' | 'within_balance' | 'unlimited' | `floor:${bigint}`;

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

/** What a part of a hold of several assets is of the whole. */
export interface MixedShare {
  /** How much is due, in the asset that it is due in. */
  readonly amount: bigint;
  /** Its place in the order of spending. */
  readonly place: number;
  /** What one unit gives of what is due, a rational; absent where it was not said. */
  readonly rate?: string;
}

/** A reservation and how it ended. */
export interface Hold {
  readonly hold: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly at: Instant;
  readonly until: Instant;
  readonly ttlSeconds: number;
  readonly unit: string;
  readonly store?: string;
  /** The till that may spend it offline: then the hold is a lease (capabilities X3). */
  readonly till?: string;
  /** Who spends of a pool; absent where the account is none. */
  readonly member?: string;
  /** Present for a part of a hold of several assets. */
  readonly share?: MixedShare;
  /** What is reserved; once captured, what was redeemed and not cancelled. In the order of drawing. */
  slices: readonly Slice[];
  state: 'open' | 'captured' | 'released' | 'lapsed';
  /** What was redeemed, cancelled or not. */
  captured: bigint;
}

/** What the holder owes for a loan, or for what was spent on credit. */
export interface Debt {
  /** `loan:` or `credit:` and the name of the grant or hold that made it. */
  readonly debt: string;
  readonly kind: 'loan' | 'credit';
  readonly asset: string;
  /** Who lent it; of credit the unit that accepted it. */
  readonly unit: string;
  readonly at: Instant;
  readonly dueAt: Instant;
  /** What was owed when it was made. */
  amount: bigint;
  /** More than 0: a debt that is paid is none. */
  owed: bigint;
}

/** What a till says that it has spent of a lease that had ended. */
export interface LateSettlement {
  /** When it was settled. */
  readonly at: Instant;
  readonly amount: bigint;
  readonly unit: string;
  readonly store?: string;
}

/** The account's sums per asset, from postings alone; that they agree with the lots is an invariant. */
export interface Books extends Record<Book, bigint> {
  readonly score: boolean;
}

/** What makes an account a pool (capabilities M5). */
export interface Pool {
  readonly owner: string;
  readonly members: Map<string, PoolLimits>;
  /** By key of the accrual of a lot: the account that brought it. */
  readonly brought: Map<string, string>;
  /** What its opening said. */
  readonly opened: string;
}

/** Where the facts, lots and holds of a merged account are now (capabilities M4). */
export interface MergedInto {
  readonly merge: string;
  readonly into: string;
  readonly holder: string;
}

/** What came from another account by a merge, and what belongs to it since: by it a merge is undone (capabilities M4). */
export interface Lineage {
  readonly merge: string;
  readonly holder: string;
  /** Keys of accruals. */
  readonly accruals: Set<string>;
  /** Keys of returns that name no purchase. */
  readonly returns: Set<string>;
  /** Holds by their names here, with the names that they had there. */
  readonly holds: Map<string, string>;
  /** Facts whose name was taken here: key here, id there. */
  readonly ids: Map<string, string>;
  /** What had come to that account by merges before. */
  readonly inner: Map<string, Lineage>;
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
  /** Every hold by its name, ended ones too: names never expire. */
  readonly holds: Map<string, Hold>;
  /** Open holds. */
  readonly open: Set<Hold>;
  /** Reversals that did not get all that they ask. */
  readonly owed: Set<Reversal>;
  /** Reversals that lots granted after them may repay: every accrual may change what they get. */
  readonly repayable: Set<Reversal>;
  /** What was settled after its lease had ended and is not decided yet, by the lease. */
  readonly late: Map<string, LateSettlement>;
  /** Other decisions by kind and name, and what each said. */
  readonly done: Map<string, string>;
  /** Purchases with caps in force, as they were asked for; absent where no asset of the account has any. */
  capped?: Map<string, CappedPurchase>;
  /** When the last hold was placed; a lot from before it may be late for it. */
  lastHeld?: Instant;
  /** Absent while nothing is owed. */
  debts?: Map<string, Debt>;
  /**
   * By asset: what of credit was repaid by lots of an account that this one was merged with, and has parted from; negative where
   * its own lots have repaid what the other one owed. Absent where there is none.
   */
  repaidAcross?: Map<string, bigint>;
  frozen: boolean;
  /** Since when dates stand still; absent: they do not. */
  pausedAt?: Instant;
  closed: boolean;
  /** Absent where the account is the holding of one member. */
  pool?: Pool;
  /** Absent while the account stands for itself. */
  merged?: MergedInto;
  /** By account that was merged into this one; absent where none was. */
  absorbed?: Map<string, Lineage>;
}

export function emptyAccount(): AccountState {
  return {
    facts: [],
    accruals: new Map(),
    reversals: new Map(),
    books: new Map(),
    holds: new Map(),
    open: new Set(),
    owed: new Set(),
    repayable: new Set(),
    late: new Map(),
    done: new Map(),
    frozen: false,
    closed: false,
  };
}

/** The books of an asset, all zero where it is seen for the first time. */
export function booksOf(state: AccountState, asset: string, score: boolean): Books {
  let books = state.books.get(asset);
  if (!books) {
    books = { score, ...NOTHING };
    state.books.set(asset, books);
  }
  return books;
}

const NOTHING = Object.fromEntries(BOOKS.map((book) => [book, 0n])) as Record<Book, bigint>;

/** What decisions have taken of a lot. */
export function usedOf({ used }: Holding): bigint {
  return used ? used.held + used.spent + used.expired + used.moved : 0n;
}

/** What a reversal asked and nobody will pay: the issuer's cost. */
export function residueOf({ asked, taken, deficit, onHold }: Taking): bigint {
  return asked - taken - deficit - onHold;
}

/** When a lot ends: as granted, or as extended. */
export function expiryOf({ expiresAt, extendedTo }: Holding): Instant | undefined {
  return extendedTo ?? expiresAt;
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
  watchReversal(state, fact);
  const accrual = fact.purchase === undefined ? undefined : state.accruals.get(fact.purchase);
  if (accrual) (accrual.returns ??= new Set()).add(key);
  if (!state.lastReversal || inFactOrder(state.lastReversal, fact) < 0) state.lastReversal = fact;
}

/** Puts a newer version of a fact where the old one was, or where it now belongs. */
export function replaceFact(state: AccountState, old: Fact, fact: Fact): void {
  const index = placeOf(state.facts, old);
  if (old.kind === 'reversal') {
    state.owed.delete(old);
    state.repayable.delete(old);
  }
  if (inFactOrder(old, fact) === 0) {
    state.facts[index] = fact;
    if (fact.kind === 'accrual') state.accruals.set(keyOf(fact), fact);
    else {
      state.reversals.set(reversalKey(fact, fact.purchase), fact);
      watchReversal(state, fact);
    }
    if (state.lastReversal === old) state.lastReversal = fact as Reversal;
    return;
  }
  state.facts.splice(index, 1);
  if (state.lastReversal === old) {
    state.lastReversal = state.facts.findLast((one): one is Reversal => one.kind === 'reversal');
  }
  insertFact(state, fact);
}

/** Keeps in view a reversal that may get more than it has. */
export function watchReversal({ owed, repayable }: AccountState, reversal: Reversal): void {
  for (const { asked, taken, clawback } of reversal.items) {
    if (taken < asked) owed.add(reversal);
    if (clawback !== undefined && allowsDeficit(clawback)) repayable.add(reversal);
  }
}

export function allowsDeficit(clawback: Clawback): boolean {
  return clawback === 'unlimited' || clawback.startsWith('floor:');
}

/** The lot of an asset that a lot name stands for, where the account has it. */
export function holdingOf(state: AccountState, asset: string, lot: string): Holding | undefined {
  const accrual = state.accruals.get(lot.slice(0, lot.length - asset.length - 1));
  return accrual?.holdings.find((holding) => holding.asset === asset);
}
