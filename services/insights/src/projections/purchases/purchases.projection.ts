import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { campaigns } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
import type { BusRecord } from '@tallystick/messaging';
import { type Connection, int4Column, int8Column, textColumn, timestamptzColumn } from '@tallystick/postgres';
import { type ContractProjection, insertNew, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

type PurchaseRecord = BusRecord<campaigns.PurchaseRecorded>;
type ReturnRecord = BusRecord<campaigns.ReturnRecorded>;

/** Purchases with their lines, and returns: the facts at the center of the star (capabilities B1). */
export const purchasesProjection: ContractProjection = {
  source: 'contracts',
  name: 'purchases',
  version: 1,
  tables: ['fact_purchase', 'fact_purchase_line', 'fact_return'],
  ddl: readFileSync(join(__dirname, 'purchases.table.sql'), 'utf8'),
  apply: {
    'campaigns.purchase-recorded.v1': async (connection, records, table) => {
      const fresh = await insertPurchases(connection, records as readonly PurchaseRecord[], table);
      await insertLines(connection, fresh, table);
    },
    'campaigns.return-recorded.v1': (connection, records, table) =>
      insertReturns(connection, records as readonly ReturnRecord[], table),
  },
};

/** Answers the records that were new: what a bus repeats is there already. */
async function insertPurchases(
  connection: Connection,
  records: readonly PurchaseRecord[],
  table: TableName,
): Promise<readonly PurchaseRecord[]> {
  const messages = records.map(({ message }) => message);
  const text = `insert into ${table('fact_purchase')}
      (purchase_key, total, occurred_at, line_count, tenant, source, purchase_id, unit, store, currency, verdict, member,
       order_id)
    select unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::timestamptz[]), unnest($4::int[]), unnest($5::text[]),
           unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]),
           unnest($11::text[]), unnest($12::text[]), unnest($13::text[])`;
  const fresh = await insertNew<{ purchase_key: string }>(connection, {
    name: `purchase-insert ${table('fact_purchase')}`,
    text,
    textWhereKnown: `${text} on conflict do nothing returning purchase_key`,
    values: [
      int8Column(records.map(keyOf)),
      int8Column(messages.map(({ total }) => total)),
      timestamptzColumn(messages.map(({ occurredAt }) => instant(occurredAt))),
      int4Column(messages.map(({ lines }) => lines.length)),
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ purchase }) => purchase.source)),
      textColumn(messages.map(({ purchase }) => purchase.id)),
      textColumn(messages.map(({ unit }) => unit)),
      textColumn(messages.map(({ store }) => store)),
      textColumn(messages.map(({ currency }) => currency)),
      textColumn(messages.map(({ verdict }) => verdict)),
      textColumn(messages.map(({ member }) => member ?? null)),
      textColumn(messages.map(({ order }) => order ?? null)),
    ],
  });
  if (fresh === undefined) return records;
  const added = new Set(fresh.map((row) => row.purchase_key));
  return records.filter((record) => added.has(String(keyOf(record))));
}

function keyOf({ position, partition }: BusRecord): bigint {
  return rowKey(position, partition);
}

async function insertLines(
  connection: Connection,
  records: readonly PurchaseRecord[],
  table: TableName,
): Promise<void> {
  if (records.length === 0) return;
  const keys: bigint[] = [];
  const numbers: number[] = [];
  const lines: campaigns.PurchaseRecorded['lines'][number][] = [];
  for (const record of records) {
    const key = keyOf(record);
    record.message.lines.forEach((line, index) => {
      keys.push(key);
      numbers.push(index + 1);
      lines.push(line);
    });
  }
  await connection.query({
    name: `line-insert ${table('fact_purchase_line')}`,
    text: `insert into ${table('fact_purchase_line')}
             (purchase_key, amount, line_number, line, quantity, sku, category, brand)
           select unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::int[]), unnest($4::text[]), unnest($5::text[]),
                  unnest($6::text[]), unnest($7::text[]), unnest($8::text[])`,
    values: [
      int8Column(keys),
      int8Column(lines.map(({ amount }) => amount)),
      int4Column(numbers),
      textColumn(lines.map(({ line }) => line)),
      textColumn(lines.map(({ quantity }) => quantity)),
      textColumn(lines.map(({ sku }) => sku)),
      textColumn(lines.map(({ category }) => category ?? null)),
      textColumn(lines.map(({ brand }) => brand ?? null)),
    ],
  });
}

async function insertReturns(
  connection: Connection,
  records: readonly ReturnRecord[],
  table: TableName,
): Promise<void> {
  const messages = records.map(({ message }) => message);
  await connection.query({
    name: `return-insert ${table('fact_return')}`,
    text: `insert into ${table('fact_return')}
           select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                $9::text[], $10::timestamptz[], $11::text[], $12::bigint[], $13::int[])
           on conflict do nothing`,
    values: [
      int8Column(records.map(keyOf)),
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map((message) => message.return.source)),
      textColumn(messages.map((message) => message.return.id)),
      textColumn(messages.map(({ purchase }) => purchase?.source ?? null)),
      textColumn(messages.map(({ purchase }) => purchase?.id ?? null)),
      textColumn(messages.map(({ member }) => member ?? null)),
      textColumn(messages.map(({ unit }) => unit)),
      textColumn(messages.map(({ store }) => store)),
      timestamptzColumn(messages.map(({ occurredAt }) => instant(occurredAt))),
      textColumn(messages.map(({ currency }) => currency)),
      int8Column(messages.map(({ total }) => total)),
      int4Column(messages.map(({ lines }) => lines)),
    ],
  });
}
