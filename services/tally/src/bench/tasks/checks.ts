import type { Pool } from '@tallystick/postgres';
import { expected } from '../purchases';

interface Counts {
  readonly recorded: string;
  readonly accrued: string;
  readonly purchases: string;
  readonly refused: string;
  readonly points: string;
  readonly growth: string;
  readonly owed: string;
  readonly buyers: string;
}

/** What of a run's end is not as its purchases say; empty where all is right. */
export async function faultsOf(pool: Pool, count: number): Promise<string[]> {
  const { rows } = await pool.query<Counts>(`select
    (select count(*) from campaigns.event where type = 'PurchaseRecorded')::text as recorded,
    (select count(*) from ledger.journal where type = 'PointsAccrued')::text as accrued,
    (select count(*) from insights.fact_purchase)::text as purchases,
    (select count(*) from campaigns.dead_letter)::text as refused,
    (select coalesce(sum(available), 0) from ledger.balance where asset = 'POINTS')::text as points,
    (select coalesce(sum(available), 0) from ledger.balance where asset = 'GROWTH')::text as growth,
    (select coalesce(sum(points), 0) from settlement.obligation)::text as owed,
    (select count(*) from ledger.balance where asset = 'POINTS')::text as buyers`);
  const { points, growth, buyers } = expected(count);
  const all = String(count);
  const wanted: Counts = {
    recorded: all,
    accrued: all,
    purchases: all,
    refused: '0',
    points: String(points),
    growth: String(growth),
    owed: String(points),
    buyers: String(buyers),
  };
  const found = rows[0]!;
  return (Object.keys(wanted) as (keyof Counts)[])
    .filter((name) => found[name] !== wanted[name])
    .map((name) => `${name} is ${found[name]} and not ${wanted[name]}`);
}
