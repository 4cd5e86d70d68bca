import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessTokens,
  createHttpApp,
  createHttpServer,
  Cursors,
  drain,
  IdempotencyStore,
  Inside,
  listen,
  LOCAL_ISSUER,
  LocalIssuer,
} from '@tallystick/http';
import { Metrics } from '@tallystick/observability';
import { CampaignsModule } from '../src/campaigns.module';
import { type CampaignsFixture, NOW } from './campaigns-fixture';

const AUDIENCE = 'tallystick/campaigns';

export interface TokenOptions {
  readonly permissions?: readonly string[];
  readonly unit?: string;
}

export interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Campaigns behind a real HTTP server, on the log of a fixture. */
export interface HttpService {
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Sent>;
  token(options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

export async function startHttp(
  fixture: CampaignsFixture,
  settings: Readonly<Record<string, string | undefined>> = {},
): Promise<HttpService> {
  const folder = mkdtempSync(join(tmpdir(), 'campaigns-'));
  const issuer = await LocalIssuer.open(folder, {});
  const http = await createHttpApp({
    service: 'campaigns',
    module: CampaignsModule.forRoot({ pool: fixture.pool, store: fixture.store, now: () => NOW, settings }),
    authenticator: new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
    cursors: new Cursors(Buffer.alloc(32, 7)),
    idempotency: new IdempotencyStore(fixture.pool),
    metrics: new Metrics('campaigns'),
    inside: new Inside(),
    api: { title: 'Campaigns', version: '1' },
  });
  await http.open();
  const server = createHttpServer(http.handle);
  const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  const token = ({ permissions = ['*'], unit }: TokenOptions = {}) =>
    issuer.issue({
      subject: 'till-1',
      tenant: 'demo',
      program: 'main',
      permissions,
      audience: AUDIENCE,
      ...(unit === undefined ? {} : { unit }),
    });
  return {
    token,
    async send(method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'GET' ? {} : { 'idempotency-key': nextKey() }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async stop() {
      await drain(server, 100);
      await http.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let keys = 0;

function nextKey(): string {
  return `key-${++keys}`;
}
