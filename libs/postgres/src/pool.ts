import type { Pool as PgPool, PoolClient } from 'pg';

/** A bounded set of connections of one role. */
export type Pool = PgPool;

/** One connection, held for one unit of work. */
export type Connection = PoolClient;
