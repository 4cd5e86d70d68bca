import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

/** An account with something that is due, and when that fell due: the place of its row in the order of reading. */
export interface DueAccount {
  readonly account: string;
  readonly due: Date;
}

/** Reads a page of what is due, oldest first, behind a place; an account comes once for each thing that is due. */
export type DuePages = (after: DueAccount | undefined, max: number) => Promise<DueAccount[]>;

/**
 * What is read of it. `$1` is the instant, `$2, $3` the place behind which a page begins, `$4` its size, `$5, $6` whose it is,
 * `$7` when the day begins. Each follows a partial index that holds what is still open, in the order of its keys: neither
 * what has ended before nor what ends later is looked at.
 */
export const DUE_QUERIES = {
  'due-expiries': `select lot.account::text as account, coalesce(extended_to, expires_at) as due
     from lot join balance using (account, asset)
    where lot.available > 0 and coalesce(extended_to, expires_at) is not null
      and coalesce(extended_to, expires_at) <= $1
      and (coalesce(extended_to, expires_at), lot.account) > ($2, $3)
      and balance.tenant = $5 and balance.program = $6
    order by coalesce(extended_to, expires_at), lot.account limit $4`,
  'due-endings': `select lot.account::text as account, coalesce(extended_to, expires_at) as due
     from lot join balance using (account, asset)
    where lot.available > 0 and coalesce(extended_to, expires_at) is not null
      and coalesce(extended_to, expires_at) <= $1 and coalesce(extended_to, expires_at) > $7
      and (coalesce(extended_to, expires_at), lot.account) > ($2, $3)
      and balance.tenant = $5 and balance.program = $6
    order by coalesce(extended_to, expires_at), lot.account limit $4`,
  'due-activations': `select lot.account::text as account, activates_at as due
     from lot join balance using (account, asset)
    where lot.pending > 0 and activates_at is not null and activates_at <= $1
      and (activates_at, lot.account) > ($2, $3) and balance.tenant = $5
    order by activates_at, lot.account limit $4`,
  'due-lapses': `select account::text as account, until as due from hold
    where state = 'open' and until <= $1 and (until, account) > ($2, $3) and tenant = $5
    order by until, account limit $4`,
  'due-debts': `select account::text as account, due_at as due from debt
    where owed > 0 and not overdue and due_at <= $1 and (due_at, account) > ($2, $3)
      and tenant = $5 and program = $6
    order by due_at, account limit $4`,
} as const;

/** Finds accounts for which time has done something that is not booked yet. */
export class DueBook {
  constructor(private readonly pool: Pool) {}

  /** Lots of a program whose date has passed by `at` and that have something left. */
  expiries(tenant: string, program: string, at: Instant): DuePages {
    return this.pages('due-expiries', at, [tenant, program]);
  }

  /** Lots of a program that end after `begins` and by `until`, and that have something left. */
  endings(tenant: string, program: string, begins: Instant, until: Instant): DuePages {
    return this.pages('due-endings', until, [tenant, program, new Date(begins)]);
  }

  /** Pending lots of a tenant that become available by `at`. */
  activations(tenant: string, at: Instant): DuePages {
    return this.pages('due-activations', at, [tenant]);
  }

  /** Debts of a program that are due by `at`, not repaid, and not said to be overdue. */
  overdue(tenant: string, program: string, at: Instant): DuePages {
    return this.pages('due-debts', at, [tenant, program]);
  }

  /** Open holds of a tenant whose time is over by `at`. */
  lapses(tenant: string, at: Instant): DuePages {
    return this.pages('due-lapses', at, [tenant]);
  }

  private pages(name: keyof typeof DUE_QUERIES, at: Instant, whose: readonly (string | Date)[]): DuePages {
    return async (after = BEFORE_ALL, max) => {
      const values = [new Date(at), after.due, after.account, max, ...whose];
      const { rows } = await this.pool.query<DueAccount>({ name, text: DUE_QUERIES[name], values });
      return rows;
    };
  }
}

const BEFORE_ALL: DueAccount = { account: '00000000-0000-0000-0000-000000000000', due: new Date(0) };
