import type { SuiteConnection } from '../client/connect';
import { hopsOf, type SuiteStatus } from '../client/settled';
import type { Suite } from '../suite';
import type { DemoReport } from './demo';

interface Counts {
  readonly recorded: string;
  readonly accrued: string;
  readonly reversed: string;
  readonly refused: string;
  readonly points: string;
}

/** What happened, in a few lines: published, recorded, accrued, refused, points, lag. */
export async function summaryOf(report: DemoReport, suite: Suite, connection: SuiteConnection): Promise<string> {
  const pool = await connection.database();
  const { rows } = await pool.query<Counts>(
    `select (select count(*) from insights.fact_purchase where tenant = $1)::text as recorded,
            (select count(*) from ledger.journal where tenant = $1 and type = 'PointsAccrued')::text as accrued,
            (select count(*) from ledger.journal where tenant = $1 and type = 'PointsReversed')::text as reversed,
            (select count(*) from campaigns.dead_letter)::text as refused,
            (select coalesce(sum(available), 0) from ledger.balance where tenant = $1 and asset = 'POINTS')::text as points`,
    [suite.tenant],
  );
  const [counts] = rows;
  const status = await connection.client.get<SuiteStatus>('/v1/status');
  const lag = Math.max(0, ...hopsOf(status).map(({ behind }) => behind));
  return [
    '',
    `published   ${report.published} records of ${report.days} days, ${report.members} members`,
    `recorded    ${counts!.recorded} purchases in all`,
    `accrued     ${counts!.accrued} purchases, ${counts!.reversed} returns taken back`,
    `refused     ${counts!.refused} records, each a dead letter with its reason (npx tally dead-letters list)`,
    `points      ${counts!.points} available`,
    `lag         ${lag}`,
  ].join('\n');
}
