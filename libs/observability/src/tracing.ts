import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { currentScope, parseTraceparent } from './scope';

let provider: NodeTracerProvider | undefined;

/**
 * Starts tracing towards `OTEL_EXPORTER_OTLP_ENDPOINT`; without it nothing is recorded and {@link inSpan} costs a branch.
 * Resolves the returned function when everything recorded has been handed over.
 */
export function startTracing(
  environment: Readonly<Record<string, string | undefined>>,
  exporter?: SpanExporter,
): () => Promise<void> {
  if (!exporter && !environment['OTEL_EXPORTER_OTLP_ENDPOINT']) return () => Promise.resolve();
  const started = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter ?? new OTLPTraceExporter())],
  });
  started.register();
  provider = started;
  return async () => {
    provider = undefined;
    await started.shutdown();
    trace.disable();
    context.disable();
  };
}

/** True where spans are recorded. */
export function isTracing(): boolean {
  return provider !== undefined;
}

/**
 * Runs work in a span that belongs to the trace of the correlation id, or to the `traceparent` it came with. The name
 * of the running service is an attribute of the span, since one process hosts several.
 */
export function inSpan<Result>(
  name: string,
  { traceparent, correlationId, kind = SpanKind.INTERNAL, attributes, alsoOf }: SpanOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!provider) return work();
  const span = startSpan(name, { traceparent, correlationId, kind, attributes, alsoOf });
  return context.with(trace.setSpan(context.active(), span), () => ended(span, work()));
}

export { type Span, SpanKind } from '@opentelemetry/api';

export interface SpanOptions {
  readonly traceparent?: string;
  readonly correlationId?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Correlation ids of what else the work is for: a batch belongs to the trace of one record and is linked to the others. */
  readonly alsoOf?: readonly string[];
}

/** A span to be ended by the caller; a no-op span where nothing is recorded. */
export function startSpan(name: string, options: SpanOptions): Span {
  const { traceparent, correlationId, kind, attributes, alsoOf } = options;
  const service = currentScope()?.service;
  return trace
    .getTracer('tallystick')
    .startSpan(
      name,
      { kind, attributes: { ...attributes, 'tallystick.service': service }, links: linksTo(alsoOf ?? []) },
      parentOf(traceparent, correlationId),
    );
}

/** Runs work (which may start more of it) inside a span that someone else ends. */
export function withinSpan<Result>(span: Span, work: () => Result): Result {
  return context.with(trace.setSpan(context.active(), span), work);
}

/** The `traceparent` that a call or record sent from here carries; `undefined` where nothing is recorded. */
export function currentTraceparent(): string | undefined {
  const span = provider && trace.getActiveSpan()?.spanContext();
  return span && `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Ends the span of an HTTP request. */
export function endHttpSpan(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

async function ended<Result>(span: Span, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function linksTo(correlationIds: readonly string[]): Link[] {
  return correlationIds.flatMap((id) => {
    const traced = tracedBy(id);
    return traced ? [{ context: { ...traced, traceFlags: 1 } }] : [];
  });
}

/** The trace of a correlation id, and a span for others to hang on. */
function tracedBy(correlationId: string): ReturnType<typeof parseTraceparent> {
  return parseTraceparent(`00-${correlationId}-${correlationId.slice(0, 16)}-01`);
}

/** A correlation id that is no trace id starts a trace of its own; the log lines still name it. */
function parentOf(traceparent: string | undefined, correlationId: string | undefined): Context {
  const parent = parseTraceparent(traceparent) ?? (correlationId === undefined ? undefined : tracedBy(correlationId));
  if (!parent) return context.active();
  return trace.setSpanContext(context.active(), { ...parent, traceFlags: 1, isRemote: true });
}
