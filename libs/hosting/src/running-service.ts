import type { IncomingMessage, ServerResponse } from 'node:http';
import { NestMicroservice } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Position } from '@tallystick/decider';
import { createHttpApp, Cursors, Health, type HttpApp, IdempotencyStore, Inside } from '@tallystick/http';
import { type BusServer, DeadLetters, FaultsAsTheyAre } from '@tallystick/messaging';
import { asService, log, Metrics } from '@tallystick/observability';
import { AuditLog } from '@tallystick/sealing';
import { Audit } from './audit';
import type { Authentication } from './authentication';
import { openBus } from './bus';
import { isOnKafka, startRelay } from './kafka';
import type { Neighbours } from './neighbours';
import { HostedModule, Operations } from './operations';
import { type Hop, hopsOf, type ProgressSource, progressOf, watchProgress } from './progress';
import { startProjections } from './projections';
import type { OpenResources } from './resources';
import type { SealedStanding, Sealing } from './sealing';
import type { ServiceDefinition } from './service';
import { listOf } from './settings';

/** How far a service is: its log's head and every hop that it makes itself. */
export interface ServiceStatus {
  readonly service: string;
  readonly head: Position;
  readonly hops: readonly Hop[];
  /** How far the log is sealed, where the process may seal it. */
  readonly sealing?: SealedStanding;
}

/** A service that was booted. It has no port: a host hands requests in. */
export interface RunningService {
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly app: NestFastifyApplication;
  readonly http: HttpApp;
  readonly resources: OpenResources;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Resolves with the reason when a loop has died of a defect: the process should be replaced. */
  readonly died: Promise<unknown>;
  handle(request: IncomingMessage, response: ServerResponse): void;
  status(): Promise<ServiceStatus>;
  /** Is not ready any more, lets handlers finish and gives its partitions to others. */
  stopConsuming(): Promise<void>;
  /** Stops consuming, lets what runs end, gives everything back. Calling it again does nothing more. */
  close(): Promise<void>;
}

/** What the services of a process share. */
export interface Surroundings {
  readonly neighbours: Neighbours;
  readonly authentication: Authentication;
  /** Absent where the process does not seal. */
  readonly sealing: Sealing | undefined;
}

/** Starts what the roles of a process ask for, on resources that are open already. */
export async function startService(
  definition: ServiceDefinition,
  resources: OpenResources,
  surroundings: Surroundings,
): Promise<RunningService> {
  const { name } = definition;
  const parts = new Parts();
  parts.add(() => resources.close());
  try {
    return await asService(name, () => start(definition, resources, surroundings, parts));
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function start(
  definition: ServiceDefinition,
  resources: OpenResources,
  { neighbours, authentication, sealing: thread }: Surroundings,
  parts: Parts,
): Promise<RunningService> {
  const { name } = definition;
  const { kinds } = definition;
  const { pool, store, url, settings, publisher } = resources;
  const metrics = new Metrics(name);
  const health = new Health();
  const { died, onFatal } = death(name);
  health.register('postgres', async () => void (await pool.query('select 1')));

  const sources: ProgressSource[] = [];
  const runs = (kind: string, source: ProgressSource, close: () => Promise<void>): void => {
    parts.add(close);
    sources.push(source);
    watchProgress(kind, source, health, metrics);
  };
  const sealing = await thread?.start({ name, kinds, url }, metrics, isOnKafka(settings) ? publisher : undefined);
  if (sealing) parts.add(() => sealing.close());
  void thread?.died.then(onFatal);
  const relay = startRelay(definition, resources, onFatal);
  if (relay) runs('relay', relay, () => relay.close());
  const projections = startProjections(definition, resources, onFatal);
  if (projections) runs('projections', projections, () => projections.close());
  const bus = await openBus(definition, resources, neighbours, metrics, onFatal);
  if (bus) runs('bus', progressOf(bus.server), () => bus.close());
  const http = await openHttp(definition, resources, authentication, metrics, bus?.server);
  parts.add(() => http.close());
  await http.open();
  if (bus) await http.app.startAllMicroservices();
  log().info({ name, roles: [...resources.roles].join() }, 'the service is up');

  return {
    name,
    definition,
    app: http.app,
    http,
    resources,
    health,
    metrics,
    died,
    handle: (request, response) => http.handle(request, response),
    status: async () => {
      const lags = await Promise.all(sources.map((source) => source.lag()));
      const follows = sources.flatMap((source) => source.follows?.() ?? []);
      const sealed = await sealing?.standing();
      const hops = hopsOf(lags.flat(), follows);
      return { service: name, head: await store.logHead(), hops, ...(sealed && { sealing: sealed }) };
    },
    stopConsuming: async () => {
      health.drain();
      await bus?.server.close();
    },
    close: () => {
      health.drain();
      neighbours.leave(name, bus?.server);
      return parts.close();
    },
  };
}

async function openHttp(
  definition: ServiceDefinition,
  resources: OpenResources,
  authentication: Authentication,
  metrics: Metrics,
  bus: BusServer | undefined,
): Promise<HttpApp> {
  const { name } = definition;
  const { pool, store, settings } = resources;
  const letters = new DeadLetters(pool, bus ? [bus] : []);
  const operations = new Operations(name, letters, bus !== undefined, settings['TALLY_TENANT'] ?? 'demo');
  const audit = new Audit(name, new AuditLog(pool, store));
  const http = await createHttpApp({
    service: name,
    module: HostedModule.with(definition.module(resources), operations, audit),
    authenticator: authentication.forAudiences([name]),
    cursors: new Cursors(Buffer.from(settings['TALLY_CURSOR_KEY'] ?? '', 'base64')),
    idempotency: new IdempotencyStore(pool),
    metrics,
    inside: new Inside(listOf(settings['TALLY_INSIDE'])),
    api: { title: `Tallystick ${name}`, version: '1' },
  });
  if (bus) connectBus(http.app, bus);
  return http;
}

/** Nest reads a microservice's filters when it registers its handlers: that is deferred until the filter is set. */
function connectBus(app: NestFastifyApplication, bus: BusServer): void {
  const service = app.connectMicroservice({ strategy: bus }, { inheritAppConfig: false, deferInitialization: true });
  if (!(service instanceof NestMicroservice)) throw new TypeError('Nest made something else than a microservice');
  service.useGlobalFilters(new FaultsAsTheyAre());
  service.registerListeners();
  service.setIsInitialized(true);
  service.setIsInitHookCalled(true);
}

function death(name: string): { readonly died: Promise<unknown>; readonly onFatal: (error: unknown) => void } {
  let onFatal: (error: unknown) => void = () => undefined;
  const died = new Promise<unknown>((resolve) => {
    onFatal = (error) => {
      log().fatal({ name, err: error }, 'a loop died');
      resolve(error);
    };
  });
  return { died, onFatal };
}

/** What a service opened, given back in the opposite order; one that fails to close keeps no other from it. */
class Parts {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private closing: Promise<void> | undefined;

  add(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const faults: unknown[] = [];
    for (const close of this.closers.toReversed()) await close().catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw new AggregateError(faults, 'not everything could be closed');
  }
}
