import { boolColumn, int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { RowStatement, TableName } from '@tallystick/read-models';
import type { GoneRow } from './carried-rows';
import type { DebtChange } from './debt-sums';

const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['account', 'uuid'],
  ['debt', 'text'],
  ['tenant', 'text'],
  ['program', 'text'],
  ['revision', 'int'],
  ['overdue', 'boolean'],
  ['owed', 'bigint'],
  ['amount', 'bigint'],
  ['asset', 'text'],
  ['unit', 'text'],
  ['at', 'timestamptz'],
  ['due_at', 'timestamptz'],
];

/** Debts that a page made, paid or found overdue: one that was made before keeps what it was made with. */
export function mergeDebts(debts: readonly DebtChange[], table: TableName): RowStatement {
  const names = COLUMNS.map(([name]) => name);
  const unnested = COLUMNS.map(([name, type], index) => `unnest($${index + 1}::${type}[]) as ${name}`);
  return {
    text: `merge into ${table('debt')} as known using (select ${unnested.join(', ')}) as u
           on known.account = u.account and known.debt = u.debt
           when matched then update set amount = known.amount + u.amount, owed = known.owed + u.owed, overdue = known.overdue or u.overdue,
             revision = u.revision
           when not matched then
             insert (${names.join(', ')}) values (${names.map((name) => `u.${name}`).join(', ')})`,
    values: [
      uuidColumn(debts.map(({ account }) => account)),
      textColumn(debts.map(({ debt }) => debt)),
      textColumn(debts.map(({ tenant }) => tenant)),
      textColumn(debts.map(({ program }) => program)),
      int4Column(debts.map(({ revision }) => revision)),
      boolColumn(debts.map(({ overdue }) => overdue)),
      int8Column(debts.map(({ owed }) => owed)),
      int8Column(debts.map(({ amount }) => amount)),
      textColumn(debts.map(({ made }) => made?.asset ?? null)),
      textColumn(debts.map(({ made }) => made?.unit ?? null)),
      timestamptzColumn(debts.map(({ made }) => made?.at ?? null)),
      timestamptzColumn(debts.map(({ made }) => made?.dueAt ?? null)),
    ],
  };
}

/** Takes away rows of debts that have left their accounts whole: they are rows of another one. */
export function deleteLeft(gone: readonly GoneRow[], table: TableName): RowStatement {
  return {
    text: `delete from ${table('debt')} as known using (select unnest($1::uuid[]) as account, unnest($2::text[]) as name) as u
           where known.account = u.account and known.debt = u.name and known.amount = 0`,
    values: [uuidColumn(gone.map(({ account }) => account)), textColumn(gone.map(({ name }) => name))],
  };
}
