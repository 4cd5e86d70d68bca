import { correlationIdOf, inScope, type Metrics } from '@tallystick/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Authenticator, actorOf, may } from './auth/caller';
import { judgeBody } from './body-reading';
import type { Cursors } from './cursors';
import type { IdempotencyGate, OpenRequest } from './idempotency/idempotency-gate';
import type { Inside } from './inside';
import type { Operation } from './operation';
import { positionOf, revisionOf } from './preconditions';
import { problem } from './problem';
import { readQuery } from './query-reading';
import { REQUEST_FIELDS } from './request';

export interface HookOptions {
  readonly service: string;
  readonly authenticator: Authenticator;
  readonly cursors: Cursors;
  readonly idempotency: IdempotencyGate;
  readonly metrics: Metrics;
  readonly inside: Inside;
}

declare module 'fastify' {
  interface FastifyRequest {
    openRequest: OpenRequest | undefined;
  }
}

const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'] as const;

/**
 * What every request goes through, in this order: its id, method overrides, credential and permission, the body's
 * bytes, query and headers, the body's shape, the idempotency key. The handler sees only what passed all of it.
 */
export function addRequestHooks(app: FastifyInstance, options: HookOptions): void {
  for (const field of [...REQUEST_FIELDS, 'refusal', 'openRequest']) app.decorateRequest(field, undefined);
  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now();
    request.scope = { service: options.service, correlationId: correlationIdOf(request.headers) };
    reply.header('x-correlation-id', request.scope.correlationId);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    inScope(request.scope, done);
  });
  app.addHook('onRequest', (request) => admit(request, options));
  app.addHook('preValidation', (request, _reply, done) => inScope(request.scope, done));
  app.addHook('preHandler', (request, reply) => prepare(request, reply, options));
  app.addHook('onSend', async (request, reply, payload) => {
    const open = request.openRequest;
    if (open) await conclude(request, reply, open, payload, options.idempotency);
    return payload;
  });
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = (performance.now() - request.startedAt) / 1_000;
    options.metrics.answered(request.method, request.routeOptions.url ?? 'none', reply.statusCode, seconds);
    done();
  });
}

async function admit(request: FastifyRequest, { authenticator, inside }: HookOptions): Promise<void> {
  if (OVERRIDES.some((name) => request.headers[name] !== undefined)) throw problem('method-not-allowed');
  if (request.is404) return;
  const { permission, inside: insideOnly } = request.routeOptions.config.operation ?? {};
  if (insideOnly && !inside.includes(request.raw)) throw problem('not-found');
  if (permission === 'public') return;
  if (permission === undefined) throw problem('not-found');
  const caller = await authenticator.authenticate(request.headers.authorization);
  if (!may(caller, permission)) throw problem('forbidden');
  request.caller = caller;
}

async function prepare(request: FastifyRequest, reply: FastifyReply, options: HookOptions): Promise<unknown> {
  const operation = request.routeOptions.config.operation;
  if (request.is404 || !operation) return undefined;
  readAddress(request, operation, options.cursors);
  if (operation.body) request.body = await judgeBody(request.body, operation.body);
  if (!operation.idempotent || !request.caller) return undefined;
  const parts = [request.method, request.url, request.rawBody ?? ''];
  const entered = await options.idempotency.enter(request.headers['idempotency-key'], request.caller, parts);
  if (entered.kind === 'answered') {
    const { status, body } = entered.answer;
    const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
    return reply.code(status).header('content-type', type).send(body);
  }
  admitCommand(request, entered.request);
  return undefined;
}

function admitCommand(request: FastifyRequest, open: OpenRequest): void {
  if (!request.caller) return;
  const { key, commandId: id, again } = open;
  request.openRequest = open;
  const metadata = { actor: actorOf(request.caller), commandId: id, correlationId: request.scope.correlationId };
  request.command = { id, key, again, metadata };
}

function readAddress(request: FastifyRequest, operation: Operation, cursors: Cursors): void {
  if (request.headers['x-tenant'] !== undefined || request.headers['x-tenant-id'] !== undefined) {
    throw problem('unknown-field', { errors: [{ pointer: '/x-tenant', code: 'unknown-field' }] });
  }
  const { own, limit, cursor, minPosition } = readQuery(request.query as object, operation);
  if (operation.paged) {
    const scope = JSON.stringify([
      request.caller?.tenant,
      request.caller?.unit,
      request.routeOptions.url,
      request.params,
      own,
    ]);
    const after = cursor === undefined ? undefined : cursors.read(scope, cursor);
    request.page = { limit, after, cursorAfter: (place) => cursors.issue(scope, place) };
  }
  if (operation.ifMatch) request.expectedRevision = revisionOf(request.headers['if-match']);
  if (operation.minPosition) {
    const header = request.headers['min-position'];
    request.minPosition = positionOf(minPosition ?? (typeof header === 'string' ? header : undefined));
  }
  request.query = own;
}

/** A refusal that will never be another answer is kept before it leaves; whatever else ends just lets its twins go. */
async function conclude(
  request: FastifyRequest,
  reply: FastifyReply,
  open: OpenRequest,
  payload: unknown,
  gate: IdempotencyGate,
): Promise<void> {
  request.openRequest = undefined;
  const { refusal } = request;
  const isFinal = refusal !== undefined && refusal.status < 500 && !refusal.options.retryable;
  const isAnswer = reply.statusCode < 500 && (!refusal || isFinal) && (typeof payload === 'string' || payload === null);
  const answer = isAnswer ? { status: reply.statusCode, body: payload ?? '' } : undefined;
  await gate.leave(open, answer, isFinal);
}
