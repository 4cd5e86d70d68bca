import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

/** Whose requests are read: those of a program, or of one unit in it. */
export interface RequestScope {
  readonly tenant: string;
  readonly program: string;
  readonly unit?: string;
  readonly state?: AdjustmentRequestRow['state'];
}

export interface AdjustmentRequestRow {
  readonly request: string;
  readonly state: 'pending' | 'approved' | 'turned-down';
  readonly account: string;
  readonly adjustment: string;
  readonly asset: string;
  readonly amount: string;
  readonly reason: string;
  readonly unit: string;
  readonly maker: string;
  readonly requestedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly position: string;
}

export interface DisputeRow {
  readonly dispute: string;
  readonly state: 'open' | 'overdue' | 'granted' | 'declined';
  readonly claim: 'missing-accrual' | 'incorrect-accrual';
  readonly purchases: string;
  readonly openedAt: Date;
  readonly deadline: Date;
  readonly resolvedAt: Date | null;
  readonly outcome: string | null;
}

/** A dispute that is due, and its place in the order of reading. */
export interface DueDispute {
  readonly account: string;
  readonly dispute: string;
  readonly deadline: Date;
}

const REQUEST = `request::text as request, state, account::text as account, adjustment, asset, amount::text as amount, reason,
  unit, maker, requested_at as "requestedAt", decided_by as "decidedBy", decided_at as "decidedAt",
  position::text as position`;
const DISPUTE = `dispute, state, claim, purchases, opened_at as "openedAt", deadline, resolved_at as "resolvedAt", outcome`;

/** A page of them, by the partial index of those that are open; `$4, $5, $6` is the place behind which it begins. */
export const OVERDUE_DISPUTES = `select account::text as account, dispute, deadline from dispute
  where state = 'open' and deadline <= $1 and tenant = $2 and program = $3
    and (deadline, account, dispute) > ($4, $5, $6)
  order by dispute.deadline, dispute.account, dispute.dispute limit $7`;

/** Reads what waits, or waited, for a person's decision: requests for adjustments and disputes. */
export class CaseBook {
  constructor(private readonly pool: Pool) {}

  /** Requests in the order in which they were made, behind a position; in one state or in any. */
  async requests(
    { tenant, program, unit, state }: RequestScope,
    after: string | undefined,
    max: number,
  ): Promise<AdjustmentRequestRow[]> {
    const { rows } = await this.pool.query<AdjustmentRequestRow>({
      name: 'case-book-requests',
      text: `select ${REQUEST} from adjustment_request
             where tenant = $1 and program = $2 and ($3::text is null or unit = $3)
               and ($4::text is null or state = $4) and adjustment_request.position > $5
             order by adjustment_request.position limit $6`,
      values: [tenant, program, unit ?? null, state ?? null, after ?? '0', max],
    });
    return rows;
  }

  /** One request; `undefined` where there is none of that name in the scope. */
  async request({ tenant, program, unit }: RequestScope, request: string): Promise<AdjustmentRequestRow | undefined> {
    const { rows } = await this.pool.query<AdjustmentRequestRow>({
      name: 'case-book-request',
      text: `select ${REQUEST} from adjustment_request
             where request = $1 and tenant = $2 and program = $3 and ($4::text is null or unit = $4)`,
      values: [request, tenant, program, unit ?? null],
    });
    return rows[0];
  }

  /** Disputes of an account by name, behind `after`; none of an account of another tenant or program. */
  async disputes(
    { tenant, program }: Pick<RequestScope, 'tenant' | 'program'>,
    account: string,
    after: string,
    max: number,
  ): Promise<DisputeRow[]> {
    const { rows } = await this.pool.query<DisputeRow>({
      name: 'case-book-disputes',
      text: `select ${DISPUTE} from dispute where account = $1 and tenant = $2 and program = $3 and dispute > $4
             order by dispute limit $5`,
      values: [account, tenant, program, after, max],
    });
    return rows;
  }

  /** A page of open disputes of a program whose deadline is at or before `at`, the oldest first, behind a place. */
  async overdue(
    { tenant, program }: Pick<RequestScope, 'tenant' | 'program'>,
    at: Instant,
    after: DueDispute = BEFORE_ALL,
    max: number,
  ): Promise<DueDispute[]> {
    const { rows } = await this.pool.query<DueDispute>({
      name: 'case-book-overdue',
      text: OVERDUE_DISPUTES,
      values: [new Date(at), tenant, program, after.deadline, after.account, after.dispute, max],
    });
    return rows;
  }
}

const BEFORE_ALL: DueDispute = {
  account: '00000000-0000-0000-0000-000000000000',
  dispute: '',
  deadline: new Date(0),
};
