import type { Connection } from '@tallystick/postgres';

/** Statements that give again what others may do with a table or view; `target` is named in them instead of it. */
export async function rightsOn(connection: Connection, source: string, target = source): Promise<readonly string[]> {
  const { rows } = await connection.query<{ right: string; grantee: string | null }>(
    `select given.privilege_type as right, nullif(given.grantee, 0)::regrole::text as grantee
       from pg_class as relation, aclexplode(relation.relacl) as given
      where relation.oid = to_regclass($1) and given.grantee <> relation.relowner`,
    [source],
  );
  return rows.map(({ right, grantee }) => `grant ${right} on ${target} to ${grantee ?? 'public'}`);
}
