import type { Pool } from '@tallystick/postgres';

export type LateState = 'waiting' | 'honoured' | 'refused';

export interface LateRow {
  readonly account: string;
  readonly lease: string;
  readonly state: LateState;
  readonly asset: string;
  readonly amount: string;
  readonly till: string;
  readonly unit: string;
  readonly store: string | null;
  readonly receivedAt: Date;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
  readonly redemption: string | null;
}

/** Reads what tills have settled after their leases had ended. */
export class LateSettlementBook {
  constructor(private readonly pool: Pool) {}

  /** Those of a program in one state, oldest first, behind a place (received at, account, lease). */
  async inState(
    whose: { readonly tenant: string; readonly program: string },
    state: LateState,
    [receivedAt = '1970-01-01T00:00:00.000Z', account = NO_ACCOUNT, lease = '']: readonly string[],
    max: number,
  ): Promise<LateRow[]> {
    const { rows } = await this.pool.query<LateRow>({
      name: 'late-settlements',
      text: `select account::text as account, lease, state, asset, amount, till, unit, store, reason, redemption,
                    received_at as "receivedAt", decided_at as "decidedAt"
               from late_settlement
              where tenant = $1 and program = $2 and state = $3 and (received_at, late_settlement.account, lease) > ($4, $5, $6)
              order by received_at, late_settlement.account, lease limit $7`,
      values: [whose.tenant, whose.program, state, receivedAt, account, lease, max],
    });
    return rows;
  }
}

const NO_ACCOUNT = '00000000-0000-0000-0000-000000000000';
