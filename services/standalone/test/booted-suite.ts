import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PurchasePaid } from '@tallystick/contracts';
import type { OutgoingRecord, Publisher } from '@tallystick/messaging';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { addDays, formatDate, type Instant, utcDate } from '@tallystick/vocabulary';
import { connect, type SuiteConnection } from '../src/client/connect';
import { waitUntilSettled } from '../src/client/settled';
import { applyChanges, changesOf } from '../src/program/apply';
import { readProgramFile } from '../src/program/program-file';
import { type Suite, type SuiteOptions, startSuite } from '../src/suite';

const WORKSPACE = resolve(__dirname, '../../..');
export const PURCHASES = 'purchases.v1';
const YESTERDAY = formatDate(addDays(utcDate(Date.now() as Instant), -1));

/** A whole suite in this process on a database of its own, with the demo program under rules of a test. */
export class BootedSuite {
  private constructor(
    readonly folder: string,
    readonly pool: Pool,
    readonly suite: Suite,
    readonly connection: SuiteConnection,
    readonly publisher: Publisher,
    private readonly database: TestDatabase,
  ) {}

  /** `settings` are made once the data folder is there. */
  static async start(
    rules: readonly object[],
    settings: (folder: string) => Readonly<Record<string, string>> = () => ({}),
    more: Partial<SuiteOptions> = {},
  ): Promise<BootedSuite> {
    const folder = mkdtempSync(join(tmpdir(), 'tallystick-booted-'));
    const database = await startTestDatabase();
    const pool = createPool(database.url, { max: 2, applicationName: 'booted-suite' });
    const environment = { DATABASE_URL: database.url, TALLY_LOG_LEVEL: 'silent', ...settings(folder) };
    const suite = await startSuite({ dataDir: folder, port: 0, environment, ...more });
    const connection = await connect({ dataDir: folder, mayStart: false });
    const booted = new BootedSuite(folder, pool, suite, connection, await connection.publisher(), database);
    const content = { assets: [{ asset: 'POINTS', unitCost: '1' }], rules };
    const ruleSet = { validFrom: '2020-01-01T00:00:00+08:00', content };
    const file = { ...readProgramFile(join(WORKSPACE, 'docs/examples/demo.yaml'), WORKSPACE), ruleSet };
    await applyChanges(file, await changesOf(file, connection.client), connection.client);
    await booted.settled();
    return booted;
  }

  async stop(): Promise<void> {
    await this.connection.close();
    await this.suite.stop();
    await this.pool.end();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }

  settled(): Promise<void> {
    return waitUntilSettled(this.connection.client, { timeoutMs: 60_000 });
  }

  async pointsOf(member: string): Promise<string> {
    const { rows } = await this.pool.query<{ points: string }>(
      `select coalesce(sum(available), 0)::text as points from ledger.balance where holder = $1 and asset = 'POINTS'`,
      [member],
    );
    return rows[0]!.points;
  }

  /** Publishes purchases; answers the code under which campaigns gave up each, or `taken`. */
  async fateOf(records: readonly OutgoingRecord[]): Promise<readonly string[]> {
    const places = await this.publisher.publish(PURCHASES, records);
    await this.settled();
    const { rows } = await this.pool.query<{ partition: number; position: string; code: string }>(
      'select partition, position, code from campaigns.dead_letter where topic = $1',
      [PURCHASES],
    );
    return places.map(({ partition, position }) => {
      const letter = rows.find((row) => row.partition === partition && BigInt(row.position) === BigInt(position));
      return letter?.code ?? 'taken';
    });
  }

  /** Sends a body as it is, under a key of its own unless one is named. */
  async post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Bearer ${await this.suite.token()}`;
    const named = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers };
    return fetch(this.suite.address + path, { method: 'POST', headers: { authorization, ...named }, body });
  }
}

/** A purchase of yesterday at a store of the demo program: one line, paid in cash. */
export function purchaseOf(id: string, member: string, total: string, more: Partial<PurchasePaid> = {}): PurchasePaid {
  return {
    ...{ type: 'purchase-paid', version: 1, source: 'till-1', id, occurredAt: `${YESTERDAY}T10:00:00Z` },
    ...{ store: 'hz-001', member: { id: member }, currency: 'CNY', total },
    lines: [{ line: '1', sku: 'apple', quantity: '1', amount: total }],
    tenders: [{ kind: 'cash', amount: total }],
    ...more,
  };
}

export function bytesOf(message: unknown): Buffer {
  return Buffer.from(JSON.stringify(message));
}
