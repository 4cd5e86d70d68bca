import { int4Column, int8Column, textColumn, timestamptzColumn, uuidColumn } from '@tallystick/postgres';
import type { RowStatement, TableName } from '@tallystick/read-models';
import { instant } from '@tallystick/vocabulary';
import type { HoldChange } from './changes';

const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['account', 'uuid'],
  ['hold', 'text'],
  ['tenant', 'text'],
  ['state', 'text'],
  ['revision', 'int'],
  ['captured', 'bigint'],
  ['cancelled', 'bigint'],
  ['asset', 'text'],
  ['unit', 'text'],
  ['store', 'text'],
  ['amount', 'bigint'],
  ['placed_at', 'timestamptz'],
  ['until', 'timestamptz'],
];

/** Holds that a page placed or ended: one that was placed before keeps what it was placed with. */
export function mergeHolds(holds: readonly HoldChange[], table: TableName): RowStatement {
  const names = COLUMNS.map(([name]) => name);
  const unnested = COLUMNS.map(([name, type], index) => `unnest($${index + 1}::${type}[]) as ${name}`);
  return {
    text: `merge into ${table('hold')} as known using (select ${unnested.join(', ')}) as u
           on known.account = u.account and known.hold = u.hold
           when matched then update set state = u.state, revision = u.revision,
             captured = known.captured + u.captured, cancelled = known.cancelled + u.cancelled
           when not matched then
             insert (${names.join(', ')}) values (${names.map((name) => `u.${name}`).join(', ')})`,
    values: [
      uuidColumn(holds.map(({ account }) => account)),
      textColumn(holds.map(({ hold }) => hold)),
      textColumn(holds.map(({ tenant }) => tenant)),
      textColumn(holds.map(({ state }) => state)),
      int4Column(holds.map(({ revision }) => revision)),
      int8Column(holds.map(({ captured }) => captured)),
      int8Column(holds.map(({ cancelled }) => cancelled)),
      textColumn(holds.map(({ placed }) => placed?.asset ?? null)),
      textColumn(holds.map(({ placed }) => placed?.unit ?? null)),
      textColumn(holds.map(({ placed }) => placed?.store ?? null)),
      int8Column(holds.map(({ placed }) => (placed ? BigInt(placed.amount) : null))),
      timestamptzColumn(holds.map(({ placed }) => (placed ? instant(placed.effectiveAt) : null))),
      timestamptzColumn(holds.map(({ placed }) => (placed ? instant(placed.until) : null))),
    ],
  };
}
