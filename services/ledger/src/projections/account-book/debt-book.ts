import type { Pool } from '@tallystick/postgres';

export interface DebtRow {
  readonly debt: string;
  readonly asset: string;
  readonly unit: string;
  readonly amount: string;
  readonly owed: string;
  readonly at: Date;
  readonly dueAt: Date;
  readonly overdue: boolean;
}

/** Reads what accounts of one tenant owe. */
export class DebtBook {
  constructor(private readonly pool: Pool) {}

  /** Debts of an account by name, behind `after`, paid ones too; none of an account of another tenant. */
  async debts(tenant: string, account: string, after: string, max: number): Promise<DebtRow[]> {
    const { rows } = await this.pool.query<DebtRow>({
      name: 'debt-book-debts',
      text: `select debt, asset, unit, amount, owed, at, due_at as "dueAt", overdue from debt
             where account = $1 and tenant = $2 and debt > $3 order by debt limit $4`,
      values: [account, tenant, after, max],
    });
    return rows;
  }
}
