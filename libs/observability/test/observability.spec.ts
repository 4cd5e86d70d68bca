import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import {
  asService,
  correlationIdOf,
  currentScope,
  currentTraceparent,
  HIDDEN,
  inScope,
  inSpan,
  isTracing,
  log,
  Metrics,
  NestLog,
  openLog,
  renderMetrics,
  startTracing,
  useLog,
} from '../src';

/** What a log wrote, line by line. */
function lines(): { readonly written: () => readonly Record<string, unknown>[]; readonly text: () => string } {
  let text = '';
  useLog(openLog({ level: 'debug', destination: { write: (line: string) => (text += line) } }));
  return {
    text: () => text,
    written: () =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('A log line', () => {
  it('names the service and the correlation id of the work that wrote it, also across awaits', async () => {
    const { written } = lines();
    const work = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      log().info('done');
    };
    await Promise.all([
      inScope({ service: 'ledger', correlationId: 'c-1' }, work),
      inScope({ service: 'campaigns', correlationId: 'c-2' }, work),
    ]);
    expect(written().map(({ service, correlationId, msg }) => [service, correlationId, msg])).toEqual([
      ['ledger', 'c-1', 'done'],
      ['campaigns', 'c-2', 'done'],
    ]);
  });

  it('shows no field that is not on the list, whatever a careless object carries', () => {
    const { written, text } = lines();
    log().info({ code: 'x', token: 'eyJhbGciOi', phone: '13800138000', nested: { password: 'p' } }, 'look');
    expect(written()[0]).toMatchObject({ code: 'x', token: HIDDEN, phone: HIDDEN, nested: HIDDEN });
    expect(text()).not.toMatch(/eyJ|138001|"p"/);
  });

  it('keeps of an error what tells the fault, not the row it was about', () => {
    const { written, text } = lines();
    const fault = Object.assign(new TypeError('duplicate key'), { code: '23505', detail: 'Key (phone)=(13800138000)' });
    log().error({ err: fault }, 'failed');
    expect(written()[0]?.['err']).toMatchObject({ name: 'TypeError', code: '23505', message: 'duplicate key' });
    expect(text()).not.toContain('13800138000');
  });

  it('stays one line whatever a field holds (case 103)', () => {
    const { written } = lines();
    log().warn({ reason: '\r\n{"level":"fatal","msg":"forged"}' }, 'a\nb');
    expect(written()).toHaveLength(1);
    expect(written()[0]).toMatchObject({ level: 'warn', reason: '\r\n{"level":"fatal","msg":"forged"}', msg: 'a\nb' });
  });

  it('of Nest goes the same way, under the service that runs or else the one that was booted', () => {
    const { written } = lines();
    const nest = new NestLog('ledger');
    asService('insights', () => nest.warn('slow', 'Router'));
    nest.error(new Error('broken'));
    expect(written().map(({ service, level, msg }) => [service, level, msg])).toEqual([
      ['insights', 'warn', 'slow'],
      ['ledger', 'error', 'broken'],
    ]);
  });
});

describe('A correlation id', () => {
  it('is the one that came, else the trace id that came, else a new one', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(correlationIdOf({ 'x-correlation-id': 'till-7:99', traceparent })).toBe('till-7:99');
    expect(correlationIdOf({ traceparent })).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(correlationIdOf({})).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(['', 'a b', 'x'.repeat(65), '"\r\n', '{}'])('that is malformed ("%s") is not taken over', (given) => {
    expect(correlationIdOf({ 'x-correlation-id': given })).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'nonsense'])(
    'is new for the broken traceparent %s',
    (traceparent) => {
      expect(correlationIdOf({ traceparent })).not.toBe('0'.repeat(32));
    },
  );
});

describe('Figures', () => {
  it('of several services are one page, each line with its service', async () => {
    const [ledger, insights] = [new Metrics('ledger'), new Metrics('insights')];
    ledger.counter('tally_things_total', 'Things', ['kind']).labels('a').inc(2);
    insights.counter('tally_things_total', 'Things', ['kind']).labels('a').inc(3);
    const page = await renderMetrics([ledger, insights]);
    expect(page).toContain('tally_things_total{kind="a",service="ledger"} 2');
    expect(page).toContain('tally_things_total{kind="a",service="insights"} 3');
    expect(page.match(/# TYPE tally_things_total counter/g)).toHaveLength(1);
  });
});

describe('Tracing', () => {
  it('is off and passes work through where no exporter is named', async () => {
    const stop = startTracing({});
    expect([isTracing(), await inSpan('x', {}, () => Promise.resolve(7)), currentTraceparent()]).toEqual([
      false,
      7,
      undefined,
    ]);
    await stop();
  });

  it('puts work into the trace of its correlation id and hands the trace on', async () => {
    const exporter = new InMemorySpanExporter();
    const kept: string[] = [];
    exporter.export = (spans, done) => {
      for (const span of spans)
        kept.push(`${span.name} ${span.spanContext().traceId} ${span.attributes['tallystick.service']}`);
      done({ code: 0 });
    };
    const stop = startTracing({}, exporter);
    const correlationId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const handed = await inScope({ service: 'ledger', correlationId }, () =>
      inSpan('accrue', { correlationId }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return [currentTraceparent(), currentScope()?.service];
      }),
    );
    await stop();
    expect(handed).toEqual([expect.stringMatching(new RegExp(`^00-${correlationId}-[0-9a-f]{16}-01$`)), 'ledger']);
    expect(kept).toEqual([`accrue ${correlationId} ledger`]);
    expect(isTracing()).toBe(false);
  });
});
