import { int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import { deleteGone } from './carried-rows';
import type { LateSums } from './late-sums';

/** Late settlements that a page tells of, what it tells of decisions on them or on earlier ones, and those that have left. */
export function lateStatements({ waiting: settled, decided, gone }: LateSums, table: TableName): RowStatement[] {
  const statements: RowStatement[] = [];
  if (settled.length > 0) {
    const columns = {
      received_at: timestamptzColumn(settled.map(({ receivedAt }) => instant(receivedAt))),
      amount: int8Column(settled.map(({ amount }) => BigInt(amount))),
      account: uuidColumn(settled.map(({ account }) => account)),
      lease: textColumn(settled.map(({ lease }) => lease)),
      tenant: textColumn(settled.map(({ tenant }) => tenant)),
      program: textColumn(settled.map(({ program }) => program)),
      asset: textColumn(settled.map(({ asset }) => asset)),
      till: textColumn(settled.map(({ till }) => till)),
      unit: textColumn(settled.map(({ unit }) => unit)),
      store: textColumn(settled.map(({ store }) => store ?? null)),
      state: textColumn(settled.map(() => 'waiting')),
    };
    statements.push(insertOf({ into: table('late_settlement'), columns }));
  }
  if (decided.length > 0) {
    statements.push({
      text: `update ${table('late_settlement')} as known
                set state = u.state, reason = u.reason, redemption = u.redemption, decided_at = u.decided_at
               from (select unnest($1::uuid[]) as account, unnest($2::text[]) as lease, unnest($3::text[]) as state,
                       unnest($4::text[]) as reason, unnest($5::text[]) as redemption,
                       unnest($6::timestamptz[]) as decided_at) as u
              where known.account = u.account and known.lease = u.lease`,
      values: [
        uuidColumn(decided.map(({ account }) => account)),
        textColumn(decided.map(({ hold }) => hold)),
        textColumn(decided.map(({ outcome }) => outcome)),
        textColumn(decided.map(({ reason }) => reason)),
        textColumn(decided.map(({ redemption }) => redemption ?? null)),
        timestamptzColumn(decided.map(({ effectiveAt }) => instant(effectiveAt))),
      ],
    });
  }
  if (gone.length > 0) statements.push(deleteGone('late_settlement', 'lease', gone, table));
  return statements;
}
