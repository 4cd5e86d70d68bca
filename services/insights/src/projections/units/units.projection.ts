import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { organization } from '@tallystick/contracts';
import type { BusRecord } from '@tallystick/messaging';
import type { ContractProjection, RowStatement, TableName } from '@tallystick/read-models';

/** Groups, units and stores as they were at each time (capabilities M1, B1). */
export const unitsProjection: ContractProjection = {
  source: 'contracts',
  name: 'units',
  version: 1,
  tables: ['dim_node'],
  ddl: readFileSync(join(__dirname, 'units.table.sql'), 'utf8'),
  statements: {
    'organization.node-declared.v1': (records, table) =>
      records.map((record) => declared(record as BusRecord<organization.NodeDeclared>, table)),
  },
};

function declared({ tenant, position, message }: BusRecord<organization.NodeDeclared>, table: TableName): RowStatement {
  const { node, validFrom, kind, name, parent, unit, format, legalEntity, ownership, zone, open, revision } = message;
  return {
    text: `insert into ${table('dim_node')} as known values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (tenant, node, valid_from) do update set kind = excluded.kind, name = excluded.name, parent = excluded.parent,
       unit = excluded.unit, format = excluded.format, legal_entity = excluded.legal_entity, ownership = excluded.ownership,
       zone = excluded.zone, open = excluded.open, revision = excluded.revision, last_position = excluded.last_position
     where known.revision < excluded.revision`,
    values: [
      tenant,
      node,
      validFrom,
      kind,
      name,
      parent,
      unit,
      format,
      legalEntity,
      ownership,
      zone,
      open,
      revision,
      position,
    ],
  };
}
