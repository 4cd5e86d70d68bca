import { bodyOf, partsOf, type RecordedEvent, tenantOf } from '@tallystick/decider';
import {
  type AccrualAmended,
  type Book,
  type Change,
  type DecisionEvent,
  type ExpiryExtended,
  type FactEvent,
  type Granted,
  type HoldCaptured,
  type HoldPlaced,
  type LotBook,
  type PointsAccrued,
  type PointsCredited,
  type PointsGranted,
  type PointsReceived,
  type PointsReversed,
  type RedemptionCancelled,
  type ReversalRecalculated,
  type SliceRow,
  upcastAccount,
} from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import {
  type BalanceChange,
  type LotTerms,
  type LotPart,
  type LotChange,
  type HoldChange,
  type JournalEntry,
} from './changes';
import { type DebtChange, DebtSums } from './debt-sums';
import { LateSums } from './late-sums';
import { addCame, addLeft, addPaid, type CarrySums, type GoneRow } from './carried-rows';

/** The sums of a page of account events: one change per balance and per lot, however many events made it. */
export interface PageChanges {
  readonly entries: readonly JournalEntry[];
  readonly balances: readonly BalanceChange[];
  readonly lots: readonly LotChange[];
  readonly holds: readonly HoldChange[];
  readonly late: LateSums;
  readonly debts: readonly DebtChange[];
  /** Debts of which a part, or all, left their accounts by a merge. */
  readonly goneDebts: readonly GoneRow[];
  /** Events of other kinds of stream. */
  readonly others: readonly RecordedEvent[];
  /** Lots and holds that left their accounts by a merge and did not come back in the page. */
  readonly goneLots: readonly GoneRow[];
  readonly goneHolds: readonly GoneRow[];
}

/** Reads a page; events of other kinds of stream are none of an account. An unknown account event throws. */
export function changesOf(page: readonly RecordedEvent[]): PageChanges {
  const sums = new PageSums();
  const entries: JournalEntry[] = [];
  const others: RecordedEvent[] = [];
  for (const recorded of page) {
    if (!recorded.stream.startsWith('account-')) {
      others.push(recorded);
      continue;
    }
    const event = upcastAccount(recorded.type, recorded.version, bodyOf(recorded));
    const entry = { account: partsOf(recorded.stream)[0]!, tenant: tenantOf(recorded.stream), recorded, event };
    entries.push(entry);
    sums.add(entry);
  }
  return {
    entries,
    balances: [...sums.balances.values()],
    lots: [...sums.lots.values()],
    holds: [...sums.holds.values()],
    late: sums.late,
    debts: sums.debts.changes(),
    goneDebts: sums.debts.gone,
    others,
    goneLots: [...sums.goneLots.values()],
    goneHolds: [...sums.goneHolds.values()],
  };
}

