import { openPostgresEventStore, type PostgresEventStore } from '@tallystick/event-store/postgres';
import type { Pool } from '@tallystick/postgres';
import { withPool } from './place';

/** Opens the ledger's log with one connection for writing and one for reading; whoever works gets the latter as well. */
export async function withLedgerStore<Result>(
  databaseUrl: string,
  work: (store: PostgresEventStore, pool: Pool) => Promise<Result>,
): Promise<Result> {
  return withPool(
    databaseUrl,
    1,
    (pool) =>
      withPool(
        databaseUrl,
        1,
        async (readPool) => {
          const store = await openPostgresEventStore({ pool, readPool, schema: 'ledger', service: 'ledger' });
          try {
            return await work(store, readPool);
          } finally {
            await store.close();
          }
        },
        'ledger',
      ),
    'ledger',
  );
}

/** Runs work for every item with one call waiting while another is under way, as a consumer that is never idle. */
export async function twoAtATime<Item>(items: Iterable<Item>, work: (item: Item) => Promise<unknown>): Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  for (const item of items) {
    const next = work(item);
    await last;
    last = next;
  }
  await last;
}

/** Consecutive pieces of what is listed or made, each made when its turn comes: a million items need no room for all. */
export function* chunks<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let piece: Item[] = [];
  for (const item of items) {
    if (piece.push(item) < size) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
