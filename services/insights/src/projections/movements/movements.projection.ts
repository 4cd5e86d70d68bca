import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

/** What insights hears of the ledger that changes what a holder has. */
type Movement =
  | ledger.PointsAccrued
  | ledger.PointsReversed
  | ledger.PointsRedeemed
  | ledger.PointsExpired
  | ledger.PointsAdjusted
  | ledger.PointsMoved
  | ledger.PointsGranted
  | ledger.PointsWithdrawn;

/** The topics share the fact table; the key's last bits tell them apart, since positions are unique per topic only. */
const TOPIC_BITS: Readonly<Record<string, bigint>> = {
  'ledger.points-accrued.v1': 0n,
  'ledger.points-reversed.v1': 1n,
  'ledger.points-redeemed.v1': 2n,
  'ledger.points-expired.v1': 3n,
  'ledger.points-adjusted.v1': 4n,
  'ledger.points-moved.v1': 5n,
  'ledger.points-granted.v1': 6n,
  'ledger.points-withdrawn.v1': 7n,
};
const TOPICS_MOST = 8n;
const EXPIRY = 'expiry';

interface Row {
  readonly record: BusRecord<Movement>;
  readonly key: bigint;
  readonly number: number;
  readonly kind: string;
  readonly asset: string;
  readonly issuer: string;
  readonly points: string;
}

/**
 * Every change of what holders have, by lot, as BI counts it: signed, so that any sum is right (capabilities B1). A return
 * that takes out of breakage is a row of its kind and one that takes as much off the expiry.
 */
export const movementsProjection: ContractProjection = {
  source: 'contracts',
  name: 'movements',
  version: 3,
  tables: ['fact_points_movement'],
  ddl: readFileSync(join(__dirname, 'movements.table.sql'), 'utf8'),
  statements: Object.fromEntries(
    Object.entries(TOPIC_BITS).map(([topic, bits]) => [
      topic,
      (records: readonly BusRecord[], table: TableName) =>
        insert(records as readonly BusRecord<Movement>[], bits, table),
    ]),
  ),
};

function insert(records: readonly BusRecord<Movement>[], topicBits: bigint, table: TableName): RowStatement[] {
  const rows = records.flatMap((record) => rowsOf(record, topicBits));
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
      kind: textColumn(rows.map(({ kind }) => kind)),
      asset: textColumn(rows.map(({ asset }) => asset)),
      issuer: textColumn(rows.map(({ issuer }) => issuer)),
      unit: textColumn(messages.map((message) => ('unit' in message ? (message.unit ?? null) : null))),
      store: textColumn(messages.map((message) => ('store' in message ? (message.store ?? null) : null))),
      source: textColumn(messages.map((message) => ('source' in message ? message.source.source : null))),
      source_id: textColumn(messages.map((message) => ('source' in message ? message.source.id : null))),
      reference: textColumn(messages.map(referenceOf)),
    },
  });
  return [movements];
}

function rowsOf(record: BusRecord<Movement>, topicBits: bigint): Row[] {
  const { message } = record;
  const key = rowKey(record.position, record.partition) * TOPICS_MOST + topicBits;
  const kind = 'kind' in message ? message.kind : EXPIRY;
  const parts = message.movements.map((movement) => ({ ...movement, kind }));
  for (const movement of ('outOfBreakage' in message && message.outOfBreakage) || []) {
    parts.push({ ...movement, kind }, { ...movement, kind: EXPIRY, amount: String(-BigInt(movement.amount)) });
  }
  for (const movement of ('fallen' in message && message.fallen) || []) parts.push({ ...movement, kind: EXPIRY });
  return parts.map(({ kind: of, asset, issuer, amount }, index) => {
    return { record, key, number: index + 1, kind: of, asset, issuer, points: amount };
  });
}

function referenceOf(message: Movement): string | null {
  if ('hold' in message) return message.hold;
  if ('adjustment' in message) return message.adjustment;
  if ('grant' in message) return message.grant;
  if ('withdrawal' in message) return message.withdrawal ?? null;
  return 'transfer' in message ? message.transfer : null;
}
