import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { startTracing } from '@tallystick/observability';
import { BootedSuite, bytesOf, purchaseOf } from './booted-suite';

jest.setTimeout(120_000);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('A purchase over HTTP', () => {
  it('is one trace from the request over the bus to the appends of every service that hears of it', async () => {
    const exporter = new InMemorySpanExporter();
    const spans = new Set<string>();
    exporter.export = (ended, done) => {
      for (const span of ended) if (span.spanContext().traceId === TRACE) spans.add(span.name);
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
    expect([...spans]).toEqual(
      expect.arrayContaining([
        'POST /v1/purchases',
        'appendMany campaigns',
        'consume campaigns.purchase-qualified.v1',
        'appendMany ledger',
        'consume ledger.points-accrued.v1',
        'consume campaigns.purchase-recorded.v1',
      ]),
    );
  });
});
