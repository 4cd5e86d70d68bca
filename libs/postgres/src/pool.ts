import { Pool as PgPool, type PoolClient, types } from 'pg';
import { bindWithoutCopies } from './direct-bind';

/** A bounded set of connections of one role. */
export type Pool = PgPool;

/** One connection, held for one unit of work. */
export type Connection = PoolClient;

export interface PoolOptions {
  readonly max: number;
  /** Seen in pg_stat_activity. */
  readonly applicationName: string;
  /** The schema that unqualified names mean. */
  readonly searchPath?: string;
  /**
   * For the hot path: statistics of a nearly empty table must not pin a sequential scan or a hash join, and nothing is
   * compiled (performance, "writer connections"). Each statement is planned once, not anew for every small batch whose
   * arrays look cheaper than the guess that one plan for all makes: its best plan must not depend on its parameters.
   */
  readonly byIndex?: boolean;
  /**
   * A statement does not wait for the answer to the one before (`inOneWrite`). COPY is refused on such a connection, and
   * one that is given up in the middle of a statement ends only with its answer or its socket.
   */
  readonly pipelined?: boolean;
  /** Longest wait for a row or table lock, in milliseconds (default 10 s). */
  readonly lockTimeoutMs?: number;
  /** Longest silence inside a transaction before the server ends it, in milliseconds (default 60 s). */
  readonly idleInTransactionTimeoutMs?: number;
  /** Longest statement, in milliseconds (default: none). */
  readonly statementTimeoutMs?: number;
  /** Gets faults of idle connections, which nobody awaits; the pool replaces them by itself. */
  readonly onIdleFault?: (fault: Error) => void;
}

const INT8 = 20;
const BYTEA = 17;
const BY_INDEX = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
};

function sessionSettings(options: PoolOptions): Readonly<Record<string, string>> {
  return {
    lock_timeout: String(options.lockTimeoutMs ?? 10_000),
    idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 60_000),
    ...(options.statementTimeoutMs === undefined ? {} : { statement_timeout: String(options.statementTimeoutMs) }),
    ...(options.searchPath === undefined ? {} : { search_path: quoteIdentifier(options.searchPath) }),
    ...(options.byIndex ? BY_INDEX : {}),
  };
}

/** Settings travel with the connection's first message: no extra round trip, and no moment without them. */
function withSettings(url: string, settings: Readonly<Record<string, string>>): { url: string; options: string } {
  const address = new URL(url);
  const given = address.searchParams.get('options') ?? '';
  address.searchParams.delete('options');
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`);
  return { url: address.toString(), options: [given, ...ours].join(' ').trim() };
}

/** Exact types whatever other code set globally: int8 stays text (no rounding at 2^53), bytea is a Buffer. */
const exactTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 && format !== 'binary') return (text: string) => text;
    if (oid === BYTEA && format !== 'binary') return (text: string) => Buffer.from(text.slice(2), 'hex');
    return types.getTypeParser(oid, format);
  },
} as typeof types;

/**
 * A pool of one role. int8 comes back as decimal text, bytea as Buffer, timestamptz as Date. A connection that breaks
 * while nobody uses it is replaced and reported to `onIdleFault`; it never ends the process. The caller ends the pool.
 */
export function createPool(url: string, options: PoolOptions): Pool {
  const { url: connectionString, options: sessionOptions } = withSettings(url, sessionSettings(options));
  const pool = new PgPool({
    connectionString,
    options: sessionOptions,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: options.pipelined ?? false,
    types: exactTypes,
  });
  const onFault = options.onIdleFault ?? (() => undefined);
  pool.on('error', onFault);
  // A connection in use may break between two queries, when no query is there to carry the error.
  pool.on('connect', (client) => {
    client.on('error', onFault);
    bindWithoutCopies(client);
  });
  return pool;
}

/** A name as SQL text, quoted. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as SQL text, quoted; for statements that take no parameters. */
export function quoteLiteral(text: string): string {
  const escaped = text.replaceAll("'", "''");
  return escaped.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`;
}
