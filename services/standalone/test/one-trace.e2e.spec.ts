import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { startTracing } from '@tallystick/observability';
import { BootedSuite, bytesOf, purchaseOf } from './booted-suite';

jest.setTimeout(120_000);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
/** What work hangs on whose record carries a correlation id and no span: the first half of the trace's own id. */
const ORIGIN = TRACE.slice(0, 16);

describe('A purchase over HTTP', () => {
  it('is one trace from the request over the bus to the appends of every service that hears of it', async () => {
    const exporter = new InMemorySpanExporter();
    const spans: ReadableSpan[] = [];
    exporter.export = (ended, done) => {
      spans.push(...ended.filter((span) => span.spanContext().traceId === TRACE));
      done({ code: 0 });
    };
    const stop = startTracing({}, exporter);
    const rules = [{ id: 'base', asset: 'POINTS', kind: 'base', rate: '1/100' }];
    const booted = await BootedSuite.start(rules);
    try {
      const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;
      const answer = await booted.post('/v1/purchases', bytesOf(purchaseOf('T-1', 'm-1', '700')), { traceparent });
      expect(answer.status).toBe(201);
      await booted.settled();
      expect(await booted.pointsOf('m-1')).toBe('7');
    } finally {
      await booted.stop();
      await stop();
    }
    const names = new Map<string, string>([
      [CALLER, 'the caller'],
      [ORIGIN, 'the trace'],
    ]);
    for (const span of spans) names.set(span.spanContext().spanId, span.name);
    const children = new Set(
      spans.map(({ name, parentSpanContext }) => `${names.get(parentSpanContext?.spanId ?? '')} > ${name}`),
    );
    expect([...children]).toEqual(
      expect.arrayContaining([
        'the caller > POST /v1/purchases',
        'POST /v1/purchases > appendMany campaigns',
        'the trace > consume campaigns.purchase-qualified.v1',
        'consume campaigns.purchase-qualified.v1 > appendMany ledger',
        'the trace > consume ledger.points-accrued.v1',
        'the trace > consume campaigns.purchase-recorded.v1',
      ]),
    );
    expect([...children].filter((child) => child.startsWith('undefined'))).toEqual([]);
  });
});
