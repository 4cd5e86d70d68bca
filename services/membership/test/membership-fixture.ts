import type { ledger, membership, organization } from '@tallystick/contracts';
import { accountId, type Position, position, type RecordedEvent, START } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '@tallystick/http';
import type { TierPolicy } from '@tallystick/membership-domain';
import type { Batch, BusRecord } from '@tallystick/messaging';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { createProjectionTables } from '@tallystick/read-models';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { instant } from '@tallystick/vocabulary';
import { join } from 'node:path';
import { type MembershipParts, membershipParts } from '../src/membership.parts';
import { growthProjection } from '../src/projections/growth/growth.projection';
import { membershipPublications } from '../src/publications';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

export const TENANT = 'demo';
export const PROGRAM = 'main';
export const NOW = instant('2026-11-24T12:00:00Z');
export const SETTINGS = { TALLY_VAULT_KEY: Buffer.alloc(32, 9).toString('base64') };
const GROWTH = 'ledger.growth-changed.v1';
const MIGRATIONS = [
  EVENT_LOG_MIGRATIONS,
  CONSUMER_MIGRATIONS,
  { name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS },
  { name: 'membership', folder: join(__dirname, '../src/migrations') },
];

/** Silver from 1,000, gold from 5,000 of growth earned in a calendar year. */
export const POLICY: TierPolicy = {
  baseTier: 'ordinary',
  levels: [
    { tier: 'silver', from: '1000' },
    { tier: 'gold', from: '5000' },
  ],
  window: 'calendar-year',
  downgrade: 'recompute',
};

/** Membership on a database of its own: log, vault, rows, policies; without HTTP and bus. */
export class MembershipFixture {
  private settled: Position = START;
  private last = 0;
  private metadata = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly store: PostgresEventStore,
    readonly parts: MembershipParts,
  ) {}

  static async start(): Promise<MembershipFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, {
      max: 6,
      applicationName: 'membership-test',
      searchPath: 'membership',
      pipelined: true,
    });
    await migrate(pool, 'membership', MIGRATIONS);
    await createProjectionTables(pool, 'membership', [growthProjection]);
    const store = await openPostgresEventStore({ pool, schema: 'membership', service: 'membership' });
    return new MembershipFixture(database, pool, store, partsOn(pool, store));
  }

  /** Another process of the same service: its own memory, the same log and rows. */
  twin(): MembershipParts {
    return partsOn(this.pool, this.store);
  }

  async stop(): Promise<void> {
    await this.parts.commands.drain();
    await this.store.close();
    await this.pool.end();
    await this.database.drop();
  }

  /** The program and two stores, as organization declares them. */
  async prepare(): Promise<void> {
    await this.parts.policies.programDeclared(batchOf([program()]));
    await this.parts.policies.nodeDeclared(
      batchOf([
        { ...store('hz-001', 'market'), revision: 1 },
        { ...store('wh-001', 'park'), revision: 2 },
      ]),
    );
  }

  async declare(policy: TierPolicy = POLICY, parts = this.parts): Promise<void> {
    const metadata = { actor: 'user:test', commandId: crypto.randomUUID() };
    const result = await parts.commands.declareTierPolicy(TENANT, PROGRAM, policy, metadata);
    if (result.kind !== 'appended') throw new Error(result.kind);
  }

  /** What the log has announced of tier policies is heard again, all of it. */
  async hearPolicies(parts = this.parts): Promise<void> {
    const said = await this.announced<membership.TierPolicyDeclared>('membership.tier-policy-declared.v1');
    await parts.policies.tierPolicyDeclared(batchOf(said));
  }

  /** The next batch of the growth topic; its position moves with its rows. */
  growth(...messages: readonly ledger.GrowthChanged[]): Batch<ledger.GrowthChanged> {
    const records = messages.map((message) => recordOf(message, (this.last += 1)));
    const move = { partition: 0, epoch: 0, from: this.settled, to: position(this.last) };
    const checkpoint = { consumer: 'membership', topic: GROWTH, moves: [move] };
    return { topic: GROWTH, records, checkpoint, assignment: 1, checkpointMoved: () => (this.settled = move.to) };
  }

  async deliver(batch: Batch<ledger.GrowthChanged>, parts = this.parts): Promise<string[]> {
    const outcomes = await parts.policies.growthChanged(batch);
    return outcomes.map((one) => (one.kind === 'retry' ? `retry ${one.code}` : one.kind));
  }

  hear(...messages: readonly ledger.GrowthChanged[]): Promise<string[]> {
    return this.deliver(this.growth(...messages));
  }

  async dayEnded(at: string, parts = this.parts): Promise<void> {
    const message = { program: PROGRAM, zone: 'Asia/Shanghai', date: '2026-12-31', at };
    await parts.policies.dayEnded(batchOf([message]));
  }

  /** `tier validFrom` of each period of a member, as the stream has it. */
  async tiers(member: string): Promise<string[]> {
    const { state } = await this.parts.commands.member(TENANT, member);
    return state.history.map(({ tier, validFrom }) => `${tier} ${validFrom}`);
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return (await this.store.readAll({ after: START, max: 10_000 })).events;
  }

  async types(): Promise<string[]> {
    return (await this.events()).map(({ type }) => type);
  }

  async announced<Message>(topic: string): Promise<Message[]> {
    const said = (await this.events()).flatMap((event) => membershipPublications.announce(event));
    return said.flatMap((one) => (one.topic === topic ? [one.message as Message] : []));
  }

  enrol(identifiers: Parameters<MembershipParts['vault']['matchOrCreate']>[1], parts = this.parts) {
    const request = { identifiers, unit: 'market', store: 'hz-001', at: '2026-11-24T12:00:00.000Z' };
    const metadata = {
      actor: 'user:test',
      commandId: `00000000-0000-4000-8000-${String(++this.metadata).padStart(12, '0')}`,
    };
    return parts.enrolment.enrol(TENANT, PROGRAM, request, metadata);
  }
}

