import type { GrowthFact } from '@tallystick/membership-domain';
import { type Pool, textColumn, uuidColumn } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

interface Row {
  readonly member: string;
  readonly id: string;
  readonly amount: string;
  readonly effective_at: string;
  readonly earned_at: string;
}

/** The recorded growth facts of members in their accounts, each by `<account>/<revision>`; a list of as many accounts. */
export async function growthFactsOf(
  pool: Pool,
  tenant: string,
  members: readonly string[],
  accounts: readonly string[],
): Promise<Map<string, Map<string, GrowthFact>>> {
  const { rows } = await pool.query<Row>({
    name: 'growth-facts-of',
    text: `select fact.member, fact.account || '/' || fact.account_revision as id, fact.amount::text as amount,
                  (extract(epoch from fact.effective_at) * 1000)::bigint::text as effective_at,
                  (extract(epoch from fact.earned_at) * 1000)::bigint::text as earned_at
             from unnest($2::text[], $3::uuid[]) as asked (member, account)
             join growth_fact as fact on fact.tenant = $1 and fact.member = asked.member collate "C"
              and fact.account = asked.account`,
    values: [tenant, textColumn(members), uuidColumn(accounts)],
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

/** A page of the members that ever held growth, in order; `after` is exclusive. */
export async function membersWithGrowth(pool: Pool, tenant: string, after: string, max: number): Promise<string[]> {
  const { rows } = await pool.query<{ member: string }>(
    'select distinct member from growth_fact where tenant = $1 and member > $2 order by member limit $3',
    [tenant, after, max],
  );
  return rows.map(({ member }) => member);
}
