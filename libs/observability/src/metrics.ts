import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of one service: a registry of its own (several services share one process), each line labelled with it. */
export class Metrics {
  readonly registry = new Registry();
  private readonly httpSeconds: Histogram<'method' | 'route' | 'status'>;

  constructor(readonly service: string) {
    this.registry.setDefaultLabels({ service });
    this.httpSeconds = new Histogram({
      name: 'tally_http_request_seconds',
      help: 'Time from the request line to the end of the answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [this.registry],
    });
  }

  /** Takes note of one answered request; `route` is the pattern, never the address (labels stay few). */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.httpSeconds.labels(method, route, String(status)).observe(seconds);
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A figure that is read when it is scraped. */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        return collect(this);
      },
    });
  }
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The figures of several services as one page in the Prometheus text format. */
export async function renderMetrics(services: readonly Metrics[]): Promise<string> {
  const pages = await Promise.all(services.map(({ registry }) => registry.getMetricsAsJSON()));
  return AggregatorRegistry.aggregate(pages).metrics();
}
