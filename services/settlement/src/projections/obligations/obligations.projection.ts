import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import {
  type Connection,
  int4Column,
  int8Column,
  textColumn,
  timestamptzColumn,
  uuidColumn,
} from '@tallystick/postgres';
import { type ContractProjection, insertNew, type TableName } from '@tallystick/read-models';
import { type Obligation, obligationsOf } from '@tallystick/settlement-domain';
import { instant } from '@tallystick/vocabulary';

type Movement = ledger.PointsAccrued | ledger.PointsReversed;
interface Row extends Obligation {
  /** Tells the obligations of one movement apart: their order is that of the movement. */
  readonly part: number;
  readonly record: BusRecord<Movement>;
}

/** What each issuing unit and store owes for the points it granted, movement by movement (capabilities S1, accrual side). */
export const obligationsProjection: ContractProjection = {
  source: 'contracts',
  name: 'obligations',
  version: 1,
  tables: ['obligation', 'obligation_total'],
  ddl: readFileSync(join(__dirname, 'obligations.table.sql'), 'utf8'),
  apply: {
    'ledger.points-accrued.v1': (connection, records, table) =>
      insert(connection, records as readonly BusRecord<Movement>[], table),
    'ledger.points-reversed.v1': (connection, records, table) =>
      insert(connection, records as readonly BusRecord<Movement>[], table),
  },
};

/** A movement that comes again (a relay repeats rather than loses) is there already and adds nothing to the totals. */
const insertOf = (table: TableName, whereKnown: string): string => `
  with added as (
    insert into ${table('obligation')}
      (points, cost_numerator, cost_denominator, effective_at, account, account_revision, part, tenant, program, kind,
       issuer, store, asset, lot)
    select unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::timestamptz[]),
           unnest($5::uuid[]), unnest($6::int[]), unnest($7::int[]), unnest($8::text[]), unnest($9::text[]),
           unnest($10::text[]), unnest($11::text[]), unnest($12::text[]), unnest($13::text[]), unnest($14::text[])
    ${whereKnown}
    returning tenant, program, issuer, store, asset, cost_numerator, cost_denominator, points)
  insert into ${table('obligation_total')} as total
    (tenant, program, issuer, store, asset, cost_numerator, cost_denominator, points)
  select tenant, program, issuer, store, asset, cost_numerator, cost_denominator, sum(points)
    from added group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
  on conflict (tenant, program, issuer, store, asset, cost_numerator, cost_denominator)
    do update set points = total.points + excluded.points`;

async function insert(
  connection: Connection,
  records: readonly BusRecord<Movement>[],
  table: TableName,
): Promise<void> {
  const rows = records.flatMap(rowsOf);
  if (rows.length === 0) return;
  const messages = rows.map(({ record }) => record.message);
  await insertNew(connection, {
    name: `obligation-insert ${table('obligation')}`,
    text: insertOf(table, ''),
    textWhereKnown: insertOf(table, 'on conflict do nothing'),
    values: [
      int8Column(rows.map(({ points }) => points)),
      int8Column(rows.map(({ unitCost }) => unitCost.numerator)),
      int8Column(rows.map(({ unitCost }) => unitCost.denominator)),
      timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      uuidColumn(messages.map(({ account }) => account)),
      int4Column(messages.map(({ revision }) => revision)),
      int4Column(rows.map(({ part }) => part)),
      textColumn(rows.map(({ record }) => record.tenant)),
      textColumn(messages.map(({ program }) => program)),
      textColumn(messages.map(({ kind }) => kind)),
      textColumn(rows.map(({ issuer }) => issuer)),
      textColumn(messages.map(({ store }) => store)),
      textColumn(rows.map(({ asset }) => asset)),
      textColumn(rows.map(({ lot }) => lot)),
    ],
  });
}

function rowsOf(record: BusRecord<Movement>): Row[] {
  const changes = record.message.movements.map((movement) => ({ ...movement, amount: BigInt(movement.amount) }));
  return obligationsOf(changes).map((obligation, part) => ({ ...obligation, part, record }));
}
