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
  const text = `insert into ${table('growth_fact')}
      (amount, effective_at, earned_at, account, account_revision, tenant, member)
    select unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::timestamptz[]), unnest($4::uuid[]),
           unnest($5::int[]), unnest($6::text[]), unnest($7::text[])`;
  await insertNew(connection, {
    name: `growth-insert ${table('growth_fact')}`,
    text,
    textWhereKnown: `${text} on conflict do nothing`,
    values: [
      int8Column(messages.map(({ amount }) => amount)),
      timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      timestamptzColumn(messages.map(({ earnedAt }) => instant(earnedAt))),
      uuidColumn(messages.map(({ account }) => account)),
      int4Column(messages.map(({ revision }) => revision)),
      textColumn(records.map(({ tenant }) => tenant)),
      textColumn(messages.map(({ member }) => member)),
    ],
  });
}
