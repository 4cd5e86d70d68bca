import type { membership } from '@tallystick/contracts';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

/** The rows that the ledger keeps of membership's tiers: what is lent depends on them. */
export class MemberTiers {
  constructor(private readonly pool: Pool) {}

  /** The tier of a member at an instant; `undefined` before the first, and while none is known here. */
  async tierAt(tenant: string, program: string, member: string, at: Instant): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ tier: string }>({
      name: 'member-tier',
      text: `select period ->> 'tier' as tier from member_tier, jsonb_array_elements(history) as period
             where tenant = $1 and program = $2 and member = $3 and (period ->> 'validFrom')::timestamptz <= $4
             order by (period ->> 'validFrom')::timestamptz desc limit 1`,
      values: [tenant, program, member, new Date(at)],
    });
    return rows[0]?.tier;
  }

  /** The newest revision counts, whatever order they come in. */
  async tierChanged(tenant: string, { program, member, revision, history }: membership.TierChanged): Promise<void> {
    await this.pool.query(
      `insert into member_tier (tenant, program, member, revision, history) values ($1, $2, $3, $4, $5)
       on conflict (tenant, program, member) do update set revision = excluded.revision, history = excluded.history
       where member_tier.revision < excluded.revision`,
      [tenant, program, member, revision, JSON.stringify(history)],
    );
  }
}
