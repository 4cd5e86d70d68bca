import {
  correlationIdOf,
  endHttpSpan,
  inScope,
  isTracing,
  type Metrics,
  type Span,
  SpanKind,
  startSpan,
  withinSpan,
} from '@tallystick/observability';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Authenticator, actorOf, type Caller, may } from './auth/caller';
import { judgeBody } from './body-reading';
import type { Cursors } from './cursors';
import type { IdempotencyGate, OpenRequest } from './idempotency/idempotency-gate';
import type { Inside } from './inside';
import type { KeptAnswer } from './idempotency/idempotency-store';
import type { Operation } from './operation';
import { positionOf } from './preconditions';
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
    span: Span | undefined;
  }
}

const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'] as const;

/**
 * What every request goes through, in this order: its id, method overrides, credential and permission, the body's
 * bytes, query and headers, the body's shape, the idempotency key. The handler sees only what passed all of it.
 */
export function addRequestHooks(app: FastifyInstance, options: HookOptions): void {
  for (const field of [...REQUEST_FIELDS, 'refusal', 'openRequest', 'span']) app.decorateRequest(field, undefined);
  app.decorateRequest('startedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now();
    request.scope = { service: options.service, correlationId: correlationIdOf(request.headers) };
    reply.header('x-correlation-id', request.scope.correlationId);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    if (isTracing()) request.span = inScope(request.scope, () => spanOf(request));
    enter(request, done);
  });
  app.addHook('onRequest', (request, _reply, done) => admit(request, options, done));
  app.addHook('preValidation', (request, _reply, done) => enter(request, done));
  app.addHook('preHandler', (request, reply, done) => prepare(request, reply, options, done));
  app.addHook('onSend', (request, reply, payload, done) => {
    const open = request.openRequest;
    const kept = open && conclude(request, reply, open, payload, options.idempotency);
    if (kept) kept.then(() => done(null, payload), done);
    else done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = (performance.now() - request.startedAt) / 1_000;
    if (request.span) endHttpSpan(request.span, reply.statusCode);
    options.metrics.answered(request.method, request.routeOptions.url ?? 'none', reply.statusCode, seconds);
    done();
  });
}

type Done = (error?: Error) => void;

/** Body reading loses the context it started in, so it is entered again behind it. */
function enter({ scope, span }: FastifyRequest, done: Done): void {
  if (span) withinSpan(span, () => inScope(scope, done));
  else inScope(scope, done);
}

function spanOf(request: FastifyRequest): Span {
  const { method, headers, scope } = request;
  const route = request.routeOptions.url ?? 'none';
  const { traceparent } = headers;
  return startSpan(`${method} ${route}`, {
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    correlationId: scope.correlationId,
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'tallystick.correlation_id': scope.correlationId,
    },
  });
}

/** No promise where none is needed: this path is walked by every request. */
function admit(request: FastifyRequest, { authenticator, inside }: HookOptions, done: Done): void {
  if (OVERRIDES.some((name) => request.headers[name] !== undefined)) return done(problem('method-not-allowed'));
  if (request.is404) return done();
  const { permission, inside: insideOnly } = request.routeOptions.config.operation ?? {};
  if (insideOnly && !inside.includes(request.raw)) return done(problem('not-found'));
  if (permission === 'public') return done();
  if (permission === undefined) return done(problem('not-found'));
  const enter = (caller: Caller): void => {
    if (!may(caller, permission)) return done(problem('forbidden'));
    request.caller = caller;
    done();
  };
  try {
    const caller = authenticator.authenticate(request.headers.authorization);
    if (caller instanceof Promise) caller.then(enter).catch(done);
    else enter(caller);
  } catch (error) {
    done(error as Error);
  }
}

function prepare(request: FastifyRequest, reply: FastifyReply, options: HookOptions, done: Done): void {
  const operation = request.routeOptions.config.operation;
  if (request.is404 || !operation) return done();
  try {
    readAddress(request, operation, options.cursors);
    const { body, bodyOptional } = operation;
    if (body) request.body = judgeBody(request.body ?? (bodyOptional ? {} : undefined), body);
  } catch (error) {
    return done(error as Error);
  }
  if (!operation.idempotent || !request.caller) return done();
  const parts = [request.method, request.url, request.rawBody ?? ''];
  options.idempotency.enter(request.headers['idempotency-key'], request.caller, parts).then((entered) => {
    if (entered.kind === 'answered') return answerAgain(reply, entered.answer);
    admitCommand(request, entered.request);
    done();
  }, done);
}

function answerAgain(reply: FastifyReply, { status, body }: KeptAnswer): void {
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
  void reply.code(status).header('content-type', type).send(body);
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
  if (operation.minPosition) {
    const header = request.headers['min-position'];
    request.minPosition = positionOf(minPosition ?? (typeof header === 'string' ? header : undefined));
  }
  request.query = own;
}

/** A refusal that will never be another answer is kept before it leaves; whatever else ends just lets its twins go. */
function conclude(
  request: FastifyRequest,
  reply: FastifyReply,
  open: OpenRequest,
  payload: unknown,
  gate: IdempotencyGate,
): Promise<void> | undefined {
  request.openRequest = undefined;
  const { refusal } = request;
  const isFinal = refusal !== undefined && refusal.status < 500 && !refusal.options.retryable;
  const isAnswer = reply.statusCode < 500 && (!refusal || isFinal) && (typeof payload === 'string' || payload === null);
  const answer = isAnswer ? { status: reply.statusCode, body: payload ?? '' } : undefined;
  if (answer && isFinal) return gate.keep(open, answer);
  gate.leave(open, answer);
  return undefined;
}
