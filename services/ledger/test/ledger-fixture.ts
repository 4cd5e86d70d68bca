import { join } from 'node:path';
import type { PurchaseQualified, ReturnQualified } from '@tallystick/contracts';
import { accountId, type Checkpoint, type Position, position, START } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import type { Batch, BusRecord } from '@tallystick/messaging';
import { CONSUMER_MIGRATIONS, createPool, inOneWrite, migrate, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { Instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AccountCommands } from '../src/application/account-commands';
import { AccountMerges } from '../src/application/account-merges';
import { AssetDirectory } from '../src/application/asset-directory';
import type { LedgerApplication } from '../src/application/carry-out-batch';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { AccountBook } from '../src/projections/account-book/account-book.query';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

export const TENANT = 'demo';
export const PROGRAM = 'main';
const LEDGER_MIGRATIONS = { name: 'ledger', folder: join(__dirname, '../src/migrations') };

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

/** The ledger's own parts on a database of its own: store, executors, read model. */
export class LedgerFixture {
  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly store: PostgresEventStore,
    readonly application: LedgerApplication,
  ) {}

  readonly book = new AccountBook(this.pool);
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

function applicationOn(pool: Pool, store: PostgresEventStore): LedgerApplication {
  const { snapshots } = store;
  const zones = new ProgramZones(pool);
  const zoneOf = (tenant: string, program: string) => zones.zoneOf(tenant, program);
  const now = () => Date.now() as Instant;
  const assets = new AssetDirectory({ store, snapshots, now, zoneOf });
  const accounts = new AccountCommands(store, snapshots);
  return { accounts, assets, merges: new AccountMerges(store, snapshots, accounts) };
}

let lastPosition = 0;

/** A batch as the transport hands it over; `checkpoint` where its position may move with the events. */
export function batchOf<Message extends PurchaseQualified | ReturnQualified>(
  messages: readonly Message[],
  checkpoint?: Checkpoint,
  checkpointMoved: () => void = () => undefined,
): Batch<Message> {
  const records = messages.map((message): BusRecord<Message> => {
    const topic = 'grants' in message ? 'campaigns.purchase-qualified.v1' : 'campaigns.return-qualified.v1';
    const ids = {
      correlationId: 'f3b0a6a2-0d53-4d0c-9a53-3f6d4c1f7a01',
      causationId: 'f3b0a6a2-0d53-4d0c-9a53-3f6d4c1f7a02',
    };
    const place = { key: message.account, partition: 0, position: position((lastPosition += 1)) };
    return { topic, ...place, message, tenant: TENANT, ...ids, receivedAt: 0 as Instant };
  });
  return { topic: records[0]?.topic ?? '', records, checkpoint, assignment: 1, checkpointMoved };
}

export function purchase(
  member: string,
  id: string,
  effectiveAt: string,
  points: number,
  more: Partial<PurchaseQualified> = {},
): PurchaseQualified {
  const allocation = [{ line: '1', rule: 'one-per-yuan', amount: String(points) }];
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    purchase: { source: 'till-1', id },
    revision: 0,
    effectiveAt,
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'ab'.repeat(32),
    grants: [
      { asset: 'POINTS', amount: String(points), unitCost: '1/100', allocation },
      { asset: 'GROWTH', amount: String(points * 2), unitCost: '0', allocation: [] },
    ],
    returns: [],
    ...more,
  };
}

export function linkedReturn(id: string, effectiveAt: string, points: number): PurchaseQualified['returns'][number] {
  const amounts = [
    { asset: 'POINTS', amount: String(points) },
    { asset: 'GROWTH', amount: String(points * 2) },
  ];
  return { return: { source: 'till-1', id }, effectiveAt, store: 'hotel-1', amounts };
}

export function unlinkedReturn(member: string, id: string, effectiveAt: string, points: number): ReturnQualified {
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    return: { source: 'till-1', id },
    revision: 0,
    effectiveAt,
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'cd'.repeat(32),
    amounts: [{ asset: 'POINTS', amount: String(points) }],
  };
}
