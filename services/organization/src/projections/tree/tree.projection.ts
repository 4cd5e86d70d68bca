import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, canonicalJson, type RecordedEvent, tenantOf } from '@tallystick/decider';
import type { NodeDeclared } from '@tallystick/organization-domain';
import type { LogProjection, RowStatement, TableName } from '@tallystick/read-models';

/** Every version of every node, for reading the tree. */
export const treeProjection: LogProjection = {
  source: 'log',
  name: 'tree',
  version: 1,
  tables: ['node'],
  ddl: readFileSync(join(__dirname, 'tree.table.sql'), 'utf8'),
  statements: (events, table) =>
    events.filter(({ type }) => type === 'NodeDeclared').map((event) => declared(event, table)),
};

function declared(event: RecordedEvent, table: TableName): RowStatement {
  const data = bodyOf<NodeDeclared['data']>(event);
  return {
    text: `insert into ${table('node')} as known (tenant, node, valid_from, declaration, revision) values ($1, $2, $3, $4, $5)
     on conflict (tenant, node, valid_from) do update
       set declaration = excluded.declaration, revision = excluded.revision where known.revision < excluded.revision`,
    values: [tenantOf(event.stream), data.node, data.validFrom, canonicalJson(data), event.revision],
  };
}
