import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
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
  apply: {
    'ledger.points-accrued.v1': (connection, records, table) =>
      insert(connection, records as readonly BusRecord<Movement>[], TOPIC_BIT.accrued, table),
    'ledger.points-reversed.v1': (connection, records, table) =>
      insert(connection, records as readonly BusRecord<Movement>[], TOPIC_BIT.reversed, table),
  },
};

async function insert(
  connection: Connection,
  records: readonly BusRecord<Movement>[],
  topicBit: bigint,
  table: TableName,
): Promise<void> {
  const rows = records.flatMap((record) => rowsOf(record, topicBit));
  if (rows.length === 0) return;
  const messages = rows.map(({ record }) => record.message);
  const text = `insert into ${table('fact_points_movement')}
      (movement_key, points, effective_at, account, account_revision, movement_number, tenant, program, member, kind,
       asset, issuer, unit, store, source, source_id)
    select unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::timestamptz[]), unnest($4::uuid[]), unnest($5::int[]),
           unnest($6::int[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]),
           unnest($11::text[]), unnest($12::text[]), unnest($13::text[]), unnest($14::text[]), unnest($15::text[]),
           unnest($16::text[])`;
  await insertNew(connection, {
    name: `movement-insert ${table('fact_points_movement')}`,
    text,
    textWhereKnown: `${text} on conflict do nothing`,
    values: [
      int8Column(rows.map(({ key }) => key)),
      int8Column(rows.map(({ points }) => points)),
      timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      uuidColumn(messages.map(({ account }) => account)),
      int4Column(messages.map(({ revision }) => revision)),
      int4Column(rows.map(({ number }) => number)),
      textColumn(rows.map(({ record }) => record.tenant)),
      textColumn(messages.map(({ program }) => program)),
      textColumn(messages.map(({ member }) => member)),
      textColumn(messages.map(({ kind }) => kind)),
      textColumn(rows.map(({ asset }) => asset)),
      textColumn(rows.map(({ issuer }) => issuer)),
      textColumn(messages.map(({ unit }) => unit)),
      textColumn(messages.map(({ store }) => store)),
      textColumn(messages.map(({ source }) => source.source)),
      textColumn(messages.map(({ source }) => source.id)),
    ],
  });
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
