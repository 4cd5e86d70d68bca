import { type Connection, quoteIdentifier } from '@tallystick/postgres';
import type { Projection } from './projection';
import { rightsOn } from './rights';
import { REPLACED, showVersion, tableExists, tablesOf } from './tables';

interface Policy {
  readonly name: string;
  readonly permissive: string;
  readonly roles: readonly string[];
  readonly command: string;
  readonly condition: string | null;
  readonly check: string | null;
}

/** Statements that give another table the row security of `source`. */
async function rowSecurityOf(connection: Connection, source: string, target: string): Promise<readonly string[]> {
  const { rows: flags } = await connection.query<{ enabled: boolean; forced: boolean }>(
    'select relrowsecurity as enabled, relforcerowsecurity as forced from pg_class where oid = to_regclass($1)',
    [source],
  );
  const { rows: policies } = await connection.query<Policy>(
    `select policy.policyname as name, policy.permissive, policy.roles::text[] as roles, policy.cmd as command,
            policy.qual as condition, policy.with_check as check
       from pg_policies as policy join pg_class as relation on relation.oid = to_regclass($1)
        and policy.tablename = relation.relname and policy.schemaname = relation.relnamespace::regnamespace::text`,
    [source],
  );
  return [
    ...policies.map((policy) => policyStatement(policy, target)),
    ...(flags[0]?.enabled ? [`alter table ${target} enable row level security`] : []),
    ...(flags[0]?.forced ? [`alter table ${target} force row level security`] : []),
  ];
}

function policyStatement({ name, permissive, roles, command, condition, check }: Policy, target: string): string {
  const to = roles.map((role) => (role === 'public' ? role : quoteIdentifier(role))).join(', ');
  const using = condition === null ? '' : ` using (${condition})`;
  const withCheck = check === null ? '' : ` with check (${check})`;
  return `create policy ${quoteIdentifier(name)} on ${target} as ${permissive} for ${command} to ${to}${using}${withCheck}`;
}

/**
 * Puts rebuilt tables in the place of the live ones, with the rights and row policies of those, and lets the views show
 * them; the old tables are dropped. Within the caller's transaction, so all tables change at once or none. Fails where
 * something else than the views depends on an old table.
 */
export async function switchTables(connection: Connection, projection: Projection, suffix: string): Promise<void> {
  const live = tablesOf(projection);
  const rebuilt = tablesOf(projection, suffix);
  const replaced = tablesOf(projection, REPLACED);
  const old: string[] = [];
  for (const table of projection.tables) {
    if (await tableExists(connection, live(table))) {
      const carried = [
        ...(await rightsOn(connection, live(table), rebuilt(table))),
        ...(await rowSecurityOf(connection, live(table), rebuilt(table))),
      ];
      for (const statement of carried) await connection.query(statement);
      await connection.query(`alter table ${live(table)} rename to ${replaced(table)}`);
      old.push(replaced(table));
    }
    await connection.query(`alter table ${rebuilt(table)} rename to ${live(table)}`);
  }
  await showVersion(connection, projection);
  for (const table of old) await connection.query(`drop table ${table}`);
}
