import { type Connection, type Pool, quoteIdentifier } from '@tallystick/postgres';
import { type EventChain, idsOf } from '@tallystick/testing';
import { appendStatement, encodeItems } from '../src/postgres/append-statement';

/** A transaction in a test's own hands, which no adapter would leave open. */
export interface RawWriter {
  /** Appends a chain's next events and stays a while, in seconds, before it answers. */
  append(chain: EventChain, count: number, stay?: number): Promise<string[]>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export async function rawWriter(pool: Pool, schema: string): Promise<RawWriter> {
  const connection: Connection = await pool.connect();
  await connection.query('begin');
  const end = async (word: string): Promise<void> => {
    await connection.query(word);
    connection.release();
  };
  return {
    append: async (chain, count, stay = 0) => {
      const { stream, expected } = chain;
      const events = chain.next(count);
      const batch = encodeItems([{ stream, expected, events }])!;
      await connection.query(appendStatement(quoteIdentifier(schema), batch, [], `${schema}.event`));
      await connection.query('select pg_sleep($1)', [stay]);
      return idsOf(events);
    },
    commit: () => end('commit'),
    rollback: () => end('rollback'),
  };
}
