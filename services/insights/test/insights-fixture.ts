import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { campaigns, ledger, membership, organization } from '@tallystick/contracts';
import { accountId, type Position, position, START } from '@tallystick/decider';
import { type BootedServices, bootServices } from '@tallystick/hosting';
import type { Batch, BatchHandler, BusRecord } from '@tallystick/messaging';
import { createPool, type Pool, PositionLeases } from '@tallystick/postgres';
import { type ContractProjection, rebuild, type RebuildReport } from '@tallystick/read-models';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import type { Instant } from '@tallystick/vocabulary';
import { insightsDefinition } from '../src';
import { whenMemberEnrolledRecordIt } from '../src/policies/when-member-enrolled-record-it';
import { whenNodeDeclaredRecordIt } from '../src/policies/when-node-declared-record-it';
import { whenPointsAccruedRecordThem } from '../src/policies/when-points-accrued-record-them';
import { whenPointsAdjustedRecordThem } from '../src/policies/when-points-adjusted-record-them';
import { whenPointsExpiredRecordThem } from '../src/policies/when-points-expired-record-them';
import { whenPointsGrantedRecordThem } from '../src/policies/when-points-granted-record-them';
import { whenPointsMovedRecordThem } from '../src/policies/when-points-moved-record-them';
import { whenPointsRedeemedRecordThem } from '../src/policies/when-points-redeemed-record-them';
import { whenPointsReversedRecordThem } from '../src/policies/when-points-reversed-record-them';
import { whenPointsWithdrawnRecordThem } from '../src/policies/when-points-withdrawn-record-them';
import { whenPurchaseRecordedRecordIt } from '../src/policies/when-purchase-recorded-record-it';
import { whenReturnRecordedRecordIt } from '../src/policies/when-return-recorded-record-it';
import { whenTierChangedRecordThem } from '../src/policies/when-tier-changed-record-them';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

export const TENANT = 'demo';
export const PROGRAM = 'main';
const PARTITION = 3;

/** What each topic carries. */
export interface Heard {
  'campaigns.purchase-recorded.v1': campaigns.PurchaseRecorded;
  'campaigns.return-recorded.v1': campaigns.ReturnRecorded;
  'ledger.points-accrued.v1': ledger.PointsAccrued;
  'ledger.points-reversed.v1': ledger.PointsReversed;
  'ledger.points-redeemed.v1': ledger.PointsRedeemed;
  'ledger.points-expired.v1': ledger.PointsExpired;
  'ledger.points-adjusted.v1': ledger.PointsAdjusted;
  'ledger.points-moved.v1': ledger.PointsMoved;
  'ledger.points-granted.v1': ledger.PointsGranted;
  'ledger.points-withdrawn.v1': ledger.PointsWithdrawn;
  'membership.member-enrolled.v1': membership.MemberEnrolled;
  'membership.tier-changed.v1': membership.TierChanged;
  'organization.node-declared.v1': organization.NodeDeclared;
}

/** Insights as it boots on a database of its own, consuming nothing: its policies are handed one partition of each topic. */
export class InsightsFixture {
  private readonly said = new Map<string, BusRecord[]>();
  private readonly settled = new Map<string, Position>();
  private readonly epochs = new Map<string, number>();

  private constructor(
    private readonly database: TestDatabase,
    private readonly folder: string,
    readonly booted: BootedServices,
    /** Connections of the owner. */
    readonly owner: Pool,
  ) {}

