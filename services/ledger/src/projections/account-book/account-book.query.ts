import { position, type Position } from '@tallystick/decider';
import type { Pool } from '@tallystick/postgres';
import { consumerOf } from '@tallystick/read-models';
import { accountBookProjection } from './account-book.projection';
import { postingsIn, type PostingRow } from './postings-text';

/** Events whose source is also the purchase that explains them. */
const CAUSED_BY_PURCHASE = "('PointsAccrued', 'AccrualAmended')";

export interface BalanceRow {
  readonly asset: string;
  readonly available: string;
  readonly pending: string;
  readonly held: string;
  readonly uncollectable: string;
  readonly deficit: string;
  readonly revision: number;
  readonly position: Position;
}

export interface ListedBalanceRow {
  readonly account: string;
  readonly available: string;
}

export interface LotRow {
  readonly lot: string;
  readonly asset: string;
  readonly issuer: string;
  readonly store: string;
  readonly unitCost: string;
  readonly effectiveAt: Date;
  readonly expiresAt: Date | null;
  readonly granted: string;
  readonly pending: string;
  readonly available: string;
  readonly held: string;
  readonly spent: string;
  readonly expired: string;
  readonly reversed: string;
  readonly moved: string;
  readonly revision: number;
}

export interface StatementRow {
  readonly revision: number;
  readonly position: Position;
  readonly type: string;
  readonly source: string | null;
  readonly sourceId: string | null;
  readonly purchaseSource: string | null;
  readonly purchaseId: string | null;
  readonly receipt: string | null;
  readonly store: string | null;
  readonly effectiveAt: Date | null;
  readonly recordedAt: Date;
  readonly postings: readonly PostingRow[];
}

/** Reads balances, lots and the journal of accounts of one tenant. */
export class AccountBook {
  constructor(private readonly pool: Pool) {}

  /** Log position up to which the rows are complete. */
  async reached(): Promise<Position> {
    const { rows } = await this.pool.query<{ position: string }>({
      name: 'account-book-reached',
      text: `select coalesce(max(position), 0) as position from consumer_position
             where consumer = $1 and topic = 'log:ledger'`,
      values: [consumerOf(accountBookProjection)],
    });
    return position(BigInt(rows[0]?.position ?? 0));
  }

  /** A page of what the accounts of a program hold of one asset, by account; `after` is exclusive. */
  async allBalances(
    { tenant, program }: { readonly tenant: string; readonly program: string },
    asset: string,
    after: string | undefined,
    max: number,
  ): Promise<ListedBalanceRow[]> {
    const { rows } = await this.pool.query<ListedBalanceRow>({
      name: 'account-book-all-balances',
      text: `select account::text as account, available::text as available from balance
             where tenant = $1 and program = $2 and asset = $3
               and account > coalesce($4::uuid, '00000000-0000-0000-0000-000000000000')
             order by account limit $5`,
      values: [tenant, program, asset, after ?? null, max],
    });
    return rows;
  }

  /** The balances of an account by asset; empty where the account holds nothing, or is not of the tenant. */
  async balances(tenant: string, account: string): Promise<BalanceRow[]> {
    const { rows } = await this.pool.query<BalanceRow>({
      name: 'account-book-balances',
      text: `select asset, available, pending, held, uncollectable, deficit, revision, position
             from balance where account = $1 and tenant = $2 order by asset`,
      values: [account, tenant],
    });
    return rows.map((row) => ({ ...row, position: position(BigInt(row.position)) }));
  }

  /** True where the tenant has the account: its first event is in the journal. */
  async knows(tenant: string, account: string): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'account-book-knows',
      text: 'select from journal where account = $1 and revision = 0 and tenant = $2',
      values: [account, tenant],
    });
    return rowCount === 1;
  }

  /** Lots of a known account by name, behind `after`. */
  async lots(account: string, after: string, max: number): Promise<LotRow[]> {
    const { rows } = await this.pool.query<LotRow>({
      name: 'account-book-lots',
      text: `select lot, asset, issuer, store, unit_cost as "unitCost", effective_at as "effectiveAt",
                    coalesce(extended_to, expires_at) as "expiresAt", granted, pending, available, held, spent, expired, reversed, moved, revision
             from lot where account = $1 and lot > $2 order by lot limit $3`,
      values: [account, after, max],
    });
    return rows;
  }

  /** The journal of a known account, newest first, before a revision (exclusive; none: from the newest). */
  async statement(account: string, before: number | undefined, max: number): Promise<StatementRow[]> {
    const { rows } = await this.pool.query<Omit<StatementRow, 'postings'> & { readonly postings: string }>({
      name: 'account-book-statement',
      text: `select revision, position, type, source, source_id as "sourceId",
                    case when type in ${CAUSED_BY_PURCHASE} then source else purchase_source end as "purchaseSource",
                    case when type in ${CAUSED_BY_PURCHASE} then source_id else purchase_id end as "purchaseId",
                    receipt, store, effective_at as "effectiveAt", recorded_at as "recordedAt", postings
             from journal where account = $1 and revision < $2 order by revision desc limit $3`,
      values: [account, before ?? 2_147_483_647, max],
    });
    return rows.map((row) => ({
      ...row,
      position: position(BigInt(row.position)),
      postings: postingsIn(row.postings),
    }));
  }
}
