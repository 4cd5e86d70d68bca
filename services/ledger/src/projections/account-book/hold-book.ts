import type { Pool } from '@tallystick/postgres';

export interface HoldRow {
  readonly hold: string;
  readonly state: 'open' | 'captured' | 'released' | 'lapsed';
  readonly asset: string;
  readonly amount: string;
  readonly captured: string;
  readonly cancelled: string;
  readonly unit: string;
  readonly store: string | null;
  readonly placedAt: Date;
  readonly until: Date;
  readonly revision: number;
}

const COLUMNS = `hold, state, asset, amount, captured, cancelled, unit, store, placed_at as "placedAt", until, revision`;

/** Reads the holds of accounts of one tenant. */
export class HoldBook {
  constructor(private readonly pool: Pool) {}

  /** Holds of an account by name, behind `after`, in one state or in any; none of an account of another tenant. */
  async holds(
    tenant: string,
    account: string,
    state: HoldRow['state'] | undefined,
    after: string,
    max: number,
  ): Promise<HoldRow[]> {
    const { rows } = await this.pool.query<HoldRow>({
      name: 'hold-book-holds',
      text: `select ${COLUMNS} from hold
             where account = $1 and tenant = $2 and ($3::text is null or state = $3) and hold > $4
             order by hold limit $5`,
      values: [account, tenant, state ?? null, after, max],
    });
    return rows;
  }

  /** One hold; `undefined` where the account has none of that name, or is not of the tenant. */
  async hold(tenant: string, account: string, hold: string): Promise<HoldRow | undefined> {
    const { rows } = await this.pool.query<HoldRow>({
      name: 'hold-book-hold',
      text: `select ${COLUMNS} from hold where account = $1 and hold = $2 and tenant = $3`,
      values: [account, hold, tenant],
    });
    return rows[0];
  }
}
