import { join } from 'node:path';
import {
  byteaColumn,
  type Connection,
  inTransaction,
  int4Column,
  int8Column,
  type MigrationSet,
  moveCheckpoint,
  type Pool,
  type PositionCheckpoint,
  textColumn,
} from '@tallystick/postgres';
import type { NewDeadLetter } from './dead-letter';

/** The tables `dead_letter` and `redrive` of a consumer's schema. */
export const DEAD_LETTER_MIGRATIONS: MigrationSet = { name: 'dead-letters', folder: join(__dirname, 'migrations') };

const INSERT = `
  insert into dead_letter (consumer, topic, partition, position, key, code, pointer, detail, payload_hash, payload, headers,
    tenant)
  select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::bytea[], $10::bytea[], $11::text[], $12::text[])
  on conflict do nothing`;

/** PostgreSQL text cannot hold U+0000; a key or detail from outside may. */
function storable(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : text.replaceAll('\u0000', '\uFFFD');
}

export async function insertDeadLetters(
  connection: Connection | Pool,
  letters: readonly NewDeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  await connection.query(INSERT, [
    textColumn(letters.map(({ consumer }) => consumer)),
    textColumn(letters.map(({ topic }) => topic)),
    int4Column(letters.map(({ partition }) => partition)),
    int8Column(letters.map(({ position }) => position)),
    textColumn(letters.map(({ key }) => storable(key))),
    textColumn(letters.map(({ code }) => code)),
    textColumn(letters.map(({ pointer }) => storable(pointer))),
    textColumn(letters.map(({ detail }) => storable(detail))),
    byteaColumn(letters.map(({ payloadHash }) => payloadHash)),
    byteaColumn(letters.map(({ payload }) => payload)),
    textColumn(letters.map(({ headers }) => storable(JSON.stringify(headers)))),
    textColumn(letters.map(({ tenant }) => tenant ?? null)),
  ]);
}

/** Moves positions and writes dead letters in one transaction; without letters in one statement. */
export async function settleProgress(
  pool: Pool,
  checkpoint: PositionCheckpoint,
  letters: readonly NewDeadLetter[],
): Promise<void> {
  await inTransaction(pool, async (connection) => {
    await insertDeadLetters(connection, letters);
    await moveCheckpoint(connection, checkpoint);
  });
}
