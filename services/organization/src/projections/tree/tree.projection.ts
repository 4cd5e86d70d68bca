import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, canonicalJson, type RecordedEvent, tenantOf } from '@tallystick/decider';
import type { NodeDeclared } from '@tallystick/organization-domain';
import type { Connection } from '@tallystick/postgres';
import type { LogProjection, TableName } from '@tallystick/read-models';

/** Every version of every node, for reading the tree. */
export const treeProjection: LogProjection = {
  source: 'log',
  name: 'tree',
  version: 1,
  tables: ['node'],
  ddl: readFileSync(join(__dirname, 'tree.table.sql'), 'utf8'),
  async apply(connection, events, table) {
    for (const event of events) if (event.type === 'NodeDeclared') await declared(connection, event, table);
  },
};

async function declared(connection: Connection, event: RecordedEvent, table: TableName): Promise<void> {
  const data = bodyOf<NodeDeclared['data']>(event);
  await connection.query(
    `insert into ${table('node')} as known (tenant, node, valid_from, declaration, revision) values ($1, $2, $3, $4, $5)
     on conflict (tenant, node, valid_from) do update
       set declaration = excluded.declaration, revision = excluded.revision where known.revision < excluded.revision`,
    [tenantOf(event.stream), data.node, data.validFrom, canonicalJson(data), event.revision],
  );
}
