import { resolve } from 'node:path';
import type { EventStore } from '@tallystick/decider';
import { openEventStoreDb } from '@tallystick/event-store/eventstoredb';
import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import { LocalIssuer } from '@tallystick/http';
import type { Publisher } from '@tallystick/messaging';
import { PostgresPublisher } from '@tallystick/messaging/postgres';
import { createPool, type Pool } from '@tallystick/postgres';
import { operatorToken, SERVICES, startSuite, type Suite } from '../suite';
import { type BusAddress, readRunFile, type RunFile } from './run-file';
import { SuiteClient } from './suite-client';

export interface ConnectOptions {
  readonly url?: string;
  readonly token?: string;
  readonly dataDir: string;
  /** False: only a suite that runs already will do. */
  readonly mayStart?: boolean;
  readonly onLine?: (line: string) => void;
}

/** A way to a running suite: its API, and on this machine also its bus, its logs and its database. */
export interface SuiteConnection {
  readonly client: SuiteClient;
  /** The same for the same suite after a restart: its data folder, or its address where only that is known. */
  readonly identity: string;
  /** Services with a log of their own, in the order in which facts flow. */
  readonly services: readonly string[];
  /** What carries the contracts. */
  bus(): BusAddress;
  publisher(): Promise<Publisher>;
  /** A service's log, for reading. */
  log(service: string): Promise<EventStore>;
  /** The suite's database, for reading, as its owner; names without a schema are those of `schema`. */
  database(schema?: string): Promise<Pool>;
  close(): Promise<void>;
}

/** A token is fresh for this long; it is good for 15 minutes. */
const TOKEN_MS = 10 * 60_000;

/** Finds the suite by `url` or by the `run.json` of the data folder, else starts the embedded one until `close`. */
export async function connect(options: ConnectOptions): Promise<SuiteConnection> {
  const dataDir = resolve(options.dataDir);
  const identity = `${dataDir} ${process.env['DATABASE_URL'] ?? ''}`;
  if (options.url !== undefined) {
    const token = options.token ?? '';
    return new Connection(
      new SuiteClient(options.url.replace(/\/$/, ''), () => token),
      options.url,
      undefined,
      undefined,
    );
  }
  const run = readRunFile(dataDir);
  if (run) {
    const issuer = await LocalIssuer.open(run.keys ?? dataDir);
    const token = refreshed(() => operatorToken(issuer, run.tenant, run.program));
    return new Connection(new SuiteClient(run.address, token), identity, run, undefined);
  }
  if (options.mayStart === false) throw new Error(`no suite runs on ${dataDir}`);
  options.onLine?.('no suite runs on the data folder: starting the embedded one for this command');
  const suite = await startSuite({ dataDir, port: 0 });
  const token = refreshed(() => suite.token());
  return new Connection(new SuiteClient(suite.address, token), identity, suite, suite);
}

/** What only a program on the same machine may reach. */
type LocalSuite = Pick<RunFile, 'databaseUrl' | 'bus' | 'eventStoreUrl'>;

class Connection implements SuiteConnection {
  readonly services = SERVICES.filter(({ kinds }) => kinds.length > 0).map(({ name }) => name);
  private readonly pools: Pool[] = [];
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(
    readonly client: SuiteClient,
    readonly identity: string,
    private readonly local: LocalSuite | undefined,
    private readonly own: Suite | undefined,
  ) {}

  bus(): BusAddress {
    return this.here().bus;
  }

  async publisher(): Promise<Publisher> {
    const publisher = await publisherOf(
      this.here().bus,
      () => this.pool('tally-publish'),
      () => this.behind(),
    );
    this.open.push(publisher);
    return publisher;
  }

  async log(service: string): Promise<EventStore> {
    const { eventStoreUrl: connectionString } = this.here();
    const { kinds } = SERVICES.find(({ name }) => name === service)!;
    const pool = this.pool(`tally-reads-${service}`);
    const log =
      connectionString !== undefined && kinds.length > 0
        ? await openEventStoreDb({ connectionString, kinds, pool, schema: service })
        : await openPostgresLogReader({ pool, schema: service });
    this.open.push(log);
    return log;
  }

  async database(schema?: string): Promise<Pool> {
    return this.pool('tally', schema);
  }

  async close(): Promise<void> {
    for (const one of this.open.reverse()) await one.close();
    await Promise.all(this.pools.map((pool) => pool.end()));
    await this.own?.stop();
  }

  /** How far the slowest hop is behind: a publisher holds back, so that subscribers read from memory. */
  private async behind(): Promise<number> {
    const { services } = await this.client.get<StatusAnswer>('/v1/status');
    return Math.max(0, ...services.flatMap(({ hops }) => hops.map(({ behind }) => behind)));
  }

  private here(): LocalSuite {
    if (!this.local)
      throw new Error('this command needs the suite of this machine: name its data folder, not its --url');
    return this.local;
  }

  private pool(applicationName: string, searchPath?: string): Pool {
    const pool = createPool(this.here().databaseUrl, { max: 4, applicationName, searchPath });
    this.pools.push(pool);
    return pool;
  }
}

interface StatusAnswer {
  readonly services: readonly { readonly hops: readonly { readonly behind: number }[] }[];
}

async function publisherOf(bus: BusAddress, pool: () => Pool, behind: () => Promise<number>): Promise<Publisher> {
  if (bus.kind === 'postgres') return new PostgresPublisher({ pool: pool(), lead: { behind: cached(behind) } });
  const { KafkaPublisher } = await import('@tallystick/messaging/kafka');
  return KafkaPublisher.connect({ brokers: bus.brokers, clientId: 'tally' });
}

/** Answers what is known at once and asks anew behind the scenes, at most ten times a second. */
function cached(ask: () => Promise<number>): () => number {
  let at = -Infinity;
  let known = 0;
  return () => {
    if (performance.now() - at > 100) {
      at = performance.now();
      ask().then(
        (behind) => (known = behind),
        () => undefined,
      );
    }
    return known;
  };
}

function refreshed(make: () => Promise<string>): () => Promise<string> {
  let at = -Infinity;
  let token: Promise<string> = Promise.resolve('');
  return () => {
    if (performance.now() - at > TOKEN_MS) {
      at = performance.now();
      token = make();
    }
    return token;
  };
}
