import { SAVED_START_VERSION, type SavedStart } from '@tallystick/ledger-domain';
import type { Pool } from '@tallystick/postgres';
import type { Instant } from '@tallystick/vocabulary';

/** A kept state that fits a question, and a number of events among which is all that was known then; absent: it is not known. */
export interface KeptPeriod {
  readonly start: SavedStart;
  readonly within?: number;
}

interface PeriodRow {
  readonly events: number;
  readonly within: number | null;
  readonly latest: string;
  readonly recordedAt: string;
  readonly hash: Buffer;
  readonly state: string;
}

/**
 * States of accounts at the ends of periods, as rows. They are never the truth: whoever reads one
 * compares the hash of the event that it stands after, and none outlives its version.
 */
export class AccountPeriods {
  constructor(private readonly pool: Pool) {}

  /** The newest that knows no more than was recorded by `knownAt` (absent: any) and of which everything counts by `at`. */
  async newest(stream: string, at: Instant, knownAt?: Instant): Promise<KeptPeriod | undefined> {
    const { rows } = await this.pool.query<PeriodRow>({
      name: 'account-period-newest',
      text: `select events, latest, recorded_at as "recordedAt", hash, state,
               (select min(events) from account_period where stream = $1 and version = $2 and recorded_at > $4) as within
             from account_period
             where stream = $1 and version = $2 and latest <= $3 and ($4::bigint is null or recorded_at <= $4)
             order by events desc limit 1`,
      values: [stream, SAVED_START_VERSION, at, knownAt ?? null],
    });
    const [row] = rows;
    if (!row) return undefined;
    const [latest, recordedAt] = [Number(row.latest) as Instant, Number(row.recordedAt) as Instant];
    const start = { count: row.events, latest, recordedAt, hash: row.hash.toString('hex'), text: row.state };
    return { start, ...(row.within !== null && { within: row.within }) };
  }

  /** How many events the longest knows; 0 where none is kept. */
  async longest(stream: string): Promise<number> {
    const { rows } = await this.pool.query<{ events: number | null }>({
      name: 'account-period-longest',
      text: 'select max(events) as events from account_period where stream = $1 and version = $2',
      values: [stream, SAVED_START_VERSION],
    });
    return rows[0]?.events ?? 0;
  }

  /** Keeps one; what other versions have left of the account is gone then. */
  async keep(stream: string, { count, latest, recordedAt, hash, text }: SavedStart): Promise<void> {
    await this.pool.query('delete from account_period where stream = $1 and version <> $2', [
      stream,
      SAVED_START_VERSION,
    ]);
    await this.pool.query(
      `insert into account_period (stream, events, latest, recorded_at, hash, version, state)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (stream, events) do nothing`,
      [stream, count, latest, recordedAt, Buffer.from(hash, 'hex'), SAVED_START_VERSION, text],
    );
  }

  /** Drops every one of an account: one of them is not of its log. */
  async drop(stream: string): Promise<void> {
    await this.pool.query('delete from account_period where stream = $1', [stream]);
  }
}
