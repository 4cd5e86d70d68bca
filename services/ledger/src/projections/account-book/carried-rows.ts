import {
  type AccountAbsorbed,
  type AccountMerged,
  type AccountRestored,
  type AccountSplit,
  type CarriedHold,
  lotOf,
  type ReversalsPaid,
} from '@tallystick/ledger-domain';
import { textColumn, uuidColumn } from '@tallystick/postgres';
import type { RowStatement, TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import { type HoldChange, type JournalEntry, LOT_PARTS, type LotChange, type LotPart, type LotTerms } from './changes';
import type { DebtSums } from './debt-sums';
import type { LateSums } from './late-sums';
import { give, move } from './movements';

/** An event by which lots and holds go from one account to another. */
export type CarryingData = (AccountMerged | AccountAbsorbed | AccountSplit | AccountRestored)['data'];

/** A lot as it leaves or arrives: its terms, and how much of it lies where. */
export interface CarriedLotRow {
  readonly lot: string;
  readonly asset: string;
  readonly terms: LotTerms;
  readonly extendedTo?: number;
  readonly parts: Readonly<Record<LotPart, bigint>>;
}

/** The sums of a page, as far as a merge changes them. */
export interface CarrySums {
  readonly holds: Map<string, HoldChange>;
  readonly goneLots: Map<string, GoneRow>;
  readonly goneHolds: Map<string, GoneRow>;
  readonly debts: DebtSums;
  readonly late: LateSums;
  lot(entry: JournalEntry, lot: string, asset: string): LotChange;
  hold(entry: JournalEntry, data: { readonly hold: string }, state: HoldChange['state']): HoldChange;
}

/** The lots that an event carries. */
function carriedLots({ accruals, reversals }: CarryingData, revision: number): CarriedLotRow[] {
  const revived = new Map<string, bigint>();
  for (const { slices = [] } of reversals.flatMap(({ items }) => items)) {
    for (const { lot, amount, book } of slices) {
      if (book === 'breakage') revived.set(lot, (revived.get(lot) ?? 0n) + BigInt(amount));
    }
  }
  return accruals.flatMap(({ issuer, effectiveAt, lots }) =>
    lots.flatMap((one): CarriedLotRow[] => {
      const { lot, asset, unitCost, priority = '0', pending, used = ['0', '0', '0', '0'] } = one;
      if (lot === undefined) return [];
      const [held, spent, over, moved] = used.map(BigInt) as [bigint, bigint, bigint, bigint];
      const [remaining, back] = [BigInt(one.remaining), revived.get(lot) ?? 0n];
      const terms = {
        issuer,
        store: '',
        unitCost,
        priority: Number(priority),
        effectiveAt: instant(effectiveAt),
        activatesAt: pending && one.activatedAt !== undefined ? instant(one.activatedAt) : null,
        expiresAt: one.expiresAt === undefined ? null : instant(one.expiresAt),
        revision,
      };
      const parts = {
        pending: pending ? remaining : 0n,
        available: pending ? 0n : remaining,
        held,
        spent,
        expired: over - back,
        reversed: BigInt(one.granted) - remaining - held - spent - over - moved + back,
        moved,
      };
      const extendedTo = one.extendedTo === undefined ? {} : { extendedTo: instant(one.extendedTo) };
      return [{ lot, asset, terms, ...extendedTo, parts }];
    }),
  );
}

/** What a hold row is placed with. */
function placedOf({ asset, amount, unit, store, effectiveAt, until }: CarriedHold): HoldChange['placed'] {
  return { asset, amount, unit, store, effectiveAt, until };
}

/** What was redeemed of a hold, and what of it was cancelled. */
function endsOf({ state, captured, slices }: CarriedHold): { captured: bigint; cancelled: bigint } {
  if (state !== 'captured') return { captured: 0n, cancelled: 0n };
  const left = slices.reduce((sum, [, , , amount]) => sum + BigInt(amount), 0n);
  return { captured: BigInt(captured), cancelled: BigInt(captured) - left };
}

/** A row that has left its account. */
export interface GoneRow {
  readonly account: string;
  readonly name: string;
}

/** Takes away rows that have left their accounts: they are rows of another one. */
export function deleteGone(
  of: 'lot' | 'hold' | 'late_settlement',
  column: 'lot' | 'hold' | 'lease',
  gone: readonly GoneRow[],
  table: TableName,
): RowStatement {
  return {
    text: `delete from ${table(of)} as known using (select unnest($1::uuid[]) as account, unnest($2::text[]) as name) as u
           where known.account = u.account and known.${column} = u.name`,
    values: [uuidColumn(gone.map(({ account }) => account)), textColumn(gone.map(({ name }) => name))],
  };
}

/** Adds what leaves an account by a merge, or is given back by its undoing. */
export function addLeft(sums: CarrySums, entry: JournalEntry, data: CarryingData): void {
  const { account } = entry;
  for (const { lot, asset, parts } of carriedLots(data, entry.recorded.revision)) {
    const change = sums.lot(entry, lot, asset);
    for (const part of LOT_PARTS) give(change, part, -parts[part]);
    sums.goneLots.set(`${account} ${lot}`, { account, name: lot });
  }
  for (const hold of data.holds) {
    const change = sums.hold(entry, hold, hold.state);
    const { captured, cancelled } = endsOf(hold);
    change.captured -= captured;
    change.cancelled -= cancelled;
    if (!hold.parted) sums.goneHolds.set(`${account} ${hold.hold}`, { account, name: hold.hold });
  }
  sums.debts.leave(entry, data);
  sums.late.leave(entry, data);
}

/** Adds what comes to an account by a merge, or is back by its undoing. */
export function addCame(sums: CarrySums, entry: JournalEntry, data: CarryingData): void {
  for (const { lot, asset, terms, extendedTo, parts } of carriedLots(data, entry.recorded.revision)) {
    const key = `${entry.account} ${lot}`;
    const change = sums.lot(entry, lot, asset);
    change.terms = terms;
    change.extendedTo = extendedTo;
    for (const part of LOT_PARTS) give(change, part, parts[part]);
    sums.goneLots.delete(key);
  }
  for (const hold of data.holds) {
    const key = `${entry.account} ${hold.hold}`;
    const { captured, cancelled } = endsOf(hold);
    const change = { ...sums.hold(entry, hold, hold.state), placed: placedOf(hold) };
    change.captured += captured;
    change.cancelled += cancelled;
    sums.holds.set(key, change);
    sums.goneHolds.delete(key);
  }
  sums.debts.come(entry, data);
  sums.late.come(entry, data);
  if ('repaid' in data) sums.debts.pay(entry, data);
}

/** Adds what moved between lots before the two are parted. */
export function addPaid(sums: CarrySums, entry: JournalEntry, { paid }: ReversalsPaid['data']): void {
  for (const slice of paid) {
    const { asset, lot, as, issuer, unitCost, priority = '0', expiresAt } = slice;
    const amount = BigInt(slice.amount);
    move(sums.lot(entry, lot, asset), 'reversed', 'moved', amount);
    const terms = {
      issuer,
      store: '',
      unitCost,
      priority: Number(priority),
      effectiveAt: instant(slice.effectiveAt),
      activatesAt: null,
      expiresAt: expiresAt === undefined ? null : instant(expiresAt),
      revision: entry.recorded.revision,
    };
    const change = sums.lot(entry, lotOf(`${as.source}:${as.id}`, asset), asset);
    change.terms = terms;
    give(change, 'reversed', amount);
  }
}
