import type {
  campaigns,
  membership,
  organization,
  PurchasePaid,
  PurchaseQualified,
  ReturnMade,
} from '@tallystick/contracts';
import { accountId, type Checkpoint, position, type RecordedEvent, START } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '@tallystick/http';
import type { Announcement, Batch, BatchHandler, BusRecord, Outcome } from '@tallystick/messaging';
import { CONSUMER_MIGRATIONS, createPool, migrate, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { instant } from '@tallystick/vocabulary';
import { join } from 'node:path';
import { type CampaignsParts, campaignsParts } from '../src/campaigns.parts';
import { campaignsPublications } from '../src/publications';

export const TENANT = 'demo';
export const PROGRAM = 'main';
export const NOW = instant('2026-11-24T12:00:00Z');
const MIGRATIONS = [
  EVENT_LOG_MIGRATIONS,
  CONSUMER_MIGRATIONS,
  { name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS },
  { name: 'campaigns', folder: join(__dirname, '../src/migrations') },
];

/** 1 point per yuan, more by tier, and growth. */
export const RULES = {
  assets: [{ asset: 'POINTS', unitCost: '1' }],
  rules: [
    {
      id: 'base',
      asset: 'POINTS',
      kind: 'base',
      rate: '1/100',
      tierFactors: { silver: '6/5', gold: '3/2', diamond: '2' },
    },
    { id: 'growth', asset: 'GROWTH', kind: 'base', rate: '1/100' },
  ],
};

export function accountOf(member: string): string {
  return accountId(TENANT, PROGRAM, member);
}

/** Campaigns on a database of its own: log, rows, policies; without HTTP and bus. */
export class CampaignsFixture {
  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly store: PostgresEventStore,
    readonly parts: CampaignsParts,
  ) {}

  static async start(): Promise<CampaignsFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, { max: 6, applicationName: 'campaigns-test', searchPath: 'campaigns' });
    await migrate(pool, 'campaigns', MIGRATIONS);
    const store = await openPostgresEventStore({ pool, schema: 'campaigns', service: 'campaigns' });
    return new CampaignsFixture(database, pool, store, partsOn(pool, store));
  }

  /** Another process of the same service: its own memory, the same log and rows. */
  twin(): CampaignsParts {
    return partsOn(this.pool, this.store);
  }

  async stop(): Promise<void> {
    for (const one of this.parts.work) await one.drain();
    await this.store.close();
    await this.pool.end();
    await this.database.drop();
  }

  /** Stores, program and rule set that most tests need. */
  async prepare(): Promise<void> {
    await this.hear('nodeDeclared', [
      unit('market', 'supermarket'),
      unit('park', 'scenic-spot'),
      store('hz-001', 'market'),
      store('wh-001', 'park'),
    ]);
    await this.hear('programDeclared', [program()]);
    await this.publish(RULES);
  }

  async publish(content: unknown, validFrom = '2020-01-01T00:00:00.000Z'): Promise<void> {
    const metadata = { actor: 'user:test', commandId: crypto.randomUUID() };
    const result = await this.parts.ruleSets.publish(TENANT, PROGRAM, content, validFrom, metadata);
    if (result.kind !== 'appended') throw new Error(result.kind);
  }

  /** Hands messages to a policy as one batch; answers what became of each. */
  hear<Name extends keyof Heard>(
    name: Name,
    messages: readonly Heard[Name][],
    more: BatchOptions = {},
  ): Promise<readonly string[]> {
    return hearAs(this.parts, name, messages, more);
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return (await this.store.readAll({ after: START, max: 10_000 })).events;
  }

  async types(): Promise<string[]> {
    return (await this.events()).map(({ type }) => type);
  }

  /** Everything announced so far on a topic. */
  async announced<Message>(topic: string): Promise<Message[]> {
    const all: Announcement[] = (await this.events()).flatMap((event) => campaignsPublications.announce(event));
    return all.flatMap((one) => (one.topic === topic ? [one.message as Message] : []));
  }

  /** The last word about a purchase: `asset granted-takenBack` each. */
  async picture(id: string): Promise<string[]> {
    const said = await this.announced<PurchaseQualified>('campaigns.purchase-qualified.v1');
    const last = said.filter((one) => one.purchase.id === id).at(-1);
    return (last?.grants ?? []).map(({ asset, amount }) => {
      const taken = last!.returns.flatMap(({ amounts }) => amounts).filter((one) => one.asset === asset);
      return `${asset} ${amount}-${taken.reduce((sum, one) => sum + BigInt(one.amount), 0n)}`;
    });
  }
}

