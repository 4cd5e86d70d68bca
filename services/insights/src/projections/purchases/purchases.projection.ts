import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { campaigns } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
import type { BusRecord } from '@tallystick/messaging';
import { type Connection, int4Column, int8Column, textColumn, timestamptzColumn } from '@tallystick/postgres';
import { type ContractProjection, insertNew, insertOf, type TableName } from '@tallystick/read-models';
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
  const fresh = await insertNew<{ purchase_key: string }>(connection, {
    into: table('fact_purchase'),
    columns: {
      purchase_key: int8Column(records.map(keyOf)),
      total: int8Column(messages.map(({ total }) => total)),
      occurred_at: timestamptzColumn(messages.map(({ occurredAt }) => instant(occurredAt))),
      line_count: int4Column(messages.map(({ lines }) => lines.length)),
      tenant: textColumn(records.map(({ tenant }) => tenant)),
      source: textColumn(messages.map(({ purchase }) => purchase.source)),
      purchase_id: textColumn(messages.map(({ purchase }) => purchase.id)),
      unit: textColumn(messages.map(({ unit }) => unit)),
      store: textColumn(messages.map(({ store }) => store)),
      currency: textColumn(messages.map(({ currency }) => currency)),
      verdict: textColumn(messages.map(({ verdict }) => verdict)),
      member: textColumn(messages.map(({ member }) => member ?? null)),
      order_id: textColumn(messages.map(({ order }) => order ?? null)),
    },
    returning: 'purchase_key',
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
  await connection.query(
    insertOf({
      into: table('fact_purchase_line'),
      columns: {
        purchase_key: int8Column(keys),
        amount: int8Column(lines.map(({ amount }) => amount)),
        line_number: int4Column(numbers),
        line: textColumn(lines.map(({ line }) => line)),
        quantity: textColumn(lines.map(({ quantity }) => quantity)),
        sku: textColumn(lines.map(({ sku }) => sku)),
        category: textColumn(lines.map(({ category }) => category ?? null)),
        brand: textColumn(lines.map(({ brand }) => brand ?? null)),
      },
    }),
  );
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
