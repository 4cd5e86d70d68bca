import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keptSecret } from './kept-secret';
import { createPool, type Connection, quoteIdentifier, quoteLiteral } from './pool';
import { scramVerifier } from './scram';
import { inTransaction } from './transaction';

/** What a service may reach besides its own schema (trust §4 "Isolation down to Postgres"). */
export interface ServiceRole {
  readonly service: string;
  /** Default: the service's name. */
  readonly schema?: string;
  /** Schemas of the producers whose logs it hears: it may read their events and counters. */
  readonly hears?: readonly string[];
  /** Schemas outside its own that it reads and writes (`bus`). */
  readonly writes?: readonly string[];
}

export interface ServiceRolesOptions {
  /** Keeps each role's password as `<service>.password` (0600); without it new ones are set at every call. */
  readonly passwordsFolder?: string;
  /** Before the service's name in the role's (default `tallystick_`); roles belong to a server, not to a database. */
  readonly rolePrefix?: string;
}

export interface ServiceRoles {
  /** By service: how its runtime connects. */
  readonly urls: Readonly<Record<string, string>>;
  /**
   * Present where the given role may not create roles: the services then run under it, without isolation, and this is
   * what an administrator runs to have it.
   */
  readonly sqlToRun?: string;
}

const LOG_TABLE = 'event';
const COUNTER_TABLE = 'log_counter';

function grantsOf(
  { service, schema = service, hears = [], writes = [] }: ServiceRole,
  role: string,
): readonly string[] {
  const name = quoteIdentifier(role);
  const fullAccess = [schema, ...writes].flatMap((owned) => {
    const where = quoteIdentifier(owned);
    return [
      `grant usage on schema ${where} to ${name}`,
      `grant select, insert, update, delete on all tables in schema ${where} to ${name}`,
      `grant usage on all sequences in schema ${where} to ${name}`,
      `alter default privileges in schema ${where} grant select, insert, update, delete on tables to ${name}`,
      `alter default privileges in schema ${where} grant usage on sequences to ${name}`,
    ];
  });
  return [...fullAccess, ...hears.map((producer) => `grant usage on schema ${quoteIdentifier(producer)} to ${name}`)];
}

/** Grants on tables that may not be there yet, e.g. where the log is an EventStoreDB. */
function logGrantsOf(
  { service, schema = service, hears = [] }: ServiceRole,
  role: string,
): readonly [string, string][] {
  const name = quoteIdentifier(role);
  const table = (owner: string, plain: string): string => `${quoteIdentifier(owner)}.${quoteIdentifier(plain)}`;
  const [log, counter] = [table(schema, LOG_TABLE), table(schema, COUNTER_TABLE)];
  return [
    [log, `revoke update, delete, truncate on ${log} from ${name}`],
    [counter, `revoke insert, delete, truncate on ${counter} from ${name}`],
    ...hears.flatMap((producer): [string, string][] =>
      [LOG_TABLE, COUNTER_TABLE].map((plain) => {
        const heard = table(producer, plain);
        return [heard, `grant select on ${heard} to ${name}`];
      }),
    ),
  ];
}

function passwordOf(service: string, folder: string | undefined): string {
  const fresh = (): string => randomBytes(24).toString('base64url');
  if (folder === undefined) return fresh();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return keptSecret(join(folder, `${service}.password`), fresh);
}

async function mayCreateRoles(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ allowed: boolean }>(
    'select rolsuper or rolcreaterole as allowed from pg_roles where rolname = current_user',
  );
  return rows[0]?.allowed === true;
}

async function ensureRole(connection: Connection, role: string, password: string): Promise<void> {
  const name = quoteIdentifier(role);
  const { rows } = await connection.query<{ mighty: boolean }>(
    'select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty from pg_roles where rolname = $1',
    [role],
  );
  if (rows[0]?.mighty) throw new Error(`Role ${role} may do more than a service should; drop it or take that away`);
  const secret = quoteLiteral(scramVerifier(password));
  await connection.query(
    rows.length === 0
      ? `create role ${name} login nosuperuser nocreatedb nocreaterole nobypassrls password ${secret}`
      : `alter role ${name} login password ${secret}`,
  );
}

function sqlForAdministrator(services: readonly ServiceRole[], roleOf: (service: string) => string): string {
  const statements = services.flatMap((service) => [
    `create role ${quoteIdentifier(roleOf(service.service))} login password '…'`,
    ...grantsOf(service, roleOf(service.service)),
    ...logGrantsOf(service, roleOf(service.service)).map(([, statement]) => statement),
  ]);
  return statements.map((statement) => `${statement};\n`).join('');
}

async function applyRole(connection: Connection, service: ServiceRole, role: string, password: string): Promise<void> {
  await ensureRole(connection, role, password);
  for (const statement of grantsOf(service, role)) await connection.query(statement);
  for (const [table, statement] of logGrantsOf(service, role)) {
    const { rows } = await connection.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
    if (rows[0]?.there) await connection.query(statement);
  }
}

/**
 * Gives every service a role of its own: its schema with all rights but two (events are inserted and read only; the log's
 * counter is read and updated only), and reading of the logs that it hears. Run by the owner of the schemas after the
 * migrations; tables made later by the same owner are covered. Repeatable, safe for two starters.
 */
export async function ensureServiceRoles(
  adminUrl: string,
  services: readonly ServiceRole[],
  { passwordsFolder, rolePrefix = 'tallystick_' }: ServiceRolesOptions = {},
): Promise<ServiceRoles> {
  const pool = createPool(adminUrl, { max: 1, applicationName: 'tallystick-roles' });
  const roleOf = (service: string): string => rolePrefix + service;
  const urls: Record<string, string> = {};
  try {
    return await inTransaction(pool, async (connection): Promise<ServiceRoles> => {
      if (!(await mayCreateRoles(connection))) {
        for (const { service } of services) urls[service] = adminUrl;
        return { urls, sqlToRun: sqlForAdministrator(services, roleOf) };
      }
      await connection.query("select pg_advisory_xact_lock(hashtextextended('tallystick/roles', 0))");
      for (const service of services) {
        const password = passwordOf(service.service, passwordsFolder);
        await applyRole(connection, service, roleOf(service.service), password);
        const address = new URL(adminUrl);
        address.username = roleOf(service.service);
        address.password = password;
        urls[service.service] = address.toString();
      }
      return { urls };
    });
  } finally {
    await pool.end();
  }
}
