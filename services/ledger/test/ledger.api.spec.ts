import { eventHash } from '@tallystick/decider';
import type { EventAnswer } from '../src/http/ledger.dto';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, type LedgerFixture, linkedReturn, purchase } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const FRIDAY = '2026-11-06T10:00:00.000Z';
const ACCOUNT = `/v1/accounts/${accountOf('m-1')}`;

let api: LedgerApi;
let ledger: LedgerFixture;

beforeAll(async () => {
  api = await LedgerApi.start(new Date().toISOString());
  ({ ledger } = api);
  await whenPurchaseQualifiedAccrue(ledger.application)(
    batchOf([
      purchase('m-1', 'P1', MONDAY, 100),
      purchase('m-1', 'P2', FRIDAY, 50, { returns: [linkedReturn('R2', FRIDAY, 20)] }),
      purchase('m-2', 'P3', FRIDAY, 7),
    ]),
  );
  await ledger.project(accountBookProjection.version, 500);
});

afterAll(() => api?.stop());

interface Got {
  readonly status: number;
  readonly body: { readonly items: EventAnswer[]; readonly next: string; readonly state: string };
}

async function call(
  method: string,
  path: string,
  body?: object,
  permissions?: string[],
  tenant?: string,
  key?: string,
): Promise<Got> {
  return (await api.call(method, path, body, { permissions, tenant, key })) as Got;
}

const get = (path: string, permissions?: string[], tenant?: string) =>
  call('GET', path, undefined, permissions, tenant);

