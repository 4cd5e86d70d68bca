import { type Position, type RecordedEvent, START } from '@tallystick/decider';
import {
  EVENT_LOG_MIGRATIONS,
  openPostgresEventStore,
  type PostgresEventStore,
} from '@tallystick/event-store/postgres';
import { IDEMPOTENCY_MIGRATIONS } from '@tallystick/http';
import { CONSUMER_MIGRATIONS, createPool, inOneWrite, migrate, type Pool } from '@tallystick/postgres';
import type { NodeDeclaration } from '@tallystick/organization-domain';
import { createProjectionTables, rebuild, type RebuildReport } from '@tallystick/read-models';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { type Instant, instant } from '@tallystick/vocabulary';
import { Leading } from '../src/adapters/leading';
import { Clock } from '../src/application/clock';
import { OrganizationCommands } from '../src/application/organization-commands';
import { treeProjection } from '../src/projections/tree/tree.projection';
import { OrganizationQueries } from '../src/projections/tree/tree.query';
import { organizationPublications } from '../src/publications';

/** The first suite of a process starts a real server, which takes long where the machine is busy. */
jest.setTimeout(60_000);

export const TENANT = 'demo';
export const PROGRAM = 'main';

/** Organization on a database of its own; time is what the test says. */
export class OrganizationFixture {
  now: Instant = instant('2026-11-24T10:00:30Z');
  readonly queries = new OrganizationQueries(this.pool);
  private projected: Position = START;
  private commandsMade = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly pool: Pool,
    readonly store: PostgresEventStore,
    readonly commands: OrganizationCommands,
  ) {}

  static async start(): Promise<OrganizationFixture> {
    const database = await startTestDatabase();
    const pool = createPool(database.url, {
      max: 6,
      applicationName: 'organization-test',
      searchPath: 'organization',
      pipelined: true,
    });
    const idempotency = { name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS };
    await migrate(pool, 'organization', [EVENT_LOG_MIGRATIONS, CONSUMER_MIGRATIONS, idempotency]);
    await createProjectionTables(pool, 'organization', [treeProjection]);
    const store = await openPostgresEventStore({ pool, schema: 'organization', service: 'organization' });
    return new OrganizationFixture(database, pool, store, new OrganizationCommands(store, store.snapshots));
  }

  async stop(): Promise<void> {
    await this.commands.drain();
    await this.store.close();
    await this.pool.end();
    await this.database.drop();
  }

  declare(...nodes: readonly NodeDeclaration[]) {
    return this.commands.declareNodes(TENANT, nodes, this.metadata());
  }

  async declareProgram(zone = 'Asia/Shanghai'): Promise<void> {
    const settings = { name: 'Main', zone, currency: 'CNY', referenceWaitSeconds: '300' };
    const result = await this.commands.declareProgram(TENANT, PROGRAM, settings, this.metadata());
    if (result.kind !== 'appended') throw new Error(result.kind);
  }

  /** A clock in a process of its own: other memory, the same log; it leads while `leading` says so. */
  clock(leading: () => Promise<boolean> = () => Promise.resolve(true)): Clock {
    return new Clock({
      commands: new OrganizationCommands(this.store, this.store.snapshots),
      tenant: TENANT,
      program: PROGRAM,
      now: () => this.now,
      leading,
      onFault: (error) => {
        throw error;
      },
    });
  }

  leading(): Leading {
    return new Leading(this.pool, `clock:${TENANT}/${PROGRAM}`);
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return (await this.store.readAll({ after: START, max: 10_000 })).events;
  }

  async announced<Message>(topic: string): Promise<Message[]> {
    const said = (await this.events()).flatMap((event) => organizationPublications.announce(event));
    return said.flatMap((one) => (one.topic === topic ? [one.message as Message] : []));
  }

  /** Brings the tree's rows up to the log's head, so many events a page. */
  async project(pageSize = 500): Promise<void> {
    for (let atHead = false; !atHead;) {
      const page = await this.store.readAll({ after: this.projected, max: pageSize });
      await inOneWrite(
        this.pool,
        treeProjection.statements(page.events, (table) => `"${table}_v1"`),
      );
      this.projected = page.next;
      atHead = page.atHead;
    }
    await this.pool.query(
      `insert into consumer_position (consumer, topic, partition, position) values ('projection:tree:v1', 'log:organization', 0, $1)
       on conflict (consumer, topic, partition) do update set position = excluded.position`,
      [BigInt(this.projected)],
    );
  }

  rebuild(): Promise<RebuildReport> {
    const { pool, store } = this;
    return rebuild({ pool, store, schema: 'organization', service: 'organization', projection: treeProjection });
  }

  private metadata() {
    this.commandsMade += 1;
    return { actor: 'user:test', commandId: `00000000-0000-4000-8000-${String(this.commandsMade).padStart(12, '0')}` };
  }
}

const LONG_AGO = '2020-01-01T00:00:00.000Z';

export function group(): NodeDeclaration {
  return { node: 'group', kind: 'group', name: 'Group', validFrom: LONG_AGO, open: true };
}

export function unit(node: string): NodeDeclaration {
  const owner = { legalEntity: `${node} Ltd`, ownership: 'own' as const };
  return { node, kind: 'unit', name: node, parent: 'group', validFrom: LONG_AGO, open: true, ...owner };
}

export function store(node: string, parent: string, validFrom = LONG_AGO): NodeDeclaration {
  return { node, kind: 'store', name: node, parent, zone: 'Asia/Shanghai', validFrom, open: true };
}
