import { join } from 'node:path';
import { type Position, START } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { CONSUMER_MIGRATIONS, createPool, inOneWrite, migrate, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { LedgerApplication } from '../src/application/carry-out-batch';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { AccountBook } from '../src/projections/account-book/account-book.query';
import { applicationOn } from './ledger-application';
import { accountOf, batchOf, purchase, TENANT } from './ledger-messages';

export * from './ledger-messages';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

const LEDGER_MIGRATIONS = { name: 'ledger', folder: join(__dirname, '../src/migrations') };

/** The ledger's own parts on a database of its own: store, executors, read model. */
export class LedgerFixture {
  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly store: PostgresEventStore,
    readonly application: LedgerApplication,
  ) {}

  readonly book = new AccountBook(this.pool);
  readonly databaseUrl = this.database.url;
  private members = 0;

  static async start(): Promise<LedgerFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, {
      max: 6,
      applicationName: 'ledger-test',
      searchPath: 'ledger',
      byIndex: true,
      pipelined: true,
    });
    await migrate(pool, 'ledger', [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, LEDGER_MIGRATIONS]);
    const store = await openPostgresEventStore({ pool, schema: 'ledger', service: 'ledger' });
    return new LedgerFixture(database, pool, store, applicationOn(pool, store));
  }

  /** Another process of the same service: its own memory, the same log. */
  twin(): LedgerApplication {
    return applicationOn(this.pool, this.store);
  }

  /** A new member who has earned so many points by the purchase `P-<member>`. */
  async memberWith(points: number, earnedAt: string): Promise<{ readonly member: string; readonly account: string }> {
    const member = `m-${++this.members}`;
    await whenPurchaseQualifiedAccrue(this.application)(batchOf([purchase(member, `P-${member}`, earnedAt, points)]));
    return { member, account: accountOf(member) };
  }

  async stop(): Promise<void> {
    await this.application.accounts.drain();
    await this.store.close();
    await this.pool.end();
    await this.database.drop();
  }

  /** Makes the read model anew under a version and fills it from the log, so many events a page. */
  async project(version: number, pageSize: number): Promise<void> {
    await this.pool.query(
      accountBookProjection.ddl.replace(/\{\{(\w+)\}\}/g, (_, name: string) => `"${name}_v${version}"`),
    );
    for (const name of accountBookProjection.tables) {
      await this.pool.query(`create or replace view "${name}" as select * from "${name}_v${version}"`);
    }
    let after: Position = START;
    for (let atHead = false; !atHead;) {
      const page = await this.store.readAll({ after, max: pageSize });
      await inOneWrite(
        this.pool,
        accountBookProjection.statements(page.events, (name) => `"${name}_v${version}"`),
      );
      ({ next: after, atHead } = page);
    }
    await this.pool.query(
      'insert into consumer_position (consumer, topic, partition, position) values ($1, $2, 0, $3)',
      [`projection:account-book:v${version}`, 'log:ledger', BigInt(after)],
    );
  }

  /** Every row of every table of a version, as text, in the order of their keys. */
  async rows(version: number): Promise<Record<string, string[]>> {
    const all: Record<string, string[]> = {};
    for (const name of accountBookProjection.tables) {
      const { rows } = await this.pool.query<{ row: string }>(
        `select t::text as row from "${name}_v${version}" t order by 1`,
      );
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  }

  /** `asset available/uncollectable` of a member, read from the read model. */
  async balances(member: string): Promise<string[]> {
    const rows = await this.book.balances(TENANT, accountOf(member));
    return rows.map(({ asset, available, uncollectable }) => `${asset} ${available}/${uncollectable}`);
  }
}
