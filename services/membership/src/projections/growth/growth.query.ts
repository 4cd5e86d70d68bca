import type { GrowthFact } from '@tallystick/membership-domain';
import { type Pool, uuidColumn } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

interface Row {
  readonly member: string;
  readonly id: string;
  readonly amount: string;
  readonly effective_at: string;
  readonly earned_at: string;
}

/** The recorded growth facts of members in their accounts (a list of as many), each by `<account>/<revision>`. */
export async function growthFactsOf(
  pool: Pool,
  tenant: string,
  members: readonly string[],
  accounts: readonly string[],
): Promise<Map<string, Map<string, GrowthFact>>> {
  const { rows } = await pool.query<Row>({
    name: 'growth-facts-of',
    // Account by account: a plan made while the table was small would read all of it for each batch.
    text: `select fact.member, fact.account || '/' || fact.account_revision as id, fact.amount::text as amount,
                  (extract(epoch from fact.effective_at) * 1000)::bigint::text as effective_at,
                  (extract(epoch from fact.earned_at) * 1000)::bigint::text as earned_at
             from unnest($2::uuid[]) as asked (account)
            cross join lateral (
              select * from growth_fact where tenant = $1 and account = asked.account offset 0) as fact`,
    values: [tenant, uuidColumn(accounts)],
  });
  const facts = new Map<string, Map<string, GrowthFact>>(members.map((member) => [member, new Map()]));
  for (const row of rows) {
    facts.get(row.member)!.set(row.id, {
      amount: BigInt(row.amount),
      effectiveAt: Number(row.effective_at) as Instant,
      earnedAt: Number(row.earned_at) as Instant,
    });
  }
  return facts;
}

/** A page of the accounts that ever held growth and their members, by account; `after` is exclusive. */
export async function membersWithGrowth(
  pool: Pool,
  tenant: string,
  after: string | undefined,
  max: number,
): Promise<{ account: string; member: string }[]> {
  const { rows } = await pool.query<{ account: string; member: string }>(
    `select distinct on (account) account, member from growth_fact
      where tenant = $1 and account > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
      order by account limit $3`,
    [tenant, after ?? null, max],
  );
  return rows;
}
