import { bodyOf, partsOf, type RecordedEvent, tenantOf } from '@tallystick/decider';
import {
  type AccountEvent,
  type AccrualAmended,
  type Change,
  type Granted,
  type PointsAccrued,
  type PointsReversed,
  type ReversalRecalculated,
  upcastAccount,
} from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';

/** What a page adds to one balance. */
export interface BalanceChange {
  readonly account: string;
  readonly asset: string;
  readonly tenant: string;
  readonly program: string;
  readonly holder: string;
  available: bigint;
  uncollectable: bigint;
  revision: number;
  position: string;
}

/** What a lot is by its grant. */
export interface LotTerms {
  readonly issuer: string;
  readonly store: string;
  readonly unitCost: string;
  readonly priority: number;
  readonly effectiveAt: number;
  readonly expiresAt: number | null;
  readonly revision: number;
}

/** What a page adds to one lot; `terms` where it grants or amends it. */
export interface LotChange {
  readonly account: string;
  readonly lot: string;
  readonly asset: string;
  /** True where the lot begins in this page. */
  readonly begins: boolean;
  terms?: LotTerms;
  granted: bigint;
  reversed: bigint;
}

/** An event of an account, read once. */
export interface JournalEntry {
  readonly account: string;
  readonly tenant: string;
  readonly recorded: RecordedEvent;
  readonly event: AccountEvent;
}

/** The sums of a page of account events: one change per balance and per lot, however many events made it. */
export interface PageChanges {
  readonly entries: readonly JournalEntry[];
  readonly balances: readonly BalanceChange[];
  readonly lots: readonly LotChange[];
}

/** Reads a page; events of other kinds of stream are none of an account. An unknown account event throws. */
export function changesOf(page: readonly RecordedEvent[]): PageChanges {
  const sums = new PageSums();
  const entries: JournalEntry[] = [];
  for (const recorded of page) {
    if (!recorded.stream.startsWith('account-')) continue;
    const event = upcastAccount(recorded.type, recorded.version, bodyOf(recorded));
    const entry = { account: partsOf(recorded.stream)[0]!, tenant: tenantOf(recorded.stream), recorded, event };
    entries.push(entry);
    sums.add(entry);
  }
  return { entries, balances: [...sums.balances.values()], lots: [...sums.lots.values()] };
}

class PageSums {
  readonly balances = new Map<string, BalanceChange>();
  readonly lots = new Map<string, LotChange>();

  add(entry: JournalEntry): void {
    const { event } = entry;
    if (event.type === 'AccountOpened') return;
    this.post(entry, event.data);
    switch (event.type) {
      case 'PointsAccrued':
        return this.accrued(entry, event.data);
      case 'AccrualAmended':
        return this.amended(entry, event.data);
      case 'PointsReversed':
        return this.reversed(entry, event.data);
      case 'ReversalRecalculated':
        return this.recalculated(entry, event.data);
    }
  }

  private post(
    { account, tenant, recorded }: JournalEntry,
    data: PointsAccrued['data'] | PointsReversed['data'],
  ): void {
    const { program, holder } = data;
    const { revision, position } = recorded;
    for (const [book, asset, , amount] of data.postings) {
      if (book === 'issuer-obligation') continue;
      const key = `${account} ${asset}`;
      let balance = this.balances.get(key);
      if (!balance) {
        balance = { account, asset, tenant, program, holder, available: 0n, uncollectable: 0n, revision, position };
        this.balances.set(key, balance);
      }
      if (book === 'available') balance.available += BigInt(amount);
      else balance.uncollectable -= BigInt(amount);
      balance.revision = revision;
      balance.position = position;
    }
  }

  private accrued({ account, recorded }: JournalEntry, data: PointsAccrued['data']): void {
    for (const grant of data.grants) {
      const { asset, lot, amount } = grant;
      if (lot === undefined) continue;
      const terms = termsOf(grant, data, recorded.revision);
      const change = { account, lot, asset, begins: true, terms, granted: BigInt(amount), reversed: 0n };
      this.lots.set(`${account} ${lot}`, change);
    }
  }

  private amended({ account, recorded }: JournalEntry, data: AccrualAmended['data']): void {
    for (const change of data.changes) {
      if (change.lot !== undefined) this.lot(account, change.lot, change.asset).granted += difference(change);
    }
    for (const grant of data.grants) {
      const { asset, lot } = grant;
      if (lot === undefined) continue;
      const known = this.lot(account, lot, asset);
      known.terms = termsOf(grant, data, known.terms?.revision ?? recorded.revision);
    }
  }

  private reversed({ account }: JournalEntry, { items }: PointsReversed['data']): void {
    for (const { asset, slices } of items) {
      for (const { lot, amount } of slices ?? []) this.lot(account, lot, asset).reversed += BigInt(amount);
    }
  }

  private recalculated({ account }: JournalEntry, { changes }: ReversalRecalculated['data']): void {
    for (const change of changes) {
      if (change.lot !== undefined) this.lot(account, change.lot, change.asset).reversed += difference(change);
    }
  }

  private lot(account: string, lot: string, asset: string): LotChange {
    const key = `${account} ${lot}`;
    let change = this.lots.get(key);
    if (!change) {
      change = { account, lot, asset, begins: false, granted: 0n, reversed: 0n };
      this.lots.set(key, change);
    }
    return change;
  }
}

function difference({ from, to }: Change): bigint {
  return BigInt(to) - BigInt(from);
}

function termsOf(grant: Granted, data: PointsAccrued['data'], revision: number): LotTerms {
  const { unitCost, expiresAt, priority } = grant;
  return {
    issuer: data.issuer,
    store: data.store,
    unitCost,
    priority: priority === undefined ? 0 : Number(priority),
    effectiveAt: instant(data.effectiveAt),
    expiresAt: expiresAt === undefined ? null : instant(expiresAt),
    revision,
  };
}
