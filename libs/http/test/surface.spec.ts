import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { Metrics, startTracing } from '@tallystick/observability';
import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { createHttpApp, Cursors, IdempotencyStore, Inside, Permission } from '../src';
import { createIdempotencyTable } from './idempotency-table';
import { refusalOf, startTinyService, type TinyService } from './tiny-service';

let database: TestDatabase;
let pool: Pool;
let service: TinyService;
const dataFolder = mkdtempSync(join(tmpdir(), 'tallystick-http-'));

beforeAll(async () => {
  database = await startTestDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'surface-spec' });
  await createIdempotencyTable(pool);
  service = await startTinyService(dataFolder, new IdempotencyStore(pool));
}, 60_000);

afterAll(async () => {
  await service.close();
  await pool.end();
  await database.drop();
  rmSync(dataFolder, { recursive: true });
});

@Controller('open')
class OpenController {
  @Get()
  read() {
    return {};
  }
}

@Controller('unsafe')
class UnsafeController {
  @Permission('unsafe:write')
  @Post()
  write() {
    return {};
  }
}

async function boot(controller: new () => object): Promise<void> {
  @Module({ controllers: [controller] })
  class OneController {}
  const app = await createHttpApp({
    service: 'one',
    module: { module: OneController },
    authenticator: {
      authenticate: () => {
        throw new Error('nobody calls');
      },
    },
    cursors: new Cursors(Buffer.alloc(32)),
    idempotency: new IdempotencyStore(pool),
    metrics: new Metrics('one'),
    inside: new Inside(),
    api: { title: 'One', version: '1' },
  });
  try {
    await app.open();
  } finally {
    await app.close();
  }
}

describe('A boot', () => {
  it('fails on a route that declares no permission', async () => {
    await expect(boot(OpenController)).rejects.toThrow('routes without @Permission: GET /v1/open');
  });

  it('fails on a changing route that takes no idempotency key', async () => {
    await expect(boot(UnsafeController)).rejects.toThrow('changing routes without @Idempotent: POST /v1/unsafe');
  });
});

describe('A request', () => {
  it('is a span of the trace it came with, named by its route', async () => {
    const exporter = new InMemorySpanExporter();
    const kept: string[] = [];
    exporter.export = (spans, done) => {
      for (const { name, attributes, parentSpanContext } of spans) {
        const { 'http.response.status_code': status, 'tallystick.service': of } = attributes;
        kept.push(`${name} ${status} ${of} in ${parentSpanContext?.traceId} ${parentSpanContext?.spanId}`);
      }
      done({ code: 0 });
    };
    const stop = startTracing({}, exporter);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await service.get('/v1/transfers/known', { traceparent });
    await stop();
    expect(kept).toEqual(['GET /v1/transfers/:id 200 tiny in 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7']);
  });
});

describe('An address', () => {
  it('with an id that is none is id-invalid (case 38)', async () => {
    expect(await refusalOf(service.get(`/v1/transfers/${encodeURIComponent("' OR 1=1--")}`))).toBe(
      '422 id-invalid /id',
    );
  });

  it('that no route has is 404, with a method that its routes lack 405 and what they allow', async () => {
    expect(await refusalOf(service.get('/v1/nothing'))).toBe('404 not-found');
    const answer = await fetch(`${service.url}/v1/transfers/x`, { method: 'DELETE' });
    expect([answer.headers.get('allow'), await refusalOf(answer)]).toEqual(['GET', '405 method-not-allowed']);
  });

  it('of the API page exists only inside (case 94)', async () => {
    expect((await fetch(`${service.url}/docs/tiny`)).status).toBe(200);
    const forwarded = { headers: { 'x-forwarded-for': '203.0.113.9' } };
    for (const path of ['/docs/tiny', '/docs/tiny/openapi.json', '/docs/tiny/swagger-ui-bundle.js']) {
      expect(await refusalOf(fetch(service.url + path, forwarded))).toBe('404 not-found');
    }
  });
});

interface Described {
  readonly paths: Record<
    string,
    Record<string, { 'x-permission': string; responses: Record<string, { 'x-codes': string[] }> }>
  >;
}

describe('The OpenAPI document', () => {
  it('names exactly the routes that are answered, with their permissions (case 94)', async () => {
    const { paths } = (await (await fetch(`${service.url}/docs/tiny/openapi.json`)).json()) as Described;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => `${method.toUpperCase()} ${path} ${operation['x-permission']}`,
      ),
    );
    expect(described.toSorted()).toEqual([
      'GET /v1/transfers transfers:read',
      'GET /v1/transfers/{id} transfers:read',
      'POST /v1/purchases purchases:write',
      'POST /v1/transfers transfers:write',
    ]);
    expect(described.length).toBe(service.http.routes.all().filter(({ url }) => url.startsWith('/v1')).length);
  });

  it('tells the refusals of the decider by status', async () => {
    const { paths } = (await (await fetch(`${service.url}/docs/tiny/openapi.json`)).json()) as Described;
    expect(paths['/v1/transfers']?.['post']?.responses['409']?.['x-codes']).toEqual([
      'idempotency-in-progress',
      'insufficient-points',
    ]);
  });

  it('has no reference that leads nowhere', async () => {
    const text = await (await fetch(`${service.url}/docs/tiny/openapi.json`)).text();
    const { schemas } = (JSON.parse(text) as { components: { schemas: object } }).components;
    const named = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(named.filter((reference) => !Object.hasOwn(schemas, reference?.split('/').at(-1) ?? ''))).toEqual([]);
  });

  it('is shown on a page that loads nothing from elsewhere', async () => {
    const html = await (await fetch(`${service.url}/docs/tiny`)).text();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(expect.arrayContaining(['/docs/tiny/swagger-ui-bundle.js']));
    for (const address of addresses) expect((await fetch(service.url + address)).status).toBe(200);
  });
});
