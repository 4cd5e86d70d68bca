import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  answerProblem,
  createHttpServer,
  drain,
  type EntranceCode,
  Inside,
  listen,
  may,
  Problem,
} from '@tallystick/http';
import { METRICS_TYPE, renderMetrics } from '@tallystick/observability';
import type { BootedServices } from './boot';
import type { RunningService } from './running-service';
import { listOf } from './settings';
import { statusOf } from './status';

export interface HostOptions {
  /** 0 takes a free one; default `TALLY_PORT`. */
  readonly port?: number;
  /** Default `TALLY_HOST`. */
  readonly host?: string;
  /** Takes what no service answers (a console's pages); false where it does not know the address either. */
  readonly others?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Services behind one port. */
export interface Host {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those under way end. The services go on. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * Serves booted services on one port: `/v1/<first segment>`, `/v1/operations/<service>`, `/v1/audit/<service>` and `/docs/<service>` go to
 * their service; the
 * host answers `/health/live`, `/health/ready`, `/metrics`, `/v1/status` and the local issuer's keys for all of them. Two
 * services that name one segment fail the start.
 */
export async function hostServices(booted: BootedServices, options: HostOptions = {}): Promise<Host> {
  const { settings } = booted;
  const own = ownRoutes(booted);
  const owners = ownersOf(booted.services);
  const server = createHttpServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = own.get(path);
    if (route) return answerOwn(route, request, response);
    const owner = owners.get(addressed(path));
    if (owner) return owner.handle(request, response);
    if (options.others?.(request, response)) return;
    answerProblem(request, response, isUnusual(request) ? 'method-not-allowed' : 'not-found');
  });
  const address = options.host ?? settings['TALLY_HOST'] ?? '127.0.0.1';
  const port = await listen(server, options.port ?? Number(settings['TALLY_PORT'] ?? 8080), address);
  const shown = address.includes(':') ? `[${address}]` : address;
  return { url: `http://${shown}:${port}`, port, close: () => closeServer(server) };
}

/** What of a path names its owner: `v1/<segment>`, `v1/operations/<service>`, `v1/audit/<service>` or `docs/<service>`. */
function addressed(path: string): string {
  const [, first, second, third] = path.split('/', 4);
  return second === 'operations' || second === 'audit' ? `${first}/${second}/${third}` : `${first}/${second}`;
}

function ownersOf(services: readonly RunningService[]): ReadonlyMap<string, RunningService> {
  const owners = new Map<string, RunningService>();
  for (const service of services) {
    owners.set(`docs/${service.name}`, service);
    if (!service.resources.roles.has('http')) continue;
    owners.set(`v1/operations/${service.name}`, service);
    owners.set(`v1/audit/${service.name}`, service);
    for (const path of service.definition.paths) {
      const taken = owners.get(`v1/${path}`);
      if (taken) throw new Error(`/v1/${path} belongs to ${taken.name} and ${service.name}`);
      owners.set(`v1/${path}`, service);
    }
  }
  return owners;
}

function ownRoutes(booted: BootedServices): ReadonlyMap<string, Handler> {
  const { services, authentication, settings } = booted;
  const inside = new Inside(listOf(settings['TALLY_INSIDE']));
  const elsewhere = listOf(settings['TALLY_STATUS_OF']);
  const authenticator = authentication.forAudiences(services.map(({ name }) => name));
  const routes = new Map<string, Handler>([
    ['/health/live', (_request, response) => json(response, 200, { live: true })],
    ['/health/ready', async (_request, response) => ready(services, response)],
    [
      '/metrics',
      async (request, response) => {
        if (!inside.includes(request)) return answerProblem(request, response, 'not-found');
        const page = await renderMetrics(services.map(({ metrics }) => metrics));
        response.writeHead(200, { 'content-type': METRICS_TYPE }).end(page);
      },
    ],
    [
      '/v1/status',
      async (request, response) => {
        const caller = await authenticator.authenticate(request.headers.authorization);
        if (!may(caller, 'status:read')) return answerProblem(request, response, 'forbidden');
        json(response, 200, await statusOf({ services, elsewhere }, request.headers.authorization));
      },
    ],
  ]);
  const { localIssuer } = authentication;
  if (localIssuer)
    routes.set('/.well-known/jwks.json', (_request, response) => json(response, 200, localIssuer.jwks()));
  return routes;
}

async function ready(services: readonly RunningService[], response: ServerResponse): Promise<void> {
  const answers = await Promise.all(
    services.map(async ({ name, health }) => ({ service: name, ...(await health.ready()) })),
  );
  const ok = answers.every((answer) => answer.ok);
  json(response, ok ? 200 : 503, { ready: ok, services: answers });
}

function answerOwn(route: Handler, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerProblem(request, response, 'method-not-allowed');
  Promise.resolve()
    .then(() => route(request, response))
    .catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answerProblem(request, response, error instanceof Problem ? (error.code as EntranceCode) : 'internal-error');
    });
}

function json(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, { ...headers, 'x-content-type-options': 'nosniff' }).end(JSON.stringify(body));
}

function isUnusual({ method = '' }: IncomingMessage): boolean {
  return ['TRACE', 'TRACK', 'CONNECT'].includes(method);
}

async function closeServer(server: Server): Promise<void> {
  await drain(server);
}
