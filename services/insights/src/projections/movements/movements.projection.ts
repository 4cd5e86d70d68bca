import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

type Movement = ledger.PointsAccrued | ledger.PointsReversed;

/** The topics share the fact table; the key's last bit tells them apart, since positions are unique per topic only. */
const TOPIC_BIT = { accrued: 0n, reversed: 1n };

interface Row {
  readonly record: BusRecord<Movement>;
  readonly key: bigint;
  readonly number: number;
  readonly asset: string;
  readonly issuer: string;
  readonly points: string;
}

/** Every change of spendable points, by lot, as BI counts it: signed, so that any sum is right (capabilities B1). */
export const movementsProjection: ContractProjection = {
  source: 'contracts',
  name: 'movements',
  version: 1,
  tables: ['fact_points_movement'],
  ddl: readFileSync(join(__dirname, 'movements.table.sql'), 'utf8'),
  statements: {
    'ledger.points-accrued.v1': (records, table) =>
      insert(records as readonly BusRecord<Movement>[], TOPIC_BIT.accrued, table),
    'ledger.points-reversed.v1': (records, table) =>
      insert(records as readonly BusRecord<Movement>[], TOPIC_BIT.reversed, table),
  },
};

function insert(records: readonly BusRecord<Movement>[], topicBit: bigint, table: TableName): RowStatement[] {
  const rows = records.flatMap((record) => rowsOf(record, topicBit));
  if (rows.length === 0) return [];
  const messages = rows.map(({ record }) => record.message);
  const movements = insertOf({
    into: table('fact_points_movement'),
    columns: {
      movement_key: int8Column(rows.map(({ key }) => key)),
      points: int8Column(rows.map(({ points }) => points)),
      effective_at: timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      account: uuidColumn(messages.map(({ account }) => account)),
      account_revision: int4Column(messages.map(({ revision }) => revision)),
      movement_number: int4Column(rows.map(({ number }) => number)),
      tenant: textColumn(rows.map(({ record }) => record.tenant)),
      program: textColumn(messages.map(({ program }) => program)),
      member: textColumn(messages.map(({ member }) => member)),
      kind: textColumn(messages.map(({ kind }) => kind)),
      asset: textColumn(rows.map(({ asset }) => asset)),
      issuer: textColumn(rows.map(({ issuer }) => issuer)),
      unit: textColumn(messages.map(({ unit }) => unit)),
      store: textColumn(messages.map(({ store }) => store)),
      source: textColumn(messages.map(({ source }) => source.source)),
      source_id: textColumn(messages.map(({ source }) => source.id)),
    },
  });
  return [movements];
}

function rowsOf(record: BusRecord<Movement>, topicBit: bigint): Row[] {
  const key = rowKey(record.position, record.partition) * 2n + topicBit;
  return record.message.movements.map(({ asset, issuer, amount }, index) => ({
    record,
    key,
    number: index + 1,
    asset,
    issuer,
    points: amount,
  }));
}