class PageSums implements CarrySums {
  readonly balances = new Map<string, BalanceChange>();
  readonly lots = new Map<string, LotChange>();
  readonly holds = new Map<string, HoldChange>();
  readonly late = new LateSums();
  readonly debts = new DebtSums();
  readonly goneLots = new Map<string, GoneRow>();
  readonly goneHolds = new Map<string, GoneRow>();

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
      default:
        return this.decided(entry, event);
    }
  }

  private post({ account, tenant, recorded }: JournalEntry, data: FactEvent['data'] | DecisionEvent['data']): void {
    const { program, holder } = data;
    const { revision, position } = recorded;
    for (const [book, asset, , amount] of data.postings) {
      if (!isShown(book)) continue;
      const key = `${account} ${asset}`;
      let balance = this.balances.get(key);
      if (!balance) {
        balance = { account, asset, tenant, program, holder, ...NOTHING_SHOWN, revision, position };
        this.balances.set(key, balance);
      }
      if (book === 'uncollectable' || book === 'deficit') balance[book] -= BigInt(amount);
      else balance[book] += BigInt(amount);
      balance.revision = revision;
      balance.position = position;
    }
  }

  private accrued(entry: JournalEntry, data: PointsAccrued['data']): void {
    for (const grant of data.grants) {
      const { lot, amount } = grant;
      if (lot === undefined) continue;
      const change = this.begun(entry, lot, grant.asset, termsOf(grant, data, entry.recorded.revision));
      give(change, isPending(grant) ? 'pending' : 'available', BigInt(amount));
    }
  }

  private amended(entry: JournalEntry, data: AccrualAmended['data']): void {
    for (const change of data.changes) {
      if (change.lot !== undefined) give(this.lot(entry, change.lot, change.asset), partOf(change), difference(change));
    }
    for (const grant of data.grants) {
      const { asset, lot } = grant;
      if (lot === undefined) continue;
      const known = this.lot(entry, lot, asset);
      known.terms = termsOf(grant, data, known.terms?.revision ?? entry.recorded.revision);
    }
  }

  private reversed(entry: JournalEntry, { items }: PointsReversed['data']): void {
    for (const { asset, slices } of items) {
      for (const slice of slices ?? []) {
        move(this.lot(entry, slice.lot, asset), partOf(slice), 'reversed', BigInt(slice.amount));
      }
    }
  }

  private recalculated(entry: JournalEntry, { changes }: ReversalRecalculated['data']): void {
    for (const change of changes) {
      if (change.lot === undefined) continue;
      move(this.lot(entry, change.lot, change.asset), partOf(change), 'reversed', difference(change));
    }
  }

  private decided(entry: JournalEntry, event: DecisionEvent): void {
    switch (event.type) {
      case 'PointsActivated':
        return this.shift(entry, event.data.asset, event.data.slices, 'pending', 'available');
      case 'HoldPlaced':
        this.hold(entry, event.data, 'open');
        return this.shift(entry, event.data.asset, event.data.slices, 'available', 'held');
      case 'HoldCaptured':
        return this.captured(entry, event.data);
      case 'HoldReleased':
      case 'HoldLapsed':
        this.hold(entry, event.data, event.type === 'HoldReleased' ? 'released' : 'lapsed');
        return this.shift(entry, event.data.asset, event.data.slices, 'held', 'available');
      case 'LotsExpired':
        this.shift(entry, event.data.asset, event.data.pending ?? [], 'pending', 'expired');
        return this.shift(entry, event.data.asset, event.data.slices, 'available', 'expired');
      case 'ExpiryExtended':
        return this.extended(entry, event.data);
      case 'RedemptionCancelled':
        return this.cancelled(entry, event.data);
      case 'PointsDebited':
      case 'PointsSent':
        return this.shift(entry, event.data.asset, event.data.slices, 'available', 'moved');
      case 'PointsCredited':
        return this.credited(entry, event.data);
      case 'PointsGranted':
        return this.granted(entry, event.data);
      case 'PointsWithdrawn':
        this.debts.pay(entry, event.data);
        this.shift(entry, event.data.asset, event.data.fallen ?? [], 'available', 'expired');
        return this.shift(entry, event.data.asset, event.data.slices, 'available', 'moved');
      case 'LotsReactivated':
        this.shift(entry, event.data.asset, event.data.slices, 'expired', 'available');
        return this.extended(entry, event.data);
      case 'CreditOverdue':
      case 'LoanOverdue':
        return this.debts.overdue(entry, event.data);
      case 'PointsReceived':
      case 'PointsImported':
        return this.arrived(entry, event.data);
      case 'PointsExchanged': {
        const { asset, slices, toAsset, received } = event.data;
        this.shift(entry, asset, slices, 'available', 'moved');
        return this.arrived(entry, { ...event.data, asset: toAsset, slices: received });
      }
      case 'LeaseSettledLate':
      case 'LateSettlementDecided':
        return this.late.add(entry, event);
      case 'AccountMerged':
      case 'AccountSplit':
        return addLeft(this, entry, event.data);
      case 'AccountAbsorbed':
      case 'AccountRestored':
        return addCame(this, entry, event.data);
      case 'ReversalsPaid':
        return addPaid(this, entry, event.data);
      case 'PoolOpened':
      case 'PoolMemberSet':
      case 'PoolMemberLeft':
      case 'LateLot':
      case 'BooksCarriedForward':
      case 'ExpiryNoticed':
      case 'AccountFrozen':
      case 'AccountUnfrozen':
      case 'AccountClosed':
    }
  }

  private captured(entry: JournalEntry, data: HoldCaptured['data']): void {
    const { asset, slices, released, beyond = [], amount } = data;
    this.shift(entry, asset, beyond, 'available', 'held');
    this.shift(entry, asset, slices, 'held', 'spent');
    this.shift(entry, asset, released, 'held', 'available');
    this.hold(entry, data, 'captured').captured = BigInt(amount);
    if (data.owed) this.debts.owe(entry, `credit:${data.hold}`, data, data.owed.amount, data.owed.dueAt);
  }

  private granted(entry: JournalEntry, data: PointsGranted['data']): void {
    this.arrived(entry, data);
    this.debts.pay(entry, data);
    if (data.by === 'loan' && data.dueAt !== undefined)
      this.debts.owe(entry, `loan:${data.grant}`, data, data.amount, data.dueAt);
  }

  private extended(entry: JournalEntry, { asset, lots }: Pick<ExpiryExtended['data'], 'asset' | 'lots'>): void {
    for (const [lot, , to] of lots) this.lot(entry, lot, asset).extendedTo = instant(to);
  }

  private cancelled(entry: JournalEntry, data: RedemptionCancelled['data']): void {
    const { asset, slices, grace, amount } = data;
    this.debts.pay(entry, data);
    this.shift(entry, asset, slices, 'spent', 'available');
    for (const lot of grace?.lots ?? []) this.lot(entry, lot, asset).extendedTo = instant(grace!.until);
    this.hold(entry, data, 'captured').cancelled += BigInt(amount);
  }

  private credited(entry: JournalEntry, data: PointsCredited['data']): void {
    const { asset, lot, unit, unitCost, expiresAt, effectiveAt } = data;
    const at = instant(effectiveAt);
    const expiry = expiresAt === undefined ? null : instant(expiresAt);
    const terms = { issuer: unit, store: '', unitCost, priority: 0, effectiveAt: at, activatesAt: null };
    const { revision } = entry.recorded;
    give(this.begun(entry, lot, asset, { ...terms, expiresAt: expiry, revision }), 'available', BigInt(data.amount));
  }

  private arrived(entry: JournalEntry, { asset, slices, lots, effectiveAt, store = '' }: Arrival): void {
    slices.forEach(([lot, issuer, unitCost, amount], index) => {
      const { priority = '0', expiresAt } = lots[index]!;
      const terms = {
        issuer,
        store,
        unitCost,
        priority: Number(priority),
        effectiveAt: instant(effectiveAt),
        activatesAt: null,
        expiresAt: expiresAt === undefined ? null : instant(expiresAt),
        revision: entry.recorded.revision,
      };
      give(this.begun(entry, lot, asset, terms), 'available', BigInt(amount));
    });
  }

  hold(
    { account, tenant, recorded }: JournalEntry,
    data: { readonly hold: string },
    state: HoldChange['state'],
  ): HoldChange {
    const key = `${account} ${data.hold}`;
    const known = this.holds.get(key);
    const placed = state === 'open' && 'unit' in data ? (data as HoldPlaced['data']) : known?.placed;
    const { captured = 0n, cancelled = 0n } = known ?? {};
    const change = {
      account,
      tenant,
      hold: data.hold,
      placed,
      state,
      captured,
      cancelled,
      revision: recorded.revision,
    };
    this.holds.set(key, change);
    return change;
  }

  private shift(entry: JournalEntry, asset: string, slices: readonly SliceRow[], from: LotPart, to: LotPart): void {
    for (const [lot, , , amount] of slices) move(this.lot(entry, lot, asset), from, to, BigInt(amount));
  }

  private begun({ account }: JournalEntry, lot: string, asset: string, terms: LotTerms): LotChange {
    const change: LotChange = { account, lot, asset, begins: true, terms, granted: 0n, ...NOTHING_MOVED };
    this.lots.set(`${account} ${lot}`, change);
    return change;
  }

  lot({ account }: JournalEntry, lot: string, asset: string): LotChange {
    const key = `${account} ${lot}`;
    let change = this.lots.get(key);
    if (!change) {
      change = { account, lot, asset, begins: false, granted: 0n, ...NOTHING_MOVED };
      this.lots.set(key, change);
    }
    return change;
  }
}

