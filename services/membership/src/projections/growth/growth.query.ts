import type { GrowthFact } from '@tallystick/membership-domain';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

interface Row {
  readonly member: string;
  readonly amount: string;
  readonly effective_at: string;
  readonly earned_at: string;
}

/** The growth facts of members of one tenant, as far as they are recorded. */
export async function growthFactsOf(
  pool: Pool,
  tenant: string,
  members: readonly string[],
): Promise<Map<string, GrowthFact[]>> {
  const { rows } = await pool.query<Row>({
    name: 'growth-facts-of',
    text: `select member, amount::text as amount,
                  (extract(epoch from effective_at) * 1000)::bigint::text as effective_at,
                  (extract(epoch from earned_at) * 1000)::bigint::text as earned_at
             from growth_fact where tenant = $1 and member = any($2::text[])`,
    values: [tenant, [...members]],
  });
  const facts = new Map<string, GrowthFact[]>(members.map((member) => [member, []]));
  for (const row of rows) {
    facts.get(row.member)!.push({
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
