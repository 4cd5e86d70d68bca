import type { Connection } from '@tallystick/postgres';
import { rightsOn } from './rights';

/** True where a view may come to show another table without being dropped: its columns are the first ones of the table. */
export async function fitsInPlace(connection: Connection, view: string, table: string): Promise<boolean> {
  const { rows } = await connection.query<{ fits: boolean }>(
    `with columns as (
       select attrelid as relation, row_number() over (partition by attrelid order by attnum) as place,
              (attname, atttypid, atttypmod, attcollation)::text as form
         from pg_attribute where attrelid in (to_regclass($1), to_regclass($2)) and attnum > 0 and not attisdropped)
     select not exists (
       select from columns as shown
         left join columns as given on given.relation = to_regclass($2) and given.place = shown.place
        where shown.relation = to_regclass($1) and given.form is distinct from shown.form) as fits`,
    [view, table],
  );
  return rows[0]?.fits === true;
}

interface Dependent {
  readonly name: string;
  readonly definition: string;
  readonly options: readonly string[] | null;
}

/** The views that read a view, directly or through others, those that read none of the others first. */
async function dependentsOf(connection: Connection, view: string): Promise<readonly Dependent[]> {
  const { rows } = await connection.query<Dependent>(
    `with recursive above (view, depth) as (
       select to_regclass($1)::oid, 0
       union
       select rule.ev_class, above.depth + 1
         from above
         join pg_depend as uses on uses.refclassid = 'pg_class'::regclass and uses.refobjid = above.view
          and uses.classid = 'pg_rewrite'::regclass
         join pg_rewrite as rule on rule.oid = uses.objid and rule.ev_class <> above.view)
     select relation.oid::regclass::text as name, pg_get_viewdef(relation.oid) as definition, relation.reloptions as options
       from above join pg_class as relation on relation.oid = above.view and relation.relkind = 'v'
      where depth > 0 group by relation.oid order by max(depth)`,
    [view],
  );
  return rows;
}

/**
 * Drops a view with the views that read it, does `renew`, and makes those again as they were, rights included. Fails,
 * and with it the transaction, where one of them cannot be made on what is there then: it is named.
 */
export async function withoutDependents(
  connection: Connection,
  view: string,
  renew: () => Promise<void>,
): Promise<void> {
  const dependents = await dependentsOf(connection, view);
  const statements: (readonly [string, readonly string[]])[] = [];
  for (const { name, definition, options } of dependents) {
    const given = options ? ` with (${options.join(', ')})` : '';
    statements.push([name, [`create view ${name}${given} as ${definition}`, ...(await rightsOn(connection, name))]]);
  }
  for (const { name } of dependents.toReversed()) await connection.query(`drop view ${name}`);
  await connection.query(`drop view ${view}`);
  await renew();
  for (const [name, made] of statements) {
    for (const statement of made) {
      await connection.query(statement).catch((cause: unknown) => {
        throw new Error(`${name} cannot read ${view} as it is to be: change or drop that view first`, { cause });
      });
    }
  }
}