  static async start(): Promise<InsightsFixture> {
    const database = await startTestDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'insights-'));
    const settings = { DATABASE_URL: database.url, TALLY_DATA: folder, TALLY_ROLES: 'http' };
    const booted = await bootServices([insightsDefinition], settings);
    const owner = createPool(database.url, { max: 3, applicationName: 'insights-test' });
    return new InsightsFixture(database, folder, booted, owner);
  }

  /** Another start of the service on the same database. */
  async bootAgain(definition = insightsDefinition): Promise<void> {
    const settings = { DATABASE_URL: this.database.url, TALLY_DATA: this.folder, TALLY_ROLES: 'http' };
    await (await bootServices([definition], settings)).close();
  }

  /** Connections of the service's own role. */
  get pool(): Pool {
    return this.booted.services[0]!.resources.pool;
  }

  /** The address of the database for another role. */
  urlFor(role: string, password: string): string {
    const address = new URL(this.database.url);
    address.username = role;
    address.password = password;
    return address.toString();
  }

  async stop(): Promise<void> {
    await this.owner.end();
    await this.booted.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts messages on a topic, at the positions given or the next ones; the batch stands for all not heard yet. */
  say<Topic extends keyof Heard>(topic: Topic, ...messages: readonly Heard[Topic][]): Batch<Heard[Topic]> {
    const said = this.said.get(topic) ?? [];
    this.said.set(topic, said);
    const records = messages.map((message): BusRecord<Heard[Topic]> => {
      const ids = { correlationId: 'c', causationId: 'c' };
      const place = {
        topic,
        key: 'k',
        partition: PARTITION,
        position: position(said.length + 1),
        receivedAt: 0 as Instant,
      };
      const record = { ...place, ...ids, message, tenant: TENANT };
      said.push(record);
      return record;
    });
    const epoch = this.epochs.get(topic) ?? 0;
    const move = { partition: PARTITION, epoch, from: this.settled.get(topic) ?? START, to: position(said.length) };
    const checkpoint = { consumer: 'insights', topic, moves: [move] };
    return { topic, records, checkpoint, assignment: 1, checkpointMoved: () => this.settled.set(topic, move.to) };
  }

  async deliver(batch: Batch): Promise<string[]> {
    const { pool } = this;
    const policies: { readonly [Topic in keyof Heard]: BatchHandler<Heard[Topic]> } = {
      'campaigns.purchase-recorded.v1': whenPurchaseRecordedRecordIt(pool),
      'campaigns.return-recorded.v1': whenReturnRecordedRecordIt(pool),
      'ledger.points-accrued.v1': whenPointsAccruedRecordThem(pool),
      'ledger.points-reversed.v1': whenPointsReversedRecordThem(pool),
      'ledger.points-redeemed.v1': whenPointsRedeemedRecordThem(pool),
      'ledger.points-expired.v1': whenPointsExpiredRecordThem(pool),
      'ledger.points-adjusted.v1': whenPointsAdjustedRecordThem(pool),
      'ledger.points-moved.v1': whenPointsMovedRecordThem(pool),
      'ledger.points-granted.v1': whenPointsGrantedRecordThem(pool),
      'ledger.points-withdrawn.v1': whenPointsWithdrawnRecordThem(pool),
      'membership.member-enrolled.v1': whenMemberEnrolledRecordIt(pool),
      'membership.tier-changed.v1': whenTierChangedRecordThem(pool),
      'organization.node-declared.v1': whenNodeDeclaredRecordIt(pool),
    };
    const policy = policies[batch.topic as keyof Heard] as BatchHandler<never>;
    return (await policy(batch as Batch<never>)).map(({ kind }) => kind);
  }

  hear<Topic extends keyof Heard>(topic: Topic, ...messages: readonly Heard[Topic][]): Promise<string[]> {
    return this.deliver(this.say(topic, ...messages));
  }

  /** Leases the partition of a topic, as the bus of one database does. */
  async lease(topic: string): Promise<void> {
    const leases = new PositionLeases(this.pool, 'fixture');
    const [lease] = await leases.claim('insights', topic, [PARTITION], { leaseMs: 60_000 });
    this.epochs.set(topic, lease!.epoch);
  }

  /** Rows as objects, read as the owner. */
  async rows(query: string): Promise<readonly object[]> {
    return (await this.owner.query<Record<string, unknown>>(query)).rows;
  }

  /** Builds a projection anew from all that was said. */
  rebuild(projection: ContractProjection): Promise<RebuildReport> {
    const { said } = this;
    return rebuild({
      pool: this.owner,
      schema: 'insights',
      projection,
      consumer: 'insights',
      async *source(topic, after, upTo) {
        const [from, to] = [after.get(PARTITION) ?? START, upTo.get(PARTITION) ?? START];
        yield (said.get(topic) ?? []).filter((record) => record.position > from && record.position <= to);
      },
    });
  }
}

export const NOON = '2026-11-22T04:00:00.000Z';

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

export function purchase(id: string, more: Partial<campaigns.PurchaseRecorded> = {}): campaigns.PurchaseRecorded {
  return {
    purchase: { source: 'till-1', id },
    account: accountOf('m-1'),
    member: 'm-1',
    store: 'hz-001',
    unit: 'market',
    occurredAt: NOON,
    currency: 'CNY',
    total: '15000',
    verdict: 'evaluated',
    lines: [
      { line: '1', sku: 'apple', quantity: '2', amount: '10000', category: 'fruit' },
      { line: '2', sku: 'milk', quantity: '1', amount: '5000' },
    ],
    tenders: [],
    ...more,
  };
}

export function returned(id: string, purchaseId?: string): campaigns.ReturnRecorded {
  const head = { return: { source: 'till-1', id }, member: 'm-1', store: 'hz-001', unit: 'market', occurredAt: NOON };
  const linked = purchaseId === undefined ? {} : { purchase: { source: 'till-1', id: purchaseId } };
  return { ...head, ...linked, currency: 'CNY', total: '5000', lines: 1 };
}

export function movement(member: string, revision: number, ...amounts: readonly number[]) {
  return {
    account: accountOf(member),
    member,
    program: PROGRAM,
    revision,
    effectiveAt: NOON,
    source: { source: 'till-1', id: `P${revision}` },
    store: 'hz-001',
    unit: 'market',
    movements: amounts.map((amount, n) => ({
      asset: 'POINTS',
      lot: `l-${n}`,
      issuer: 'market',
      amount: String(amount),
      unitCost: '1',
    })),
  };
}

export const accrued = (member: string, revision: number, ...amounts: readonly number[]): ledger.PointsAccrued => ({
  ...movement(member, revision, ...amounts),
  kind: 'accrual',
  receipt: 'ab'.repeat(32),
});

export const reversed = (member: string, revision: number, ...amounts: readonly number[]): ledger.PointsReversed => ({
  ...movement(member, revision, ...amounts),
  kind: 'reversal',
  uncollectable: [],
});

export function enrolled(member: string): membership.MemberEnrolled {
  return { member, account: accountOf(member), program: PROGRAM, enrolledAt: NOON, unit: 'market', store: 'hz-001' };
}

export function tiers(
  member: string,
  revision: number,
  ...history: readonly (readonly [string, string])[]
): membership.TierChanged {
  const periods = history.map(([tier, validFrom]) => ({ tier, validFrom }));
  const last = periods.at(-1) ?? { tier: 'ordinary', validFrom: NOON };
  return {
    member,
    account: accountOf(member),
    program: PROGRAM,
    revision,
    ...last,
    cause: 'upgrade',
    history: periods,
  };
}

export function node(
  name: string,
  revision: number,
  more: Partial<organization.NodeDeclared> = {},
): organization.NodeDeclared {
  return {
    node: name,
    kind: 'store',
    name,
    parent: 'market',
    unit: 'market',
    zone: 'Asia/Shanghai',
    validFrom: NOON,
    revision,
    open: true,
    ...more,
  };
}
