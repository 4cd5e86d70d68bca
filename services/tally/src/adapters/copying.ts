import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection, Pool } from '@tallystick/postgres';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** A file in binary COPY format and the table that it goes to, quoted, with its columns where not all are meant. */
export interface CopyJob {
  readonly into: string;
  readonly file: Buffer;
}

/** Writes files, each in a transaction of its own, over so many connections; resolves with the milliseconds it took. */
export async function copyIn(pool: Pool, jobs: readonly CopyJob[], connections: number): Promise<number> {
  const open: Connection[] = [];
  for (let i = 0; i < connections; i++) open.push(await pool.connect());
  let next = 0;
  const started = performance.now();
  try {
    await Promise.all(
      open.map(async (connection) => {
        for (let job = jobs[next++]; job; job = jobs[next++]) {
          const stream = connection.query(copyFrom(`copy ${job.into} from stdin (format binary)`));
          await pipeline(Readable.from([job.file]), stream);
        }
      }),
    );
    return performance.now() - started;
  } finally {
    for (const connection of open) connection.release();
  }
}

/** Reads a table or a query in parentheses: `format` as COPY names it; hands every piece on as it comes. */
export async function copyOut(
  pool: Pool,
  what: string,
  format: 'binary' | 'text',
  onPiece: (piece: Buffer) => void,
): Promise<void> {
  const connection = await pool.connect();
  try {
    const stream = connection.query(copyTo(`copy ${what} to stdout (format ${format})`));
    for await (const piece of stream) onPiece(piece as Buffer);
  } finally {
    connection.release();
  }
}

/** A whole table in binary COPY format. */
export async function tableFile(pool: Pool, what: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await copyOut(pool, what, 'binary', (piece) => pieces.push(piece));
  return Buffer.concat(pieces);
}
