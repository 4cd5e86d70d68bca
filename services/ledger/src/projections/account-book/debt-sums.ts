import type { Debt, LoanOverdue, PointsGranted } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import type { JournalEntry } from './changes';

/** What a page makes of a debt; `owed` is what it adds, and takes away. */
export interface DebtChange {
  readonly account: string;
  readonly debt: string;
  readonly tenant: string;
  readonly program: string;
  readonly made?: Pick<Debt, 'asset' | 'unit' | 'at' | 'dueAt'> & { readonly amount: bigint };
  owed: bigint;
  overdue: boolean;
  revision: number;
}

type Made = Pick<PointsGranted['data'], 'asset' | 'unit' | 'effectiveAt' | 'program'>;

/** The debts that a page makes, pays and finds overdue: one change a debt, however many events made it. */
export class DebtSums {
  private readonly debts = new Map<string, DebtChange>();

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
    const made = { asset, unit, at: instant(effectiveAt), dueAt: instant(dueAt), amount: BigInt(amount) };
    if (made.amount > 0n) this.add(entry, name, program, made.amount, made);
  }

  pay(entry: JournalEntry, { repaid = [], program }: Pick<PointsGranted['data'], 'repaid' | 'program'>): void {
    for (const [name, amount] of repaid) this.add(entry, name, program, -BigInt(amount));
  }

  overdue(entry: JournalEntry, { debt, program }: LoanOverdue['data']): void {
    this.add(entry, debt, program, 0n).overdue = true;
  }

  private add(
    { account, tenant, recorded: { revision } }: JournalEntry,
    debt: string,
    program: string,
    owed: bigint,
    made?: DebtChange['made'],
  ): DebtChange {
    const key = `${account} ${debt}`;
    const known = this.debts.get(key);
    if (known) return Object.assign(known, { owed: known.owed + owed, revision });
    const change = { account, debt, tenant, program, made, owed, overdue: false, revision };
    this.debts.set(key, change);
    return change;
  }
}
