import type { Position } from '@tallystick/decider';
import { inTransaction, int8Column, type Pool } from '@tallystick/postgres';
import type { Outcome } from '../bus';
import type { DeadRecord } from '../delivery/source';

/** Who delivers a record again to the handler that gave it up: a bus server. */
export interface Redelivery {
  readonly consumer: string;
  redeliver(topic: string, dead: DeadRecord): Promise<Outcome>;
}

/** A dead letter as operations see it. */
export interface DeadLetter {
  readonly id: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly code: string;
  readonly pointer?: string;
  readonly detail?: string;
  /** SHA-256, hex. */
  readonly payloadHash: string;
  readonly at: number;
  readonly redriven?: { readonly at: number; readonly by: string; readonly reason: string };
}

/** Whose letters are meant: those of a tenant, and with them those of which nobody can tell whose they are. */
export interface LettersOf {
  readonly tenant: string;
  readonly withNobodys: boolean;
}

export interface ListOptions {
  /** Absent: of all tenants. */
  readonly of?: LettersOf;
  /** The last id of the page before. */
  readonly after?: string;
  /** Default 100, at most 500. */
  readonly limit?: number;
  readonly topic?: string;
  readonly code?: string;
  /** Default true: only what has not been redriven. */
  readonly openOnly?: boolean;
}

/** What became of one redrive. `already`: redriven before, nothing done; `unknown`: there is no such letter. */
export interface RedriveAnswer {
  readonly id: string;
  readonly answer: Outcome['kind'] | 'already' | 'unknown' | 'failed';
  readonly code?: string;
}

interface Row {
  readonly id: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: Position;
  readonly key: string | null;
  readonly code: string;
  readonly pointer: string | null;
  readonly detail: string | null;
  readonly payload_hash: Buffer;
  readonly at: string;
  readonly redriven_at: string | null;
  readonly redriven_by: string | null;
  readonly reason: string | null;
}

const COLUMNS = `id, consumer, topic, partition, lpad(position::text, 20, '0') as position, key, code, pointer, detail,
  payload_hash, (extract(epoch from at) * 1000)::bigint as at,
  (extract(epoch from redriven_at) * 1000)::bigint as redriven_at, redriven_by, reason`;

function owners(of: LettersOf | undefined): readonly [string | null, boolean] {
  return [of?.tenant ?? null, of?.withNobodys ?? true];
}

/** The records that the consumers of one schema gave up. */
export class DeadLetters {
  constructor(
    private readonly pool: Pool,
    private readonly consumers: readonly Redelivery[] = [],
  ) {}

  /** One page, oldest first; `next` is there where another page may follow. */
  async list(options: ListOptions = {}): Promise<{ letters: readonly DeadLetter[]; next?: string }> {
    const limit = Math.min(Math.max(1, options.limit ?? 100), 500);
    const { rows } = await this.pool.query<Row>(
      `select ${COLUMNS} from dead_letter
       where id > $1 and ($2::text is null or topic = $2) and ($3::text is null or code = $3)
         and (redriven_at is null or not $4::boolean)
         and ($6::text is null or tenant = $6 or (tenant is null and $7::boolean))
       order by id limit $5`,
      [
        ...[options.after ?? '0', options.topic ?? null, options.code ?? null, options.openOnly ?? true, limit],
        ...owners(options.of),
      ],
    );
    const letters = rows.map(letterOf);
    return rows.length < limit ? { letters } : { letters, next: rows[limit - 1]!.id };
  }

  /** Open letters by topic and code, for metrics. */
  async counts(): Promise<readonly { topic: string; code: string; count: number }[]> {
    const { rows } = await this.pool.query<{ topic: string; code: string; count: number }>(
      `select topic, code, count(*)::integer as count from dead_letter where redriven_at is null
       group by topic, code order by topic, code`,
    );
    return rows;
  }

  /**
   * Delivers letters again through the handler that gave them up, in the order given, each once: one that was settled
   * is closed with who asked and why, one that is refused again stays open under its new code. Every attempt is kept.
   * One that is not `of` the asker's tenant is `unknown`.
   */
  async redrive(
    ids: readonly string[],
    { by, reason, of }: { readonly by: string; readonly reason: string; readonly of?: LettersOf },
  ): Promise<readonly RedriveAnswer[]> {
    const answers: RedriveAnswer[] = [];
    for (const id of ids) answers.push(await this.redriveOne(id, by, reason, of));
    return answers;
  }

  private async redriveOne(id: string, by: string, reason: string, of?: LettersOf): Promise<RedriveAnswer> {
    const found = await this.pool.query<Row & { payload: Buffer | null; headers: string | null }>(
      `select ${COLUMNS}, payload, headers from dead_letter
       where id = any ($1::bigint[]) and ($2::text is null or tenant = $2 or (tenant is null and $3::boolean))`,
      [int8Column(/^\d{1,18}$/.test(id) ? [id] : []), ...owners(of)],
    );
    const row = found.rows[0];
    if (!row) return { id, answer: 'unknown' };
    if (row.redriven_at !== null) return { id, answer: 'already' };
    const outcome = await this.deliver(row);
    const code = 'code' in outcome ? outcome.code : undefined;
    const closed = await this.keep(row, outcome.kind, code, by, reason);
    return closed ? { id, answer: outcome.kind, ...(code === undefined ? {} : { code }) } : { id, answer: 'already' };
  }

  private async deliver(
    row: Row & { payload: Buffer | null; headers: string | null },
  ): Promise<Outcome | { kind: 'failed'; code: string }> {
    const consumer = this.consumers.find((one) => one.consumer === row.consumer);
    if (!consumer) return { kind: 'failed', code: 'no-such-consumer' };
    const { partition, position, key, payload: value } = row;
    const headers = row.headers === null ? {} : (JSON.parse(row.headers) as Record<string, string>);
    try {
      return await consumer.redeliver(row.topic, { partition, position, key, value, headers, at: Number(row.at) });
    } catch {
      return { kind: 'failed', code: 'unavailable' };
    }
  }

  /** False where another redrive closed the letter in the meantime. */
  private keep(row: Row, answer: string, code: string | undefined, by: string, reason: string): Promise<boolean> {
    return inTransaction(this.pool, async (connection) => {
      const settled = answer === 'done' || answer === 'duplicate';
      const { rowCount } = await connection.query(
        settled
          ? `update dead_letter set redriven_at = clock_timestamp(), redriven_by = $2, reason = $3
             where id = $1 and redriven_at is null`
          : `update dead_letter set code = case when $2 = 'refused' then $3 else code end
             where id = $1 and redriven_at is null`,
        settled ? [row.id, by, reason] : [row.id, answer, code ?? row.code],
      );
      await connection.query(
        'insert into redrive (dead_letter, asked_by, reason, answer, code) values ($1, $2, $3, $4, $5)',
        [row.id, by, reason, rowCount === 0 ? 'already' : answer, code ?? null],
      );
      return rowCount === 1;
    });
  }
}

function letterOf(row: Row): DeadLetter {
  const { id, consumer, topic, partition, position, key, code } = row;
  return {
    ...{ id, consumer, topic, partition, position, key, code },
    ...(row.pointer === null ? {} : { pointer: row.pointer }),
    ...(row.detail === null ? {} : { detail: row.detail }),
    payloadHash: row.payload_hash.toString('hex'),
    at: Number(row.at),
    ...(row.redriven_at === null
      ? {}
      : { redriven: { at: Number(row.redriven_at), by: row.redriven_by ?? '', reason: row.reason ?? '' } }),
  };
}