type Arrival = Pick<PointsReceived['data'], 'asset' | 'slices' | 'lots' | 'effectiveAt'> & { readonly store?: string };

const NOTHING_SHOWN = { available: 0n, pending: 0n, held: 0n, uncollectable: 0n, deficit: 0n };
const NOTHING_MOVED = { pending: 0n, available: 0n, held: 0n, spent: 0n, expired: 0n, reversed: 0n, moved: 0n };

function isShown(book: Book): book is keyof typeof NOTHING_SHOWN {
  return book in NOTHING_SHOWN;
}

/** Grants an amount to a part of a lot. */
export function give(change: LotChange, part: LotPart, amount: bigint): void {
  change.granted += amount;
  change[part] += amount;
}

/** Moves an amount between two parts of a lot. */
export function move(change: LotChange, from: LotPart, to: LotPart, amount: bigint): void {
  change[from] -= amount;
  change[to] += amount;
}

/** The part of a lot that a fact moved. */
function partOf({ book }: { readonly book?: LotBook }): LotPart {
  return book === 'breakage' ? 'expired' : (book ?? 'available');
}

function isPending({ activatesAt, activatesOn }: Granted): boolean {
  return activatesAt !== undefined || activatesOn !== undefined;
}

function difference({ from, to }: Change): bigint {
  return BigInt(to) - BigInt(from);
}

function termsOf(grant: Granted, data: PointsAccrued['data'], revision: number): LotTerms {
  const { unitCost, expiresAt, priority, activatesAt } = grant;
  return {
    issuer: data.issuer,
    store: data.store,
    unitCost,
    priority: priority === undefined ? 0 : Number(priority),
    effectiveAt: instant(data.effectiveAt),
    activatesAt: activatesAt === undefined ? null : instant(activatesAt),
    expiresAt: expiresAt === undefined ? null : instant(expiresAt),
    revision,
  };
}
