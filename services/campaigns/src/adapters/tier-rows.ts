import type { Checkpoint } from '@tallystick/decider';
import {
  int4Column,
  inTransaction,
  moveCheckpoint,
  type Pool,
  textColumn,
  timestamptzColumn,
  uuidColumn,
} from '@tallystick/postgres';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import type { IndexedPurchase, PurchaseIndex, TierRow, TierRows } from '../application/tier-reevaluation';

/** Tier histories by account, in Postgres. */
export class PostgresTierRows implements TierRows {
  constructor(private readonly pool: Pool) {}

  async read(accounts: readonly string[]): Promise<ReadonlyMap<string, TierRow>> {
    const { rows } = await this.pool.query<{
      account: string;
      revision: number;
      history: string;
      pending_from: string | null;
    }>({
      name: 'tier-rows',
      text: 'select account, revision, history, pending_from from tier_history where account = any($1::uuid[])',
      values: [uuidColumn(accounts)],
    });
    return new Map(
      rows.map(({ account, revision, history, pending_from: pendingFrom }) => [
        account,
        {
          account,
          revision,
          history: JSON.parse(history) as TierRow['history'],
          ...(pendingFrom === null ? {} : { pendingFrom }),
        },
      ]),
    );
  }

  async write(rows: readonly TierRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.pool.query({
      name: 'tier-rows-write',
      text: `insert into tier_history as known (account, revision, history, pending_from)
             select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
             on conflict (account) do update
               set revision = excluded.revision, history = excluded.history,
                   pending_from = least(known.pending_from, excluded.pending_from)
             where known.revision < excluded.revision`,
      values: [
        uuidColumn(rows.map(({ account }) => account)),
        int4Column(rows.map(({ revision }) => revision)),
        textColumn(rows.map(({ history }) => JSON.stringify(history))),
        textColumn(rows.map(({ pendingFrom }) => pendingFrom ?? null)),
      ],
    });
  }

  async settle(rows: readonly TierRow[], checkpoint?: Checkpoint): Promise<void> {
    await inTransaction(this.pool, async (connection) => {
      if (rows.length > 0) {
        await connection.query({
          name: 'tier-rows-settle',
          text: `update tier_history set pending_from = null
                   from unnest($1::uuid[], $2::integer[]) as done(account, revision)
                  where tier_history.account = done.account and tier_history.revision = done.revision`,
          values: [uuidColumn(rows.map(({ account }) => account)), int4Column(rows.map(({ revision }) => revision))],
        });
      }
      if (checkpoint) await moveCheckpoint(connection, checkpoint);
    });
  }
}

/** Which purchases an account has, in Postgres. */
export class PostgresPurchaseIndex implements PurchaseIndex {
  constructor(private readonly pool: Pool) {}

  /** On the disk when it resolves: the position moves behind it, on another connection, maybe after a crash. */
  async add(purchases: readonly IndexedPurchase[]): Promise<void> {
    if (purchases.length === 0) return;
    await this.pool.query({
      name: 'purchase-index-add',
      text: `insert into purchase_index (occurred_at, account, stream)
             select unnest($1::timestamptz[]), unnest($2::uuid[]), unnest($3::text[])`,
      values: [
        timestamptzColumn(purchases.map(({ occurredAt }) => instant(occurredAt))),
        uuidColumn(purchases.map(({ account }) => account)),
        textColumn(purchases.map(({ stream }) => stream)),
      ],
    });
  }

  async after(from: readonly { account: string; instant: string }[]): Promise<IndexedPurchase[]> {
    const { rows } = await this.pool.query<{ account: string; occurred_at: Date; stream: string }>({
      name: 'purchase-index-after',
      text: `select distinct known.account, known.occurred_at, known.stream
               from unnest($1::uuid[], $2::timestamptz[]) as asked(account, after)
               join purchase_index as known on known.account = asked.account and known.occurred_at > asked.after
              order by account, occurred_at, stream`,
      values: [
        uuidColumn(from.map(({ account }) => account)),
        timestamptzColumn(from.map((asked) => instant(asked.instant))),
      ],
    });
    return rows.map(({ account, occurred_at: occurredAt, stream }) => ({
      account,
      occurredAt: formatInstant(occurredAt.getTime() as Instant),
      stream,
    }));
  }
}
