import { createPool, type Pool } from '@tallystick/postgres';
import { startTestDatabase, type TestDatabase } from '@tallystick/testing';
import { type BootedServices, bootServices, type Host, hostServices } from '../src';
import { BootedPair, DEFINITIONS } from './booted-pair';
import { counterDefinition, echoDefinition } from './two-services';

let pair: BootedPair;
let database: TestDatabase;
let pool: Pool;
let booted: BootedServices;
let host: Host;
let dataFolder: string;

beforeAll(async () => {
  pair = await BootedPair.start('hosting');
  ({ database, pool, booted, host, dataFolder } = pair);
}, 60_000);

afterAll(() => pair.stop());

const token: BootedPair['token'] = (...of) => pair.token(...of);
const add: BootedPair['add'] = (...of) => pair.add(...of);

interface Status {
  readonly services: readonly {
    readonly service: string;
    readonly head: string;
    readonly hops: readonly {
      readonly consumer: string;
      readonly topic: string;
      readonly position: string;
      readonly behind: number;
    }[];
  }[];
}

async function status(): Promise<Status> {
  const answer = await fetch(`${host.url}/v1/status`, { headers: { authorization: await token(['status:read']) } });
  return (await answer.json()) as Status;
}

/** Resolves when every hop has come to the head of the counter's log, by a look that is younger than the head. */
async function settled(): Promise<Status> {
  for (let last = await status(); ; last = await status()) {
    const hops = last.services.flatMap((service) => service.hops);
    const head = last.services.find(({ service }) => service === 'counter')?.head ?? '';
    if (hops.length > 0 && hops.every(({ behind, position }) => behind === 0 && position >= head)) return last;
  }
}

