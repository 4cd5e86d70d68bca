import type { Pool } from '@tallystick/postgres';

export interface ViolationRow {
  readonly account: string;
  readonly revision: number;
  readonly check: string;
  readonly what: string;
  readonly test: string;
  readonly foundAt: Date;
  readonly position: string;
}

/** Reads what the prover found. */
export class AccountProofs {
  constructor(private readonly pool: Pool) {}

  /** Violations of a tenant's accounts in the order in which they were found, behind a position. */
  async violations(tenant: string, after: string, max: number): Promise<ViolationRow[]> {
    const { rows } = await this.pool.query<ViolationRow>({
      name: 'account-proof-violations',
      text: `select account, revision, "check", what, test, found_at as "foundAt", position::text as position
             from violation where tenant = $1 and position > $2 order by violation.position limit $3`,
      values: [tenant, after, max],
    });
    return rows;
  }
}
