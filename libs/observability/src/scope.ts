import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** Whose work runs, and under which id it is told everywhere: logs, problems, event metadata, traces. */
export interface Scope {
  readonly service: string;
  readonly correlationId?: string;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs work as that service: everything it logs and starts carries the name (several services share one process). */
export function asService<Result>(service: string, work: () => Result): Result {
  return scopes.run({ ...scopes.getStore(), service }, work);
}

/** Runs work in a scope of its own. */
export function inScope<Result>(scope: Scope, work: () => Result): Result {
  return scopes.run(scope, work);
}

/** The scope of the running work, if any. */
export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

/** Trace and span that a W3C `traceparent` header names; `undefined` for none or a broken one. */
export function parseTraceparent(header: string | undefined): { traceId: string; spanId: string } | undefined {
  const match = header === undefined ? null : TRACEPARENT.exec(header);
  const [, traceId, spanId] = match ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/**
 * The id under which one request is told everywhere: `x-correlation-id` where it is well formed, else the trace id of
 * `traceparent`, else a new one (32 hex digits, so that it can be a W3C trace id).
 */
export function correlationIdOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const given = headers['x-correlation-id'];
  if (typeof given === 'string' && CORRELATION_ID.test(given)) return given;
  const traceparent = headers['traceparent'];
  return parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined)?.traceId ?? newCorrelationId();
}

/** A new correlation id: 32 hex digits. */
export function newCorrelationId(): string {
  return randomUUID().replaceAll('-', '');
}