/** What each policy hears. */
export interface Heard {
  purchasePublished: PurchasePaid;
  returnPublished: ReturnMade;
  nodeDeclared: organization.NodeDeclared;
  programDeclared: organization.ProgramDeclared;
  cardIssued: membership.CardIssued;
  tierChanged: membership.TierChanged;
  purchaseRecorded: campaigns.PurchaseRecorded;
}

export interface BatchOptions {
  readonly unit?: string;
  readonly checkpoint?: Checkpoint;
  readonly checkpointMoved?: () => void;
}

export async function hearAs<Name extends keyof Heard>(
  parts: CampaignsParts,
  name: Name,
  messages: readonly Heard[Name][],
  more: BatchOptions = {},
): Promise<readonly string[]> {
  const policy = parts.policies[name] as BatchHandler<Heard[Name]>;
  return (await policy(batchOf(messages, more))).map(outcomeText);
}

function partsOn(pool: Pool, store: PostgresEventStore): CampaignsParts {
  return campaignsParts({ pool, store, now: () => NOW, settings: {} });
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `refused ${outcome.code}`;
  return outcome.kind === 'retry' ? `retry ${outcome.code} ${outcome.giveUpAfterMs}` : outcome.kind;
}

let lastPosition = 0;

function batchOf<Message>(messages: readonly Message[], options: BatchOptions): Batch<Message> {
  const { unit: vouched, checkpoint, checkpointMoved = () => undefined } = options;
  const records = messages.map((message): BusRecord<Message> => ({
    topic: 'topic',
    key: 'key',
    partition: 0,
    position: position((lastPosition += 1)),
    message,
    tenant: TENANT,
    ...(vouched === undefined ? {} : { unit: vouched }),
    correlationId: `correlation-${lastPosition}`,
    causationId: `correlation-${lastPosition}`,
    receivedAt: NOW,
  }));
  return { topic: 'topic', records, ...(checkpoint ? { checkpoint } : {}), assignment: 1, checkpointMoved };
}

export function unit(node: string, format: string, revision = 0): organization.NodeDeclared {
  return {
    node,
    kind: 'unit',
    name: node,
    unit: node,
    format,
    validFrom: '2020-01-01T00:00:00Z',
    revision,
    open: true,
  };
}

export function store(
  node: string,
  inUnit: string,
  more: Partial<organization.NodeDeclared> = {},
): organization.NodeDeclared {
  return {
    node,
    kind: 'store',
    name: node,
    parent: inUnit,
    unit: inUnit,
    zone: 'Asia/Shanghai',
    validFrom: '2020-01-01T08:00:00+08:00',
    revision: 1,
    open: true,
    ...more,
  };
}

export function program(more: Partial<organization.ProgramDeclared> = {}): organization.ProgramDeclared {
  return {
    program: PROGRAM,
    revision: 0,
    name: 'Main',
    zone: 'Asia/Shanghai',
    currency: 'CNY',
    acceptPurchasesFromDays: 400,
    referenceWaitSeconds: 300,
    ...more,
  };
}

export function purchase(id: string, more: Partial<PurchasePaid> = {}): PurchasePaid {
  return {
    type: 'purchase-paid',
    version: 1,
    source: 'till-1',
    id,
    occurredAt: '2026-11-22T20:00:00+08:00',
    store: 'hz-001',
    member: { id: 'm-1' },
    currency: 'CNY',
    lines: [
      { line: '1', sku: 'apple', quantity: '2', amount: '10000' },
      { line: '2', sku: 'milk', quantity: '1', amount: '5000' },
    ],
    tenders: [{ kind: 'cash', amount: '15000' }],
    total: '15000',
    ...more,
  };
}

export function returnOf(purchaseId: string, id: string, amount: string, more: Partial<ReturnMade> = {}): ReturnMade {
  return {
    type: 'return-made',
    version: 1,
    source: 'till-1',
    id,
    occurredAt: '2026-11-23T20:00:00+08:00',
    store: 'hz-001',
    purchase: { source: 'till-1', id: purchaseId },
    currency: 'CNY',
    lines: [{ line: '1', amount }],
    ...more,
  };
}

export function tiers(
  member: string,
  revision: number,
  ...history: readonly (readonly [string, string])[]
): membership.TierChanged {
  const periods = history.map(([tier, validFrom]) => ({ tier, validFrom }));
  const last = periods.at(-1) ?? { tier: 'ordinary', validFrom: '2020-01-01T00:00:00.000Z' };
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
