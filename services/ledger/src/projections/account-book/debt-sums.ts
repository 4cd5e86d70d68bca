import { type Debt, type LoanOverdue, overdueName, type PointsGranted } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { CarryingData, GoneRow } from './carried-rows';
import type { JournalEntry } from './changes';

/** What a page makes of a debt; `amount` and `owed` are what it adds, and takes away. */
export interface DebtChange {
  readonly account: string;
  readonly debt: string;
  readonly tenant: string;
  readonly program: string;
  made?: Pick<Debt, 'asset' | 'unit' | 'at' | 'dueAt'>;
  amount: bigint;
  owed: bigint;
  overdue: boolean;
  revision: number;
}

type Made = Pick<PointsGranted['data'], 'asset' | 'unit' | 'effectiveAt' | 'program'>;

/** The debts that a page makes, pays and finds overdue: one change a debt, however many events made it. */
export class DebtSums {
  private readonly debts = new Map<string, DebtChange>();
  private readonly left = new Map<string, GoneRow>();

  /** Rows of debts of which at least a part has left. */
  get gone(): readonly GoneRow[] {
    return [...this.left.values()];
  }

  changes(): readonly DebtChange[] {
    return [...this.debts.values()];
  }

  owe(
    entry: JournalEntry,
    name: string,
    { asset, unit, effectiveAt, program }: Made,
    amount: string,
    dueAt: string,
  ): void {
    const made = { asset, unit, at: instant(effectiveAt), dueAt: instant(dueAt) };
    const owed = BigInt(amount);
    if (owed > 0n) this.add(entry, name, program, { amount: owed, owed }, made);
  }

  pay(entry: JournalEntry, { repaid = [], program }: Pick<PointsGranted['data'], 'repaid' | 'program'>): void {
    for (const [name, amount] of repaid) this.add(entry, name, program, { amount: 0n, owed: -BigInt(amount) });
  }

  overdue(entry: JournalEntry, { debt, program }: LoanOverdue['data']): void {
    this.add(entry, debt, program, { amount: 0n, owed: 0n }).overdue = true;
  }

  /** Debts, or parts of some, that leave their account by a merge: a row without an amount is taken away. */
  leave(entry: JournalEntry, { debts = [], program }: CarryingData): void {
    for (const { debt, amount, owed } of debts) {
      this.add(entry, debt, program, { amount: -BigInt(amount), owed: -BigInt(owed) });
      this.left.set(`${entry.account} ${debt}`, { account: entry.account, name: debt });
    }
  }

  /** Debts that come to an account by a merge, some of them overdue already. */
  come(entry: JournalEntry, { debts = [], said, program }: CarryingData): void {
    const names = new Set(debts.length > 0 ? said.map(([name]) => name) : []);
    for (const { debt, asset, unit, effectiveAt, dueAt, amount, owed } of debts) {
      const made = { asset, unit, at: instant(effectiveAt), dueAt: instant(dueAt) };
      const change = this.add(entry, debt, program, { amount: BigInt(amount), owed: BigInt(owed) }, made);
      if (names.has(overdueName(debt))) change.overdue = true;
    }
  }

  private add(
    { account, tenant, recorded: { revision } }: JournalEntry,
    debt: string,
    program: string,
    { amount, owed }: Pick<DebtChange, 'amount' | 'owed'>,
    made?: DebtChange['made'],
  ): DebtChange {
    const key = `${account} ${debt}`;
    const known = this.debts.get(key);
    if (known) {
      const sums = { amount: known.amount + amount, owed: known.owed + owed };
      return Object.assign(known, sums, { made: made ?? known.made, revision });
    }
    const change = { account, debt, tenant, program, made, amount, owed, overdue: false, revision };
    this.debts.set(key, change);
    return change;
  }
}
