import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessTokens,
  createHttpApp,
  createHttpServer,
  Cursors,
  drain,
  type HttpApp,
  IDEMPOTENCY_MIGRATIONS,
  IdempotencyStore,
  Inside,
  listen,
  LOCAL_ISSUER,
  LocalIssuer,
} from '@tallystick/http';
import { Metrics } from '@tallystick/observability';
import { migrate } from '@tallystick/postgres';
import { type Instant, instant } from '@tallystick/vocabulary';
import { LedgerModule } from '../src/ledger.module';
import { LedgerFixture } from './ledger-fixture';

const AUDIENCE = 'tallystick/ledger';

/** What an answer says, field by field; the tests say which fields it must have. */
export interface Got {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  readonly tenant?: string;
  readonly program?: string;
  readonly subject?: string;
  readonly unit?: string;
  readonly permissions?: string[];
  readonly key?: string;
}

/** The ledger as its HTTP callers meet it, with a clock that stands until it is set. */
export class LedgerApi {
  private keys = 0;

  private constructor(
    readonly ledger: LedgerFixture,
    private readonly clock: { now: Instant },
    private readonly http: HttpApp,
    private readonly server: Server,
    private readonly url: string,
    private readonly issuer: LocalIssuer,
    private readonly folder: string,
  ) {}

  static async start(now: string): Promise<LedgerApi> {
    const folder = await mkdtemp(join(tmpdir(), 'ledger-api-'));
    const ledger = await LedgerFixture.start();
    const { pool, store } = ledger;
    await migrate(pool, 'ledger', [{ name: 'idempotency', folder: IDEMPOTENCY_MIGRATIONS }]);
    const issuer = await LocalIssuer.open(folder, {});
    const clock = { now: instant(now) };
    const http = await createHttpApp({
      service: 'ledger',
      module: LedgerModule.forRoot({
        pool,
        store,
        snapshots: store.snapshots,
        now: () => clock.now,
        settings: { TALLY_LEASE_KEY: Buffer.alloc(32, 9).toString('base64'), TALLY_ORIGIN: 'test' },
      }),
      authenticator: new AccessTokens({ issuer: LOCAL_ISSUER, audience: AUDIENCE, keys: issuer.keySet }),
      cursors: new Cursors(Buffer.alloc(32, 7)),
      idempotency: new IdempotencyStore(pool),
      metrics: new Metrics('ledger'),
      inside: new Inside(),
      api: { title: 'Ledger', version: '1' },
    });
    await http.open();
    const server = createHttpServer(http.handle);
    const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
    return new LedgerApi(ledger, clock, http, server, url, issuer, folder);
  }

  set now(now: string) {
    this.clock.now = instant(now);
  }

  async call(method: string, path: string, body?: object, options: CallOptions = {}): Promise<Got> {
    const {
      tenant = 'demo',
      program = 'main',
      subject = 'till-1',
      permissions = ['*'],
      key = `k-${++this.keys}`,
      unit,
    } = options;
    const token = await this.issuer.issue({ subject, tenant, program, permissions, audience: AUDIENCE, unit });
    const headers = {
      authorization: `Bearer ${token}`,
      'idempotency-key': key,
      ...(body && { 'content-type': 'application/json' }),
    };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Got['body'] };
  }

  get(path: string, options?: CallOptions): Promise<Got> {
    return this.call('GET', path, undefined, options);
  }

  post(path: string, body?: object, options?: CallOptions): Promise<Got> {
    return this.call('POST', path, body, options);
  }

  async stop(): Promise<void> {
    await drain(this.server, 100);
    await this.http.close();
    await this.ledger.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
