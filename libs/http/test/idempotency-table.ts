import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from '@tallystick/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '../src';

/** Runs the migrations of the idempotency store in the pool's schema. */
export async function createIdempotencyTable(pool: Pool): Promise<void> {
  for (const file of readdirSync(IDEMPOTENCY_MIGRATIONS).toSorted()) {
    await pool.query(readFileSync(join(IDEMPOTENCY_MIGRATIONS, file), 'utf8'));
  }
}
