import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ledger } from '@tallystick/contracts';
import { accountId, type Position, position, START } from '@tallystick/decider';
import { EVENT_LOG_MIGRATIONS } from '@tallystick/event-store/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '@tallystick/http';
import type { Batch, BatchHandler, BusRecord } from '@tallystick/messaging';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { createProjectionTables, rebuild, type RebuildReport } from '@tallystick/read-models';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { ENTRIES } from '@tallystick/settlement-domain';
import type { Instant } from '@tallystick/vocabulary';
import { whenPointsAccruedRecordWhatIsOwed } from '../src/policies/when-points-accrued-record-what-is-owed';
import { whenPointsAdjustedRecordWhatIsOwed } from '../src/policies/when-points-adjusted-record-what-is-owed';
import { whenPointsExpiredRecordWhatIsOwed } from '../src/policies/when-points-expired-record-what-is-owed';
import { whenPointsGrantedRecordWhatIsOwed } from '../src/policies/when-points-granted-record-what-is-owed';
import { whenPointsMovedRecordWhatIsOwed } from '../src/policies/when-points-moved-record-what-is-owed';
import { whenPointsRedeemedRecordWhatIsOwed } from '../src/policies/when-points-redeemed-record-what-is-owed';
import { whenPointsReversedRecordWhatIsOwed } from '../src/policies/when-points-reversed-record-what-is-owed';
import { type Movement, obligationsProjection } from '../src/projections/obligations/obligations.projection';
import { whenPointsWithdrawnRecordWhatIsOwed } from '../src/policies/when-points-withdrawn-record-what-is-owed';
import { ObligationQueries } from '../src/projections/obligations/obligations.query';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

export const ACCRUED = 'ledger.points-accrued.v1';
export const REVERSED = 'ledger.points-reversed.v1';
export const REDEEMED = 'ledger.points-redeemed.v1';
export const EXPIRED = 'ledger.points-expired.v1';
export const ADJUSTED = 'ledger.points-adjusted.v1';
export const MOVED = 'ledger.points-moved.v1';
export const GRANTED = 'ledger.points-granted.v1';
export const WITHDRAWN = 'ledger.points-withdrawn.v1';
export const TENANT = 'demo';
export const PROGRAM = 'main';
const FRIDAY = '2026-11-06T10:00:00.000Z';

/** Settlement's policies on a database of its own, fed with one partition of each topic. */
export class SettlementFixture {
  readonly queries = new ObligationQueries(this.pool);
  private readonly said = new Map<string, BusRecord<Movement>[]>(
    [ACCRUED, REVERSED, REDEEMED, EXPIRED, ADJUSTED, MOVED, GRANTED, WITHDRAWN].map((topic) => [topic, []]),
  );
  private readonly settled = new Map<string, Position>();

  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
  ) {}

  static async start(): Promise<SettlementFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, {
      max: 4,
      applicationName: 'settlement-test',
      searchPath: 'settlement',
      pipelined: true,
    });
    const idempotency = { name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS };
    await migrate(pool, 'settlement', [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, idempotency]);
    await createProjectionTables(pool, 'settlement', [obligationsProjection]);
    await pool.query(await readFile(join(__dirname, '../src/views/liability.sql'), 'utf8'));
    return new SettlementFixture(database, pool);
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }

  /** Puts messages on a topic; the batch stands for all that was not heard yet. */
  say(topic: string, ...messages: readonly Movement[]): Batch<Movement> {
    const said = this.said.get(topic)!;
    const records = messages.map((message): BusRecord<Movement> => {
      const at = position(said.length + 1);
      const ids = { correlationId: message.account, causationId: message.account };
      const place = { topic, key: message.account, partition: 3, position: at, receivedAt: 0 as Instant };
      const record = { ...place, ...ids, message, tenant: TENANT };
      said.push(record);
      return record;
    });
    const move = { partition: 3, epoch: 0, from: this.settled.get(topic) ?? START, to: position(said.length) };
    const checkpoint = { consumer: 'settlement', topic, moves: [move] };
    return { topic, records, checkpoint, assignment: 1, checkpointMoved: () => this.settled.set(topic, move.to) };
  }

  /** Hands a batch to the policy of its topic; answers what became of each record. */
  async deliver(batch: Batch<Movement>): Promise<string[]> {
    const policies: Record<string, BatchHandler<never>> = {
      [ACCRUED]: whenPointsAccruedRecordWhatIsOwed(this.pool),
      [REVERSED]: whenPointsReversedRecordWhatIsOwed(this.pool),
      [REDEEMED]: whenPointsRedeemedRecordWhatIsOwed(this.pool),
      [EXPIRED]: whenPointsExpiredRecordWhatIsOwed(this.pool),
      [ADJUSTED]: whenPointsAdjustedRecordWhatIsOwed(this.pool),
      [MOVED]: whenPointsMovedRecordWhatIsOwed(this.pool),
      [GRANTED]: whenPointsGrantedRecordWhatIsOwed(this.pool),
      [WITHDRAWN]: whenPointsWithdrawnRecordWhatIsOwed(this.pool),
    };
    return (await policies[batch.topic]!(batch as Batch<never>)).map(({ kind }) => kind);
  }

  hear(topic: string, ...messages: readonly Movement[]): Promise<string[]> {
    return this.deliver(this.say(topic, ...messages));
  }

  /** `issuer store asset points` of each total, and what the points cost. */
  async totals(unit?: string): Promise<string[]> {
    const totals = await this.queries.totals(TENANT, PROGRAM, unit);
    return totals.map(({ issuer, store, asset, points, costs }) => {
      const each = costs.map((one) => `${one.points}@${one.unitCost}`).join('+');
      return `${issuer} ${store} ${asset} ${points} = ${each}`;
    });
  }

  /** `issuer store: entry points …` of each total, entries that are zero left out, and what is owed. */
  async liability(): Promise<string[]> {
    const totals = await this.queries.totals(TENANT, PROGRAM, undefined);
    return totals.map((total) => {
      const parts = ENTRIES.filter((entry) => total[entry] !== '0').map((entry) => `${entry} ${total[entry]}`);
      return `${total.issuer} ${total.store}: ${parts.join(' ')} = ${total.points}`;
    });
  }

  /** Builds the rows anew from all that was said. */
  rebuild(): Promise<RebuildReport> {
    const { said } = this;
    return rebuild({
      pool: this.pool,
      schema: 'settlement',
      projection: obligationsProjection,
      consumer: 'settlement',
      async *source(topic, after, upTo) {
        const [from, to] = [after.get(3) ?? START, upTo.get(3) ?? START];
        yield (said.get(topic) ?? []).filter((record) => record.position > from && record.position <= to);
      },
    });
  }
}

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

