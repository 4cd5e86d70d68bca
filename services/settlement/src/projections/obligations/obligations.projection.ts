import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
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
  statements: {
    'ledger.points-accrued.v1': (records, table) => insert(records as readonly BusRecord<Movement>[], table),
    'ledger.points-reversed.v1': (records, table) => insert(records as readonly BusRecord<Movement>[], table),
  },
};

/** What is added moves the totals in the same statement; what a relay repeated is passed over and moves none. */
const withTotals = (table: TableName) => (insert: string) => `
  with added as (
    ${insert} returning tenant, program, issuer, store, asset, cost_numerator, cost_denominator, points)
  insert into ${table('obligation_total')} as total
    (tenant, program, issuer, store, asset, cost_numerator, cost_denominator, points)
  select tenant, program, issuer, store, asset, cost_numerator, cost_denominator, sum(points)
    from added group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
  on conflict (tenant, program, issuer, store, asset, cost_numerator, cost_denominator)
    do update set points = total.points + excluded.points`;

function insert(records: readonly BusRecord<Movement>[], table: TableName): RowStatement[] {
  const rows = records.flatMap(rowsOf);
  if (rows.length === 0) return [];
  const messages = rows.map(({ record }) => record.message);
  const obligations = insertOf({
    into: table('obligation'),
    columns: {
      points: int8Column(rows.map(({ points }) => points)),
      cost_numerator: int8Column(rows.map(({ unitCost }) => unitCost.numerator)),
      cost_denominator: int8Column(rows.map(({ unitCost }) => unitCost.denominator)),
      effective_at: timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      account: uuidColumn(messages.map(({ account }) => account)),
      account_revision: int4Column(messages.map(({ revision }) => revision)),
      part: int4Column(rows.map(({ part }) => part)),
      tenant: textColumn(rows.map(({ record }) => record.tenant)),
      program: textColumn(messages.map(({ program }) => program)),
      kind: textColumn(messages.map(({ kind }) => kind)),
      issuer: textColumn(rows.map(({ issuer }) => issuer)),
      store: textColumn(messages.map(({ store }) => store)),
      asset: textColumn(rows.map(({ asset }) => asset)),
      lot: textColumn(rows.map(({ lot }) => lot)),
    },
  });
  const and = withTotals(table);
  return [{ text: and(obligations.text), known: and(obligations.known), values: obligations.values }];
}

function rowsOf(record: BusRecord<Movement>): Row[] {
  const changes = record.message.movements.map((movement) => ({ ...movement, amount: BigInt(movement.amount) }));
  return obligationsOf(changes).map((obligation, part) => ({ ...obligation, part, record }));
}
