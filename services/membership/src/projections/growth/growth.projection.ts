import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import { type ContractProjection, insertOf, type RowStatement, type TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';

/** Every change of a member's growth value, once whatever the bus repeats: what tiers are computed from. */
export const growthProjection: ContractProjection = {
  source: 'contracts',
  name: 'growth',
  version: 1,
  tables: ['growth_fact'],
  ddl: readFileSync(join(__dirname, 'growth.table.sql'), 'utf8'),
  statements: {
    'ledger.growth-changed.v1': (records, table) => [
      insert(records as readonly BusRecord<ledger.GrowthChanged>[], table),
    ],
  },
};

function insert(records: readonly BusRecord<ledger.GrowthChanged>[], table: TableName): RowStatement {
  const messages = records.map(({ message }) => message);
  return insertOf({
    into: table('growth_fact'),
    columns: {
      amount: int8Column(messages.map(({ amount }) => amount)),
      effective_at: timestamptzColumn(messages.map(({ effectiveAt }) => instant(effectiveAt))),
      earned_at: timestamptzColumn(messages.map(({ earnedAt }) => instant(earnedAt))),
      account: uuidColumn(messages.map(({ account }) => account)),
      account_revision: int4Column(messages.map(({ revision }) => revision)),
      tenant: textColumn(records.map(({ tenant }) => tenant)),
      member: textColumn(messages.map(({ member }) => member)),
    },
  });
}