describe('Services in one process', () => {
  it('answer on one port and hear each other', async () => {
    expect(await add('a', '5', 'k-1')).toBe('201 {"counter":"a","by":"5","sum":"5"}');
    expect(await add('a', '6', 'k-2')).toBe('201 {"counter":"a","by":"6","sum":"11"}');
    expect(await add('a', '5', 'k-1')).toBe('201 {"counter":"a","by":"5","sum":"5"}');
    await settled();
    const heard = await pool.query('select counter, revision, by_amount from echo.heard order by revision');
    expect(heard.rows).toEqual([
      { counter: 'a', revision: 0, by_amount: '5' },
      { counter: 'a', revision: 1, by_amount: '6' },
    ]);
  });

  it('keep the rows of their projections', async () => {
    await settled();
    const { rows } = await pool.query('select counter, sum from counter.sums');
    expect(rows).toEqual([{ counter: 'counter-demo_a', sum: '11' }]);
  });

  it('write the correlation id of the request into their events', async () => {
    const { rows } = await pool.query<{ metadata: Buffer }>(
      'select metadata from counter.event order by position limit 1',
    );
    expect(JSON.parse(String(rows[0]?.metadata))).toMatchObject({ actor: 'user:ops', correlationId: 'c-k-1' });
  });

  it('tell each hop with its position and each log with its head', async () => {
    await add('b', '1', 'k-3');
    const { services } = await settled();
    const head = services.find(({ service }) => service === 'counter')?.head;
    const hop = services.find(({ service }) => service === 'echo')?.hops[0];
    expect(hop).toMatchObject({ consumer: 'echo', topic: 'counter.added.v1', behind: 0, partitions: 12 });
    expect(head).toMatch(/^[0-9]{20}$/);
  });

  it('keep their status from those who may not see it', async () => {
    const asked = async (authorization?: string) =>
      (await fetch(`${host.url}/v1/status`, { headers: authorization ? { authorization } : {} })).status;
    expect([await asked(), await asked(await token(['counters:write']))]).toEqual([401, 403]);
  });

  it('are live and ready, each probe named', async () => {
    const live = await fetch(`${host.url}/health/live`);
    const ready = await fetch(`${host.url}/health/ready`);
    expect([live.status, ready.status]).toEqual([200, 200]);
    const { services } = (await ready.json()) as {
      services: { service: string; probes: { name: string; ok: boolean }[] }[];
    };
    expect(services.find(({ service }) => service === 'echo')?.probes.map(({ name, ok }) => [name, ok])).toEqual([
      ['postgres', true],
      ['bus', true],
    ]);
  });

  it('show their figures by service to those inside only (case 94)', async () => {
    const page = await (await fetch(`${host.url}/metrics`)).text();
    expect(page).toMatch(/tally_bus_records_total\{topic="counter\.added\.v1",outcome="done",service="echo"\} 3/);
    expect(page).toMatch(
      /tally_http_request_seconds_count\{method="POST",route="\/v1\/counters\/:id",status="201",service="counter"\}/,
    );
    const outside = await fetch(`${host.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect([outside.status, ((await outside.json()) as { code: string }).code]).toEqual([404, 'not-found']);
  });

  it.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/', 404],
    ['GET', '/v1/counters', 404],
    ['POST', '/health/live', 405],
    ['DELETE', '/v1/counters/a', 405],
  ])('answer %s %s with a problem of status %i', async (method, path, expected) => {
    const answer = await fetch(host.url + path, { method });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      expected,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('print their routes at /docs/<service>/openapi.json', async () => {
    const document = (await (await fetch(`${host.url}/docs/counter/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/v1/counters/{id}');
  });

  it('run under roles that may read the logs they hear and change none', async () => {
    const [, echo] = booted.services;
    const { rows } = (await echo?.resources.pool.query('select count(*)::integer as n from counter.event')) ?? {
      rows: [],
    };
    expect(rows[0]?.n).toBeGreaterThan(0);
    await expect(echo?.resources.pool.query('delete from counter.event')).rejects.toThrow('permission denied');
    await expect(booted.services[0]?.resources.pool.query('update counter.event set type = $1', ['X'])).rejects.toThrow(
      'permission denied',
    );
  });
});

describe('A record that a consumer gave up', () => {
  const asked = async (path: string, permissions: readonly string[], init: RequestInit = {}, tenant = 'demo') => {
    const headers = {
      authorization: await token(permissions, tenant),
      'content-type': 'application/json',
      'idempotency-key': 'redrive-1',
      ...(init.headers as Record<string, string>),
    };
    const answer = await fetch(`${host.url}/v1/operations/${path}`, { ...init, headers });
    return {
      status: answer.status,
      body: (await answer.json()) as { code?: string; items?: { id: string; code: string }[] },
    };
  };

  it('is listed with its code, and taken once when operations ask for it with a reason (case 61)', async () => {
    await pool.query("insert into echo.refused values ('x')");
    await add('x', '3', 'k-x');
    await settled();
    const { body } = await asked('echo/dead-letters', ['operations:read']);
    expect(body.items?.map(({ code }) => code)).toEqual(['counter-unwanted']);
    await pool.query('delete from echo.refused');
    const redrive = {
      method: 'POST',
      body: JSON.stringify({ ids: body.items?.map(({ id }) => id), reason: 'mended' }),
    };
    const forbidden = { status: 403, body: { code: 'forbidden' } };
    expect(await asked('echo/dead-letters/redrive', ['operations:read'], redrive)).toMatchObject(forbidden);
    const first = await asked('echo/dead-letters/redrive', ['operations:redrive'], redrive);
    expect([first.status, await asked('echo/dead-letters/redrive', ['operations:redrive'], redrive)]).toEqual([
      202,
      first,
    ]);
    const heard = await pool.query("select by_amount from echo.heard where counter = 'x'");
    const audit = await pool.query('select asked_by, reason, answer from echo.redrive order by at');
    expect(heard.rows).toEqual([{ by_amount: '3' }]);
    expect(audit.rows[0]).toEqual({ asked_by: 'user:ops', reason: 'mended', answer: 'done' });
    expect((await asked('echo/dead-letters', ['operations:read'])).body.items).toEqual([]);
  });

  it('is there for its own tenant only; that of nobody for who runs the installation', async () => {
    await pool.query("insert into echo.refused values ('x')");
    await add('x', '4', 'k-x-2');
    await settled();
    const listed = async (tenant: string, ...more: string[]) =>
      (await asked('echo/dead-letters', ['operations:read', ...more], {}, tenant)).body.items?.map(({ id }) => id) ??
      [];
    const [id] = await listed('demo');
    expect([typeof id, await listed('other')]).toEqual(['string', []]);
    const headers = (key: string): RequestInit => ({
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: JSON.stringify({ ids: [id], reason: key }),
    });
    expect((await asked('echo/dead-letters/redrive', ['operations:redrive'], headers('theirs'), 'other')).status).toBe(
      202,
    );
    expect(await listed('demo')).toEqual([id]);
    await pool.query('update echo.dead_letter set tenant = null where id = $1', [id]);
    expect(await Promise.all([listed('demo'), listed('other', 'operations:platform'), listed('other', '*')])).toEqual([
      ...[[], [], []],
    ]);
    expect([await listed('demo', 'operations:platform'), await listed('demo', '*')]).toEqual([[id], [id]]);
    const redriven = async (key: string, ...more: string[]): Promise<unknown> => {
      await asked('echo/dead-letters/redrive', ['operations:redrive', ...more], headers(key));
      return (await pool.query('select answer from echo.redrive where dead_letter = $1', [id])).rows;
    };
    expect(await redriven('not-ours')).toEqual([]);
    expect(await redriven('ours', 'operations:platform')).toEqual([{ answer: 'refused' }]);
    await pool.query('delete from echo.redrive where dead_letter = $1', [id]);
    await pool.query('delete from echo.refused');
    await pool.query('delete from echo.dead_letter where id = $1', [id]);
  });

  it('is one that makes its handler throw every time; the topic goes on without it', async () => {
    await add('breaks', '1', 'k-broken');
    await add('goes-on', '2', 'k-goes-on');
    await settled();
    const given = await pool.query("select code, detail from echo.dead_letter where code = 'defect'");
    const heard = await pool.query("select by_amount from echo.heard where counter = 'goes-on'");
    expect([given.rows, heard.rows]).toEqual([[{ code: 'defect', detail: 'TypeError' }], [{ by_amount: '2' }]]);
  }, 30_000);

  it('of a service that is not here is not found', async () => {
    expect((await asked('nobody/dead-letters', ['operations:read'])).status).toBe(404);
  });
});

describe('A second starter at the same moment', () => {
  it('comes up beside the first, on an empty database', async () => {
    const empty = await startTestDatabase();
    const environment = { DATABASE_URL: empty.url, TALLY_DATA: dataFolder };
    const starters = await Promise.all([
      bootServices(DEFINITIONS, environment),
      bootServices(DEFINITIONS, environment),
    ]);
    for (const starter of starters) expect((await starter.services[0]?.health.ready())?.ok).toBe(true);
    await Promise.all(starters.map((starter) => starter.close()));
    await empty.drop();
  }, 60_000);
});

describe('A boot', () => {
  it('fails in production where no issuer is set (case 88)', async () => {
    const environment = {
      DATABASE_URL: database.url,
      TALLY_DATA: dataFolder,
      NODE_ENV: 'production',
      TALLY_SEAL_KEY: Buffer.alloc(32).toString('base64'),
      TALLY_CURSOR_KEY: Buffer.alloc(32).toString('base64'),
    };
    await expect(bootServices([counterDefinition], environment)).rejects.toThrow('not for production');
  });

  it.each([
    ['bus-changed', 'TALLY_BUS', { TALLY_BUS: 'kafka', KAFKA_BROKERS: '127.0.0.1:9' }],
    ['store-changed', 'TALLY_STORE', { TALLY_STORE: 'eventstoredb', EVENTSTOREDB_URL: 'esdb://127.0.0.1:9' }],
  ])('fails as %s where the database began with another %s', async (code, setting, changed) => {
    const environment = { DATABASE_URL: database.url, TALLY_DATA: dataFolder, ...changed };
    const refused = bootServices(DEFINITIONS, environment);
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^${code}: .* began with ${setting}=postgres .* set ${setting}=postgres`),
      ),
    });
  });

  const another = [
    ['migration event-log/0001-event-log', 'migration-changed: schema counter was made from another text of '],
    ['projection sums v1', 'projection-changed: the tables of '],
  ] as const;
  it.each(another)('fails where %s said something else when it was applied', async (what, message) => {
    const older = await startTestDatabase();
    const environment = { DATABASE_URL: older.url, TALLY_DATA: dataFolder };
    const owner = createPool(older.url, { max: 1, applicationName: 'boot-spec' });
    try {
      await (await bootServices(DEFINITIONS, environment)).close();
      await owner.query("update counter.made_from set digest = 'of another text' where what = $1", [what]);
      await expect(bootServices(DEFINITIONS, environment)).rejects.toThrow(message + what);
    } finally {
      await owner.end();
      await older.drop();
    }
  });

  it('fails with the local issuer on an address that others reach', async () => {
    const environment = { DATABASE_URL: database.url, TALLY_DATA: dataFolder, TALLY_HOST: '0.0.0.0' };
    await expect(bootServices([counterDefinition], environment)).rejects.toThrow('for loopback only');
  });

  it('fails where two services name one address', async () => {
    const twin = { ...echoDefinition, paths: ['counters'] };
    const both = await bootServices([counterDefinition, twin], { DATABASE_URL: database.url, TALLY_DATA: dataFolder });
    await expect(hostServices(both, { port: 0 })).rejects.toThrow('/v1/counters belongs to counter and echo');
    await both.close();
  });
});