describe('GET balance', () => {
  it('tells what an account holds of each asset', async () => {
    await expect(get(`${ACCOUNT}/balance`)).resolves.toMatchObject({
      status: 200,
      body: {
        balances: [
          { asset: 'GROWTH', available: '260', pending: '0', held: '0', uncollectable: '0', revision: 3 },
          { asset: 'POINTS', available: '130', pending: '0', held: '0', uncollectable: '0', revision: 3 },
        ],
      },
    });
  });

  it('knows no account of another tenant, none that is not there, and nothing that is no account id', async () => {
    for (const [path, tenant] of [
      [`${ACCOUNT}/balance`, 'other'],
      [`/v1/accounts/${accountOf('m-none')}/balance`, 'demo'],
      ['/v1/accounts/m-1/balance', 'demo'],
    ] as const) {
      await expect(get(path, ['*'], tenant)).resolves.toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });

  it('is for those who may read accounts', async () => {
    await expect(get(`${ACCOUNT}/balance`, ['events:read'])).resolves.toMatchObject({ status: 403 });
  });

  it('is as fresh as asked, or not given', async () => {
    await expect(get(`${ACCOUNT}/balance?min-position=1`)).resolves.toMatchObject({ status: 200 });
    await expect(get(`${ACCOUNT}/balance?min-position=99999`)).resolves.toMatchObject({
      status: 503,
      body: { code: 'projection-behind' },
    });
  });
});

describe('GET lots and GET statement', () => {
  it('give every lot once over pages', async () => {
    const first = await get(`${ACCOUNT}/lots?limit=1`);
    expect(first.body.items).toMatchObject([{ lot: 'till-1:P1:POINTS', granted: '100', available: '100' }]);
    const second = await get(`${ACCOUNT}/lots?limit=1&cursor=${first.body.next}`);
    expect(second.body.items).toMatchObject([
      { lot: 'till-1:P2:POINTS', granted: '50', available: '30', reversed: '20' },
    ]);
    expect(second.body).not.toHaveProperty('next');
  });

  it('give every movement once over pages, newest first, with what explains it', async () => {
    const first = await get(`${ACCOUNT}/statement?limit=2`);
    expect(first.body.items).toMatchObject([
      {
        revision: 3,
        type: 'PointsReversed',
        source: { source: 'till-1', id: 'R2' },
        purchase: { source: 'till-1', id: 'P2' },
        receipt: 'ab'.repeat(32),
        effectiveAt: FRIDAY,
        lots: [{ lot: 'till-1:P2:POINTS', asset: 'POINTS', amount: '20' }],
        postings: [
          { book: 'issuer-obligation', asset: 'POINTS', issuer: 'hotel', amount: '20' },
          { book: 'available', asset: 'POINTS', issuer: 'hotel', amount: '-20' },
          { book: 'issuer-obligation', asset: 'GROWTH', issuer: 'hotel', amount: '40' },
          { book: 'available', asset: 'GROWTH', issuer: 'hotel', amount: '-40' },
        ],
      },
      { revision: 2, type: 'PointsAccrued' },
    ]);
    const second = await get(`${ACCOUNT}/statement?limit=2&cursor=${first.body.next}`);
    expect(second.body.items).toMatchObject([{ revision: 1 }, { revision: 0, type: 'AccountOpened', postings: [] }]);
    expect(second.body).not.toHaveProperty('next');
  });
});

describe('GET balance, lots, statement and diff of another time', () => {
  const BEFORE = '2026-11-01T00:00:00.000Z';
  const recordedAt = async () => {
    const { body } = await get(`${ACCOUNT}/statement?limit=1`);
    return body.items[0]!.recordedAt;
  };

  it('tell what counted by an instant, and name the last event that was known and its hash', async () => {
    const { body } = await get(`${ACCOUNT}/balance?at=2026-11-03T00:00:00Z`);
    expect(body).toEqual({
      balances: [
        expect.objectContaining({ asset: 'GROWTH', available: '200', revision: 1 }),
        expect.objectContaining({ asset: 'POINTS', available: '100', breakage: '0', due: '0', revision: 1 }),
      ],
      seen: { revision: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    const lots = await get(`${ACCOUNT}/lots?at=2026-11-03T00:00:00Z`);
    expect(lots.body.items).toMatchObject([{ lot: 'till-1:P1:POINTS', store: 'hotel-1', available: '100' }]);
  });

  it('answer from the events as the read model does of now', async () => {
    const now = await get(`${ACCOUNT}/balance`);
    const folded = await get(`${ACCOUNT}/balance?at=2026-11-20T00:00:00Z`);
    expect(folded.body).toMatchObject(now.body);
    const [lots, lotsFolded] = [await get(`${ACCOUNT}/lots`), await get(`${ACCOUNT}/lots?at=2026-11-20T00:00:00Z`)];
    expect(lotsFolded.body).toEqual(lots.body);
    const lines = await get(`${ACCOUNT}/statement?limit=3`);
    const folding = `${ACCOUNT}/statement?at=2026-11-20T00:00:00Z&knownAt=${await recordedAt()}&limit=3`;
    const linesFolded = await get(folding);
    expect(linesFolded.body.items).toEqual(lines.body.items);
    const rest = await get(`${folding}&cursor=${linesFolded.body.next}`);
    expect(rest.body.items).toMatchObject([{ type: 'AccountOpened' }]);
  });

  it('know nothing that was recorded later, and refuse what will be known later than the log reaches', async () => {
    await expect(get(`${ACCOUNT}/balance?knownAt=${BEFORE}`)).resolves.toEqual({ status: 200, body: { balances: [] } });
    await expect(get(`${ACCOUNT}/balance?knownAt=2999-01-01T00:00:00Z`)).resolves.toMatchObject({
      status: 422,
      body: { code: 'known-at-beyond-head' },
    });
    await expect(get(`${ACCOUNT}/balance?at=yesterday`)).resolves.toMatchObject({
      status: 422,
      body: { code: 'timestamp-invalid' },
    });
  });

  it('explain a difference by the events that came to be known', async () => {
    const to = await recordedAt();
    const { body } = await get(`${ACCOUNT}/diff?from=${BEFORE}&to=${to}&at=2026-11-03T00:00:00Z`);
    expect(body).toMatchObject({
      events: [
        { revision: 0, type: 'AccountOpened' },
        { revision: 1, type: 'PointsAccrued', effectiveAt: MONDAY },
      ],
      due: [],
      changes: [
        { asset: 'GROWTH', book: 'available', amount: '200' },
        { asset: 'GROWTH', book: 'issuer-obligation', amount: '-200' },
        { asset: 'POINTS', book: 'available', amount: '100' },
        { asset: 'POINTS', book: 'issuer-obligation', amount: '-100' },
      ],
    });
    await expect(get(`${ACCOUNT}/diff?from=${to}&to=${BEFORE}`)).resolves.toMatchObject({
      status: 422,
      body: { code: 'known-at-reversed' },
    });
  });

  it('know no account of another tenant', async () => {
    for (const path of ['balance?at=2026-11-03T00:00:00Z', `diff?from=${BEFORE}&to=${BEFORE}`]) {
      await expect(get(`${ACCOUNT}/${path}`, ['*'], 'other')).resolves.toMatchObject({ status: 404 });
    }
  });
});

describe('GET events', () => {
  it('gives the bytes from which every hash of the log is made', async () => {
    const { body } = await get('/v1/events?max=4');
    const rest = await get(`/v1/events?after=${body.next}`);
    const events: EventAnswer[] = [...body.items, ...rest.body.items];
    expect([body.state, rest.body.state]).toEqual(['more', 'head']);
    expect(events.length).toBeGreaterThanOrEqual(6);
    const heads = new Map<string, string>();
    for (const event of events) {
      const bytes = (text = '') => Buffer.from(text, 'base64');
      const { stream, revision, id, type, version, data, metadata, prevHash, hash } = event;
      const parts = { data: bytes(data), metadata: bytes(metadata), prevHash: bytes(prevHash) };
      expect(eventHash({ stream, revision, id, type, version, ...parts }).toString('base64')).toBe(hash);
      expect(prevHash).toBe(heads.get(stream) ?? Buffer.alloc(32).toString('base64'));
      heads.set(stream, hash);
    }
  });

  it('gives none of another tenant, and refuses who may not read events', async () => {
    await expect(get('/v1/events', ['events:read'], 'other')).resolves.toMatchObject({
      status: 200,
      body: { items: [] },
    });
    await expect(get('/v1/events', ['accounts:read'])).resolves.toMatchObject({ status: 403 });
    await expect(get('/v1/events?after=x')).resolves.toMatchObject({ status: 422, body: { code: 'position-invalid' } });
  });
});

describe('PUT assets', () => {
  const assets = [
    { asset: 'POINTS', kind: 'points', unitCost: '1/100' },
    { asset: 'COUNT-COFFEE', kind: 'score' },
  ];

  it('declares what is new and answers how much that was', async () => {
    await expect(call('PUT', '/v1/assets', { assets })).resolves.toEqual({ status: 200, body: { declared: 2 } });
    await expect(call('PUT', '/v1/assets', { assets })).resolves.toEqual({ status: 200, body: { declared: 0 } });
    await expect(get('/v1/assets')).resolves.toMatchObject({
      body: {
        items: [
          { asset: 'COUNT-COFFEE', unitCost: '0', scale: 0 },
          { asset: 'POINTS', unitCost: '1/100' },
        ],
      },
    });
  });

  it('answers a repeated request as before, whatever was declared since', async () => {
    const declare = (unitCost: string, key?: string) => {
      const coffee = [{ asset: 'COFFEE', kind: 'points', unitCost }];
      return call('PUT', '/v1/assets', { assets: coffee }, ['*'], 'demo', key);
    };
    const first = await declare('1/100', 'once');
    await declare('2/100');
    await expect(declare('1/100', 'once')).resolves.toEqual(first);
    const { body } = await get('/v1/assets');
    expect(body.items).toContainEqual(expect.objectContaining({ asset: 'COFFEE', unitCost: '2/100' }));
  });

  it('refuses what can no longer be', async () => {
    await expect(call('PUT', '/v1/assets', { assets: [{ asset: 'GROWTH', kind: 'points' }] })).resolves.toMatchObject({
      status: 409,
      body: { code: 'asset-kind-fixed' },
    });
  });

  it('keeps what an asset is granted and redeemed by, and names the part that cannot be', async () => {
    const policy = {
      expiry: { endOf: 'year', plus: 1 },
      clawback: 'floor:500',
      cancelGraceDays: 0,
      holdTtlSeconds: { default: 60, most: 3_600 },
    };
    const miles = (part: object) => ({ assets: [{ asset: 'MILES', kind: 'points', policy: { ...policy, ...part } }] });
    await expect(call('PUT', '/v1/assets', miles({}))).resolves.toMatchObject({ status: 200, body: { declared: 1 } });
    const { body } = await get('/v1/assets');
    expect(body.items).toContainEqual({ asset: 'MILES', kind: 'points', scale: 0, unitCost: '0', policy });
    await expect(call('PUT', '/v1/assets', miles({ maturity: { days: 1, on: 'shipped' } }))).resolves.toMatchObject({
      status: 422,
      body: { code: 'asset-policy-invalid', facts: { asset: 'MILES', part: 'maturity' } },
    });
    await expect(call('PUT', '/v1/assets', miles({ expiry: { days: 0 } }))).resolves.toMatchObject({ status: 422 });
  });
});
