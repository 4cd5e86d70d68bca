import type { Batch, BatchHandler, BusRecord, Outcome } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import type { Mark } from './harness';

const DONE: Outcome = { kind: 'done' };
const DUPLICATE: Outcome = { kind: 'duplicate' };

interface Effect {
  readonly key: string;
  readonly seq: number;
}

/** What handlers did, outside of the bus and of any process: each (consumer, key, seq) takes effect once. */
export class Effects {
  constructor(private readonly pool: Pool) {}

  async create(): Promise<void> {
    await this.pool.query(
      `create table effect (id bigint generated always as identity, consumer text, key text, seq integer, member text,
       unique (consumer, key, seq))`,
    );
  }

  /** Applies the records in order; one that took effect before is a duplicate. */
  async apply(consumer: string, member: string, records: readonly BusRecord[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const { rows } = await this.pool.query<{ key: string; seq: number }>(
      `insert into effect (consumer, key, seq, member)
       select $1, u.key, u.seq, $2 from unnest($3::text[], $4::int[]) with ordinality u(key, seq, place) order by u.place
       on conflict do nothing returning key, seq`,
      [consumer, member, records.map(({ key }) => key), records.map((record) => seqOf(record))],
    );
    const fresh = new Set(rows.map(({ key, seq }) => `${key}/${seq}`));
    for (const record of records) outcomes.push(fresh.delete(`${record.key}/${seqOf(record)}`) ? DONE : DUPLICATE);
    return outcomes;
  }

  handler(consumer: string, member: string): BatchHandler {
    return ({ records }: Batch) => this.apply(consumer, member, records);
  }

  async count(consumer: string): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'select count(*)::integer as count from effect where consumer = $1',
      [consumer],
    );
    return rows[0]?.count ?? 0;
  }

  async byMember(consumer: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.pool.query<{ member: string; count: number }>(
      'select member, count(*)::integer as count from effect where consumer = $1 group by member',
      [consumer],
    );
    return Object.fromEntries(rows.map(({ member, count }) => [member, count]));
  }

  /** Effects that came before one with a smaller number of the same key: none while order per key holds. */
  async outOfOrder(consumer: string): Promise<Effect[]> {
    const { rows } = await this.pool.query<Effect>(
      `select key, seq from (
         select key, seq, lag(seq) over (partition by key order by id) as before from effect where consumer = $1) e
       where before > seq`,
      [consumer],
    );
    return rows;
  }
}

/** The number that a record of the contract's cases carries. */
export function seqOf(record: BusRecord): number {
  return (record.message as Mark).seq;
}
