import { foreignCores, processorTime } from '../processor-time';
import { purchase } from '../purchases';
import { percentile } from '../statistics';
import { HttpConnection } from './http-connection';
import type { Place } from './place';

export interface HttpLoadInput extends Place {
  readonly address: string;
  /** The process that answers. */
  readonly servicePid: number;
  readonly token: string;
  readonly connections: number;
  /** Requests that do not count, to warm the service up, then those that do. */
  readonly warmUp: number;
  readonly requests: number;
  /** `purchases` posts one purchase a request, from this index on; `balances` reads these paths in turn. */
  readonly work:
    | { readonly kind: 'purchases'; readonly first: number }
    | { readonly kind: 'balances'; readonly paths: readonly string[] };
}

export interface HttpLoadRun {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** `performance.timeOrigin` + `performance.now()` of the first counted request and of the last answer. */
  readonly from: number;
  readonly until: number;
  readonly foreign?: number;
  /** Processor time a request of the service, of this load, and of all else of the bench (PostgreSQL), in microseconds. */
  readonly serviceMicros?: number;
  readonly loadMicros: number;
  readonly otherMicros?: number;
}

/** Sends requests over connections that stay open, each waiting for its answer before the next. */
export async function httpLoad(input: HttpLoadInput): Promise<HttpLoadRun> {
  const { address, connections, warmUp, requests, rootPid, servicePid } = input;
  const { hostname, port } = new URL(address);
  const open = await Promise.all(
    Array.from({ length: connections }, () => HttpConnection.open(hostname, Number(port))),
  );
  const shots = Array.from({ length: warmUp + requests }, (_, index) => shotOf(input, index));
  const good = input.work.kind === 'purchases' ? 201 : 200;
  try {
    await volley(open, shots.slice(0, warmUp), good, undefined);
    const delays = new Float64Array(requests);
    const before = { all: processorTime(rootPid), service: processorTime(servicePid), load: process.cpuUsage() };
    const from = performance.now();
    await volley(open, shots.slice(warmUp), good, delays);
    const until = performance.now();
    const all = processorTime(rootPid);
    const load = process.cpuUsage(before.load);
    const micros = (seconds: number): number => (seconds * 1e6) / requests;
    const loadMicros = (load.user + load.system) / requests;
    const serviceMicros = between(before.service, processorTime(servicePid), micros);
    const allMicros = between(before.all, all, micros);
    return {
      perSecond: (requests * 1000) / (until - from),
      p50: percentile(delays, 0.5),
      p99: percentile(delays, 0.99),
      from: performance.timeOrigin + from,
      until: performance.timeOrigin + until,
      foreign: foreignCores(before.all, all),
      loadMicros,
      ...(serviceMicros !== undefined && { serviceMicros }),
      ...(serviceMicros !== undefined &&
        allMicros !== undefined && { otherMicros: allMicros - serviceMicros - loadMicros }),
    };
  } finally {
    for (const one of open) one.close();
  }
}

function between(
  before: { readonly own: number } | undefined,
  after: { readonly own: number } | undefined,
  micros: (seconds: number) => number,
): number | undefined {
  return before && after && micros(after.own - before.own);
}

/** A request as it goes over the wire. */
function shotOf({ work, address, token }: HttpLoadInput, index: number): Buffer {
  const headers = [`host: ${new URL(address).host}`, `authorization: Bearer ${token}`, 'accept: application/json'];
  if (work.kind === 'balances') return wire(`GET ${work.paths[index % work.paths.length]!}`, headers, '');
  const document = purchase(work.first + index);
  const body = JSON.stringify(document);
  return wire(
    'POST /v1/purchases',
    [
      ...headers,
      `idempotency-key: ${document.id}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ],
    body,
  );
}

function wire(line: string, headers: readonly string[], body: string): Buffer {
  return Buffer.from(`${line} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}

async function volley(
  open: readonly HttpConnection[],
  shots: readonly Buffer[],
  good: number,
  delays: Float64Array | undefined,
): Promise<void> {
  let next = 0;
  const use = async (connection: HttpConnection): Promise<void> => {
    for (let index = next++; index < shots.length; index = next++) {
      const started = performance.now();
      const { status, body } = await connection.send(shots[index]!);
      if (delays) delays[index] = performance.now() - started;
      if (status !== good) throw new Error(`request ${index}: ${status} ${body.toString()}`);
    }
  };
  await Promise.all(open.map(use));
}
