import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
import {
  type Entry,
  type LotChange,
  type Obligation,
  obligationsOf,
  outOfBreakage,
} from '@tallystick/settlement-domain';
import { instant } from '@tallystick/vocabulary';

/** What settlement hears of the ledger that changes what is owed. */
export type Movement =
  | ledger.PointsAccrued
  | ledger.PointsReversed
  | ledger.PointsRedeemed
  | ledger.PointsExpired
  | ledger.PointsAdjusted
  | ledger.PointsMoved
  | ledger.PointsGranted
  | ledger.PointsWithdrawn;

/** The part of the liability that a topic's movements are of. */
const ENTRY_OF = {
  'ledger.points-accrued.v1': 'issued',
  'ledger.points-reversed.v1': 'reversed',
  'ledger.points-redeemed.v1': 'redeemed',
  'ledger.points-expired.v1': 'expired',
  'ledger.points-adjusted.v1': 'adjusted',
  'ledger.points-moved.v1': 'transferred',
  'ledger.points-granted.v1': 'issued',
  // A refund and a lowered limit take back what was issued; a loan is repaid with points, which their issuers owe the lender.
  'ledger.points-withdrawn.v1': (message: Movement) => {
    return 'kind' in message && message.kind === 'loan-repayment' ? 'redeemed' : 'reversed';
  },
} as const satisfies Record<string, Entry | ((message: Movement) => Entry)>;

interface Row extends Obligation {
  /** Tells the obligations of one movement apart: their order is that of the movement. */
  readonly part: number;
  readonly record: BusRecord<Movement>;
}

/**
 * What each issuing unit and store owes for the points it granted, movement by movement, and what ended it: redemption,
 * expiry, reversal, correction or transfer (capabilities S1, the issuer's side; trust page, I6).
 */
export const obligationsProjection: ContractProjection = {
  source: 'contracts',
  name: 'obligations',
  version: 3,
  tables: ['obligation', 'obligation_total'],
  ddl: readFileSync(join(__dirname, 'obligations.table.sql'), 'utf8'),
  statements: Object.fromEntries(
    Object.entries(ENTRY_OF).map(([topic, entry]) => [
      topic,
      (records: readonly BusRecord[], table: TableName) =>
        insert(records as readonly BusRecord<Movement>[], typeof entry === 'string' ? () => entry : entry, table),
    ]),
  ),
};

/** What is added moves the totals in the same statement; what a relay repeated is passed over and moves none. */
const withTotals = (table: TableName) => (insert: string) => `
  with added as (
    ${insert} returning tenant, program, issuer, store, asset, cost_numerator, cost_denominator, entry, points)
  insert into ${table('obligation_total')} as total
    (tenant, program, issuer, store, asset, cost_numerator, cost_denominator, entry, points)
  select tenant, program, issuer, case entry when 'issued' then coalesce(store, '') else '' end, asset, cost_numerator, cost_denominator,
         entry, sum(points)
    from added group by 1, 2, 3, 4, 5, 6, 7, 8 order by 1, 2, 3, 4, 5, 6, 7, 8
  on conflict (tenant, program, issuer, store, asset, cost_numerator, cost_denominator, entry)
    do update set points = total.points + excluded.points`;

function insert(
  records: readonly BusRecord<Movement>[],
  entryOf: (message: Movement) => Entry,
  table: TableName,
): RowStatement[] {
  const rows = records.flatMap((record) => rowsOf(record, entryOf(record.message)));
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
      kind: textColumn(messages.map((message) => ('kind' in message ? message.kind : 'expiry'))),
      entry: textColumn(rows.map(({ entry: of }) => of)),
      issuer: textColumn(rows.map(({ issuer }) => issuer)),
      store: textColumn(messages.map((message) => ('store' in message ? (message.store ?? null) : null))),
      asset: textColumn(rows.map(({ asset }) => asset)),
      lot: textColumn(rows.map(({ lot }) => lot)),
    },
  });
  const and = withTotals(table);
  return [{ text: and(obligations.text), known: and(obligations.known), values: obligations.values }];
}

function rowsOf(record: BusRecord<Movement>, entry: Entry): Row[] {
  const { message } = record;
  const changes = message.movements.map((movement): LotChange => ({ ...changeOf(movement), entry }));
  if ('outOfBreakage' in message) changes.push(...outOfBreakage((message.outOfBreakage ?? []).map(changeOf)));
  if ('fallen' in message)
    changes.push(...(message.fallen ?? []).map((one) => ({ ...changeOf(one), entry: 'expired' as const })));
  return obligationsOf(changes).map((obligation, part) => ({ ...obligation, part, record }));
}

function changeOf(movement: ledger.LotMovement): Omit<LotChange, 'entry'> {
  return { ...movement, amount: BigInt(movement.amount) };
}
