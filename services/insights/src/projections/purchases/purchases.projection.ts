import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { campaigns } from '@tallystick/contracts';
import { rowKey } from '@tallystick/insights-domain';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
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
  statements: {
    'campaigns.purchase-recorded.v1': (records, table) => [
      insertPurchases(records as readonly PurchaseRecord[], table),
    ],
    'campaigns.return-recorded.v1': (records, table) => [insertReturns(records as readonly ReturnRecord[], table)],
  },
};

/** Purchases and their lines in one statement; of a purchase that is there already no line is added. */
function insertPurchases(records: readonly PurchaseRecord[], table: TableName): RowStatement {
  const messages = records.map(({ message }) => message);
  const purchases = insertOf({
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
  });
  const lines = insertLines(records, table, purchases.values.length);
  const ofAdded = 'where new_row.purchase_key in (select purchase_key from added)';
  return {
    text: `with added as (${purchases.text}) ${lines.text}`,
    known: `with added as (${purchases.known} returning purchase_key) ${lines.text} ${ofAdded}`,
    values: [...purchases.values, ...lines.values],
  };
}

function keyOf({ position, partition }: BusRecord): bigint {
  return rowKey(position, partition);
}

function insertLines(records: readonly PurchaseRecord[], table: TableName, parametersBefore: number): RowStatement {
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
  return insertOf({
    into: table('fact_purchase_line'),
    parametersBefore,
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
  });
}

function insertReturns(records: readonly ReturnRecord[], table: TableName): RowStatement {
  const messages = records.map(({ message }) => message);
  return insertOf({
    into: table('fact_return'),
    columns: {
      return_key: int8Column(records.map(keyOf)),
      tenant: textColumn(records.map(({ tenant }) => tenant)),
      source: textColumn(messages.map((message) => message.return.source)),
      return_id: textColumn(messages.map((message) => message.return.id)),
      purchase_source: textColumn(messages.map(({ purchase }) => purchase?.source ?? null)),
      purchase_id: textColumn(messages.map(({ purchase }) => purchase?.id ?? null)),
      member: textColumn(messages.map(({ member }) => member ?? null)),
      unit: textColumn(messages.map(({ unit }) => unit)),
      store: textColumn(messages.map(({ store }) => store)),
      occurred_at: timestamptzColumn(messages.map(({ occurredAt }) => instant(occurredAt))),
      currency: textColumn(messages.map(({ currency }) => currency)),
      total: int8Column(messages.map(({ total }) => total)),
      line_count: int4Column(messages.map(({ lines }) => lines)),
    },
  });
}
