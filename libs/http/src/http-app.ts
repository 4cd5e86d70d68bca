import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { asService, type Metrics, NestLog } from '@tallystick/observability';
import { fastify as createFastify } from 'fastify';
import type { Authenticator } from './auth/caller';
import { readBodiesStrictly } from './body-reading';
import type { Cursors } from './cursors';
import { IdempotencyGate } from './idempotency/idempotency-gate';
import type { IdempotencyStore } from './idempotency/idempotency-store';
import type { Inside } from './inside';
import { buildOpenApi, type ApiInfo, type OpenApiDocument } from './openapi/document';
import { serveDocs } from './openapi/docs-page';
import { ProblemFilter } from './problem-filter';
import { addRequestHooks } from './request-hooks';
import { Routes } from './routes';
import { visibleJson } from './visible-json';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpAppOptions {
  readonly service: string;
  readonly module: DynamicModule;
  readonly authenticator: Authenticator;
  readonly cursors: Cursors;
  readonly idempotency: IdempotencyStore;
  readonly metrics: Metrics;
  readonly inside: Inside;
  readonly api: ApiInfo;
}

/** A service's HTTP side without a port of its own: whoever hosts it hands requests in. */
export interface HttpApp {
  readonly app: NestFastifyApplication;
  readonly routes: Routes;
  openApi(): OpenApiDocument;
  /** Resolves when requests may come. Refuses to open where a route declares no permission. */
  open(): Promise<void>;
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

/**
 * Runs on the Fastify of this workspace, not on the older one that the adapter brings along (its body reading makes a
 * bound function with deprecated properties a request), and leaves out the layer for Express middleware.
 */
class WithoutMiddleware extends FastifyAdapter {
  override init(): Promise<void> {
    return Promise.resolve();
  }
}

/** Makes the Nest app of a service on Fastify, with everything of this library in place; routes lie behind `/v1`. */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  let handle: RequestHandler | undefined;
  const fastify = createFastify({
    serverFactory: (handler: RequestHandler) => {
      handle = handler;
      return createServer();
    },
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 128 },
  });
  // Two versions of one package: their types differ in what is not used here.
  const adapter: FastifyAdapter = Reflect.construct(WithoutMiddleware, [fastify]);
  fastify.setReplySerializer(visibleJson);
  const routes = new Routes();
  routes.watch(fastify);
  addRequestHooks(fastify, { ...options, idempotency: new IdempotencyGate(options.idempotency) });
  const app = await asService(options.service, () =>
    NestFactory.create<NestFastifyApplication>(options.module, adapter, {
      bodyParser: false,
      logger: new NestLog(options.service),
      abortOnError: false,
    }),
  );
  readBodiesStrictly(fastify);
  app.setGlobalPrefix('v1');
  app.useGlobalFilters(new ProblemFilter(routes));
  let document: OpenApiDocument | undefined;
  const openApi = (): OpenApiDocument => (document ??= buildOpenApi(routes.all(), options.api));
  serveDocs(fastify, options.service, openApi);
  return {
    app,
    routes,
    openApi,
    open: async () => {
      await asService(options.service, () => app.init());
      await fastify.ready();
      routes.assertPermissions();
      routes.assertIdempotency();
    },
    handle: (request, response) => {
      if (!handle) throw new Error('the server was never made');
      handle(request, response);
    },
    close: () => app.close(),
  };
}
