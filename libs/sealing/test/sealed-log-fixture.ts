import { type EventStore, eventsAfter, type RecordedEvent } from '@tallystick/decider';
import { EVENT_LOG_MIGRATIONS, openPostgresEventStore } from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { signerOf, type SignerKey } from '@tallystick/proof';
import { EventChain, startTestDatabase, until } from '@tallystick/testing';
import { latestCheckpoint, Sealer, SEALING_MIGRATIONS, type SealerOptions } from '../src';

const SCHEMA = 'ledger';
export const ORIGIN = 'tallystick.test/ledger';

/** A log in a database of its own with the tables of its seal; `pool` is the superuser's. */
export class SealedLogFixture {
  readonly signer: SignerKey = signerOf(ORIGIN, 'note', Buffer.alloc(32, 1));
  readonly faults: unknown[] = [];
  private readonly chains = new Map<string, EventChain>();
  private readonly sealers: Sealer[] = [];

  private constructor(
    readonly url: string,
    readonly pool: Pool,
    readonly store: EventStore,
    private readonly closeAll: () => Promise<void>,
  ) {}

  static async open(): Promise<SealedLogFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, { max: 6, applicationName: 'sealed-log', searchPath: SCHEMA });
    await migrate(pool, SCHEMA, [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, SEALING_MIGRATIONS]);
    const store = await openPostgresEventStore({ pool, schema: SCHEMA, service: SCHEMA });
    return new SealedLogFixture(database.url, pool, store, async () => {
      await store.close();
      await pool.end();
      await database.drop();
    });
  }

  /** Appends to the streams in turn, so that their events lie mixed in the log. */
  async append(events: number, streams = 3): Promise<void> {
    for (let i = 0; i < events; i++) {
      const name = `account-demo_${i % streams}`;
      const chain = this.chains.get(name) ?? new EventChain(name);
      this.chains.set(name, chain);
      await this.store.append(name, chain.expected, chain.next(1));
    }
  }

  /** A sealer that seals at once; `close` ends it where the test does not. */
  start(options: Partial<SealerOptions> = {}): Sealer {
    const { pool, store, signer } = this;
    const onFault = (error: unknown): void => void this.faults.push(error);
    const sealer = new Sealer({
      service: SCHEMA,
      store,
      pool,
      signer,
      intervalMs: 5,
      leaseMs: 500,
      onFault,
      ...options,
    });
    this.sealers.push(sealer);
    sealer.start();
    return sealer;
  }

  async sealedTo(size: number): Promise<void> {
    await until(`${size} events are sealed`, async () => (await latestCheckpoint(this.pool))?.size === size);
  }

  async events(): Promise<RecordedEvent[]> {
    const all: RecordedEvent[] = [];
    for await (const page of eventsAfter(this.store)) all.push(...page);
    return all;
  }

  /** Changes the database as nobody but a superuser can. */
  async tamper(statement: string): Promise<void> {
    const connection = await this.pool.connect();
    try {
      await connection.query('set session_replication_role = replica');
      await connection.query(statement);
      await connection.query('reset session_replication_role');
    } finally {
      connection.release();
    }
  }

  async closeSealers(): Promise<void> {
    await Promise.all(this.sealers.map((sealer) => sealer.close()));
  }

  async close(): Promise<void> {
    await this.closeSealers();
    await this.closeAll();
  }
}
