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
import type { ContractProjection, TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

/** Every change of a member's growth value, once whatever the bus repeats: what tiers are computed from. */
export const growthProjection: ContractProjection = {
  source: 'contracts',
  name: 'growth',
  version: 1,
  tables: ['growth_fact'],
  ddl: readFileSync(join(__dirname, 'growth.table.sql'), 'utf8'),
  apply: {
    'ledger.growth-changed.v1': (connection, records, table) =>
      insert(connection, records as readonly BusRecord<ledger.GrowthChanged>[], table),
  },
};

async function insert(
  connection: Connection,
  records: readonly BusRecord<ledger.GrowthChanged>[],
  table: TableName,
): Promise<void> {
  const messages = records.map(({ message }) => message);
  await connection.query({
    name: `growth-insert ${table('growth_fact')}`,
    text: `insert into ${table('growth_fact')}
             (tenant, member, account, account_revision, amount, effective_at, earned_at, source, source_id)
           select * from unnest($1::text[], $2::text[], $3::uuid[], $4::int[], $5::bigint[], $6::timestamptz[],
                                $7::timestamptz[], $8::text[], $9::text[])
           on conflict do nothing`,
    values: [
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ member }) => member)),
      uuidColumn(messages.map(({ account }) => account)),
      int4Column(messages.map(({ revision }) => revision)),
      int8Column(messages.map(({ amount }) => amount)),
      timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      timestamptzColumn(messages.map(({ earnedAt }) => instant(earnedAt))),
      textColumn(messages.map(({ source }) => source.source)),
      textColumn(messages.map(({ source }) => source.id)),
    ],
  });
}