function partsOn(pool: Pool, store: PostgresEventStore): MembershipParts {
  return membershipParts({ pool, store, snapshots: store.snapshots, now: () => NOW, settings: SETTINGS });
}

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

/** Growth of a member, named by the revision of the account; earned when it takes effect unless said otherwise. */
export function grown(
  member: string,
  revision: number,
  amount: number,
  effectiveAt: string,
  earnedAt = effectiveAt,
): ledger.GrowthChanged {
  const source = { source: 'till-1', id: `${member}-${revision}` };
  const head = { account: accountOf(member), member, program: PROGRAM, revision, amount: String(amount) };
  return { ...head, effectiveAt, earnedAt, source };
}

export function program(more: Partial<organization.ProgramDeclared> = {}): organization.ProgramDeclared {
  return {
    program: PROGRAM,
    revision: 0,
    name: 'Main',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    referenceWaitSeconds: 300,
    ...more,
  };
}

export function store(node: string, unit: string, validFrom = '2020-01-01T00:00:00Z'): organization.NodeDeclared {
  return { node, kind: 'store', name: node, parent: unit, unit, validFrom, revision: 1, open: true };
}

export function batchOf<Message>(messages: readonly Message[]): Batch<Message> {
  const records = messages.map((message, index) => recordOf(message, index + 1));
  return { topic: 'topic', records, assignment: 1, checkpointMoved: () => undefined };
}

function recordOf<Message>(message: Message, place: number): BusRecord<Message> {
  const ids = { correlationId: `correlation-${place}`, causationId: `correlation-${place}` };
  return {
    topic: GROWTH,
    key: 'key',
    partition: 0,
    position: position(place),
    message,
    tenant: TENANT,
    ...ids,
    receivedAt: NOW,
  };
}