export function lot(id: string, amount: number, issuer = 'market', unitCost = '1/100'): ledger.LotMovement {
  return { asset: 'POINTS', lot: `till-1:${id}:POINTS`, issuer, amount: String(amount), unitCost };
}

export function accrued(member: string, revision: number, ...movements: ledger.LotMovement[]): ledger.PointsAccrued {
  return { ...head(member, revision), movements, kind: 'accrual', receipt: 'ab'.repeat(32) };
}

export function reversed(member: string, revision: number, ...movements: ledger.LotMovement[]): ledger.PointsReversed {
  return { ...head(member, revision), movements, kind: 'reversal', uncollectable: [] };
}

type Moved = readonly ledger.LotMovement[];

export function redeemed(member: string, revision: number, ...movements: Moved): ledger.PointsRedeemed {
  const place = { unit: 'mall', store: 'mall-1' };
  return { ...decided(member, revision), kind: 'capture', hold: `H${revision}`, ...place, movements };
}

export function cancelled(member: string, revision: number, ...movements: Moved): ledger.PointsRedeemed {
  const names = { hold: 'H2', cancellation: `C${revision}` };
  return { ...decided(member, revision), kind: 'cancellation', ...names, movements };
}

export function expired(member: string, revision: number, ...movements: Moved): ledger.PointsExpired {
  return { ...decided(member, revision), movements };
}

export function adjusted(member: string, revision: number, ...movements: Moved): ledger.PointsAdjusted {
  const kind = movements.some(({ amount }) => amount.startsWith('-')) ? 'debit' : 'credit';
  const why = { adjustment: `A${revision}`, reason: 'a till was offline', unit: 'mall' };
  return { ...decided(member, revision), kind, ...why, movements };
}

export function moved(member: string, revision: number, other: string, ...movements: Moved): ledger.PointsMoved {
  const kind = movements.some(({ amount }) => amount.startsWith('-')) ? 'sent' : 'received';
  return { ...decided(member, revision), kind, transfer: 'T1', counterpart: accountOf(other), movements };
}

export function granted(
  member: string,
  revision: number,
  kind: ledger.PointsGranted['kind'],
  ...movements: Moved
): ledger.PointsGranted {
  return { ...decided(member, revision), kind, grant: 'G1', unit: 'market', movements };
}

export function withdrawn(
  member: string,
  revision: number,
  kind: ledger.PointsWithdrawn['kind'],
  fallen: Moved,
  ...movements: Moved
): ledger.PointsWithdrawn {
  return { ...decided(member, revision), kind, unit: 'park', movements, ...(fallen.length > 0 && { fallen }) };
}

function decided(member: string, revision: number) {
  return { account: accountOf(member), member, program: PROGRAM, revision, effectiveAt: FRIDAY };
}

function head(member: string, revision: number) {
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    revision,
    effectiveAt: FRIDAY,
    source: { source: 'till-1', id: `P${revision}` },
    store: 'hz-001',
    unit: 'market',
  };
}
