import { Agent, request } from 'node:http';
import { foreignCores, processorTime } from '../processor-time';
import { purchase } from '../purchases';
import { percentile } from '../statistics';
import type { Place } from './place';

export interface HttpLoadInput extends Place {
  readonly address: string;
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
}

interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer;
  readonly key?: string;
}

/** Sends requests over connections that stay open, each waiting for its answer before the next. */
export async function httpLoad(input: HttpLoadInput): Promise<HttpLoadRun> {
  const { connections, warmUp, requests, rootPid } = input;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const shots = Array.from({ length: warmUp + requests }, (_, index) => shotOf(input, index));
  await volley(agent, input, shots.slice(0, warmUp), undefined);
  const delays = new Float64Array(requests);
  const before = processorTime(rootPid);
  const from = performance.now();
  await volley(agent, input, shots.slice(warmUp), delays);
  const until = performance.now();
  agent.destroy();
  return {
    perSecond: (requests * 1000) / (until - from),
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    from: performance.timeOrigin + from,
    until: performance.timeOrigin + until,
    foreign: foreignCores(before, processorTime(rootPid)),
  };
}

function shotOf({ work }: HttpLoadInput, index: number): Shot {
  if (work.kind === 'balances') return { method: 'GET', path: work.paths[index % work.paths.length]! };
  const document = purchase(work.first + index);
  return { method: 'POST', path: '/v1/purchases', body: Buffer.from(JSON.stringify(document)), key: document.id };
}

async function volley(
  agent: Agent,
  { address, token, connections }: HttpLoadInput,
  shots: readonly Shot[],
  delays: Float64Array | undefined,
): Promise<void> {
  const { hostname, port } = new URL(address);
  let next = 0;
  const connection = async (): Promise<void> => {
    for (let index = next++; index < shots.length; index = next++) {
      const started = performance.now();
      await send(agent, { hostname, port, token }, shots[index]!);
      if (delays) delays[index] = performance.now() - started;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

function send(
  agent: Agent,
  { hostname, port, token }: { readonly hostname: string; readonly port: string; readonly token: string },
  { method, path, body, key }: Shot,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
      const good = response.statusCode === (method === 'POST' ? 201 : 200);
      if (good) {
        response.resume();
        response.once('end', resolve);
        return;
      }
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece));
      response.once('end', () => reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`)));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
