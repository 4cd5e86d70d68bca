import { accountId } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { type Got, LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, purchase, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T12:00:00.000Z';
const LATER = '2026-11-06T13:00:00.000Z';

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
});

beforeEach(() => {
  api.now = NOON;
});

afterAll(() => api?.stop());

/** The holds path of a new member with so many points. */
async function memberWith(points: number): Promise<{ member: string; account: string; holds: string }> {
  const { member, account } = await api.ledger.memberWith(points, EARNED);
  return { member, account, holds: `/v1/accounts/${account}/holds` };
}

const hold = (holdId: string, amount: string, more: object = {}) => ({
  holdId,
  asset: 'POINTS',
  amount,
  unit: 'market',
  ...more,
});

/** What the account's stream says is free, held and redeemed. */
async function booksOf(account: string) {
  const { state } = await api.ledger.application.accounts.load(TENANT, account);
  const { available, held, redeemed } = state.books.get('POINTS')!;
  return { available, held, redeemed };
}

describe('a two-phase hold (E27)', () => {
  it('of 123 is captured as 123, or as 100 with 23 released, or released', async () => {
    for (const [end, body, captured, released] of [
      ['capture', { amount: '123', unit: 'market' }, '123', '0'],
      ['capture', { amount: '100', unit: 'market' }, '100', '23'],
      ['release', undefined, '0', '123'],
    ] as const) {
      const { account, holds } = await memberWith(200);
      await expect(api.post(holds, hold('h-1', '123'))).resolves.toMatchObject({
        status: 201,
        body: { holdId: 'h-1', state: 'open', amount: '123', until: '2026-11-06T12:15:00.000Z' },
      });
      await expect(booksOf(account)).resolves.toEqual({ available: 77n, held: 123n, redeemed: 0n });
      await expect(api.post(`${holds}/h-1/${end}`, body)).resolves.toMatchObject({
        status: 200,
        body: { holdId: 'h-1', captured, released },
      });
      await expect(booksOf(account)).resolves.toEqual({
        available: 200n - BigInt(captured),
        held: 0n,
        redeemed: BigInt(captured),
      });
    }
  });

  it('refuses to capture 124 and stays open', async () => {
    const { account, holds } = await memberWith(200);
    await api.post(holds, hold('h-1', '123'));
    await expect(api.post(`${holds}/h-1/capture`, { amount: '124', unit: 'market' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'capture-exceeds-hold', facts: { held: '123' } },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 77n, held: 123n, redeemed: 0n });
    await expect(
      api.post(`${holds}/h-1/capture`, { amount: '124', beyondHold: true, unit: 'market' }),
    ).resolves.toMatchObject({ status: 200, body: { captured: '124' } });
  });

  it('answers the same resolution as it did first and refuses another one', async () => {
    const { holds } = await memberWith(200);
    await api.post(holds, hold('h-1', '123'));
    const capture = { amount: '100', unit: 'market' };
    const first = await api.post(`${holds}/h-1/capture`, capture, { key: 'capture-once' });
    await expect(api.post(`${holds}/h-1/capture`, capture, { key: 'capture-once' })).resolves.toEqual(first);
    await expect(api.post(`${holds}/h-1/capture`, capture)).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    for (const [end, body] of [
      ['capture', { amount: '123', unit: 'market' }],
      ['capture', { ...capture, store: 'market-2' }],
      ['release', undefined],
    ] as const) {
      const refused = await api.post(`${holds}/h-1/${end}`, body);
      expect(refused).toMatchObject({ status: 409, body: { code: 'hold-ended' } });
    }
  });
});

describe('placing a hold', () => {
  it('takes the lots that its caller names', async () => {
    const { member, account, holds } = await memberWith(100);
    const lot = `till-1:P-${member}:POINTS`;
    await expect(api.post(holds, hold('h-1', '60', { lots: [{ lot, amount: '60' }] }))).resolves.toMatchObject({
      status: 201,
      body: { amount: '60' },
    });
    await expect(api.post(holds, hold('h-1', '60'))).resolves.toMatchObject({ body: { code: 'hold-conflict' } });
    await expect(api.post(holds, hold('h-2', '60', { lots: [{ lot, amount: '60' }] }))).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', facts: { available: '40' } },
    });
    await expect(api.post(holds, hold('h-2', '40', { lots: [{ lot, amount: '30' }] }))).resolves.toMatchObject({
      status: 422,
      body: { code: 'slices-mismatch' },
    });
    await expect(booksOf(account)).resolves.toMatchObject({ available: 40n, held: 60n });
  });

  it('answers a repeated request as before, whatever became of the hold since', async () => {
    const { holds } = await memberWith(100);
    const first = await api.post(holds, hold('h-1', '60'), { key: 'place-once' });
    await api.post(`${holds}/h-1/capture`, { unit: 'market' });
    await expect(api.post(holds, hold('h-1', '60'), { key: 'place-once' })).resolves.toEqual(first);
    await expect(api.post(holds, hold('h-1', '60'))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(holds, hold('h-1', '61'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'hold-conflict' },
    });
  });

  it('46: lets one of 64 parallel holds of 100 on a balance of 100 pass', async () => {
    const { account, holds } = await memberWith(100);
    const answers = await Promise.all(Array.from({ length: 64 }, (_, n) => api.post(holds, hold(`h-${n}`, '100'))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['code'] === 'insufficient-points')).toHaveLength(63);
    await expect(booksOf(account)).resolves.toEqual({ available: 0n, held: 100n, redeemed: 0n });
  });

  it('refuses every amount that is none and writes nothing (cases 1, 2, 3, 5 and 7 to 12)', async () => {
    const { account, holds } = await memberWith(100);
    for (const [amount, code] of [
      ['-5', 'amount-invalid'],
      ['0', 'amount-invalid'],
      [10, 'schema-invalid'],
      [true, 'schema-invalid'],
      ['9223372036854775808', 'amount-out-of-range'],
      ['NaN', 'amount-invalid'],
      ['1.5', 'amount-scale'],
      ['', 'amount-invalid'],
      ['0x10', 'amount-invalid'],
      ['１２', 'amount-invalid'],
      ['007', 'amount-invalid'],
      ['9000000000000001', 'amount-out-of-range'],
    ] as const) {
      const got = await api.post(holds, { ...hold('h-1', '1'), amount });
      expect([amount, got.status, got.body['code']]).toEqual([amount, 422, code]);
    }
    await expect(booksOf(account)).resolves.toEqual({ available: 100n, held: 0n, redeemed: 0n });
  });

  it('refuses more seconds than the asset allows, an unknown account, another tenant and a foreign unit', async () => {
    const { holds } = await memberWith(100);
    await expect(api.post(holds, hold('h-1', '1', { ttlSeconds: 86_401 }))).resolves.toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/ttlSeconds', code: 'ttl-too-long' }] },
    });
    const nowhere = `/v1/accounts/${accountOf('m-nobody')}/holds`;
    for (const [path, options] of [
      [nowhere, {}],
      ['/v1/accounts/m-1/holds', {}],
      [holds, { tenant: 'other' }],
      [holds, { unit: 'park' }],
    ] as const) {
      await expect(api.post(path, hold('h-1', '1'), options)).resolves.toMatchObject({
        status: 404,
        body: { code: 'not-found' },
      });
    }
    await expect(api.post(holds, hold('h-1', '1'), { permissions: ['accounts:read'] })).resolves.toMatchObject({
      status: 403,
    });
  });
});

/** Lets another process of the service book what time has done to an account by an instant; says whether that was anything. */
async function lapse(account: string, at: string): Promise<Got> {
  const command = { kind: 'pass-time', tenant: TENANT, account, at: instant(at) } as const;
  const { results } = await api.ledger.application.accounts.executeMany([
    { stream: accountStream(TENANT, account), command, metadata: { actor: 'svc:ledger', commandId: account } },
  ]);
  return { status: results[0]!.kind === 'appended' ? 200 : 409, body: { code: 'hold-ended' } };
}

describe('the policy of an asset', () => {
  it('says how long a hold lives where its caller says nothing, and at most', async () => {
    const account = accountId(TENANT, 'strict', 'm-strict');
    const earned = purchase('m-strict', 'P-strict', EARNED, 100, { program: 'strict', account });
    await whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([earned]));
    const holds = `/v1/accounts/${account}/holds`;
    const points = { asset: 'POINTS', kind: 'points', policy: { holdTtlSeconds: { default: 60, most: 120 } } };
    await api.call('PUT', '/v1/assets', { assets: [points] }, { program: 'strict' });
    const strict = { program: 'strict' };
    await expect(api.post(holds, hold('h-1', '1'), strict)).resolves.toMatchObject({
      body: { until: '2026-11-06T12:01:00.000Z' },
    });
    await expect(api.post(holds, hold('h-2', '1', { ttlSeconds: 120 }), strict)).resolves.toMatchObject({
      status: 201,
    });
    await expect(api.post(holds, hold('h-3', '1', { ttlSeconds: 121 }), strict)).resolves.toMatchObject({
      status: 422,
    });
  });
});

describe('the end of a hold', () => {
  it('47: capture, release and lapse at once leave one winner, and the others are told that the hold has ended', async () => {
    for (let round = 0; round < 9; round += 1) {
      const { account, holds } = await memberWith(100);
      await api.post(holds, hold('h-1', '100', { ttlSeconds: 60 }));
      const ends = [
        () => api.post(`${holds}/h-1/capture`, { unit: 'market' }),
        () => api.post(`${holds}/h-1/release`),
        () => lapse(account, LATER),
      ];
      const inTurn = [...ends.slice(round % 3), ...ends.slice(0, round % 3)];
      const answers = await Promise.all(inTurn.map((end) => end()));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      for (const { status, body } of answers) if (status === 409) expect(body['code']).toBe('hold-ended');
      const { available, held, redeemed } = await booksOf(account);
      expect([held, available + redeemed]).toEqual([0n, 100n]);
    }
  });

  it('48: a hold at the instant at which its lot ends gets the points or is told that there are none', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { account, holds } = await memberWith(0);
      const credit = { adjustmentId: 'a-1', asset: 'POINTS', amount: '100', reason: 'goodwill', unit: 'market' };
      await api.post(`/v1/accounts/${account}/adjustments`, { ...credit, expiresAt: LATER });
      api.now = '2026-11-06T12:59:59.999Z';
      const both = [() => api.post(holds, hold('h-1', '100')), () => lapse(account, LATER)];
      const [one, other] = await Promise.all((round % 2 ? both : both.reverse()).map((call) => call()));
      const { status, body } = round % 2 ? one! : other!;
      expect([201, 409]).toContain(status);
      if (status === 409) expect(body['code']).toBe('insufficient-points');
      const { state } = await api.ledger.application.accounts.load(TENANT, account);
      const { available, held, breakage } = state.books.get('POINTS')!;
      expect([available, held, breakage]).toEqual(status === 201 ? [0n, 100n, 0n] : [0n, 0n, 100n]);
      api.now = NOON;
    }
  });

  it('comes with its time: what is late for it is refused, and its points are free', async () => {
    const { holds } = await memberWith(100);
    await api.post(holds, hold('h-1', '100', { ttlSeconds: 60 }));
    api.now = LATER;
    await expect(api.post(`${holds}/h-1/capture`, { unit: 'market' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'hold-ended', facts: { state: 'lapsed' } },
    });
    await expect(api.post(holds, hold('h-2', '100'))).resolves.toMatchObject({ status: 201 });
  });
});

describe('the cancellation of a redemption', () => {
  it('gives back what is asked, once, and never more than was redeemed', async () => {
    const { account, holds } = await memberWith(100);
    await api.post(holds, hold('h-1', '100'));
    await expect(api.post(`${holds}/h-1/cancellations`, { cancellationId: 'c-0' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'hold-not-captured' },
    });
    await api.post(`${holds}/h-1/capture`, { unit: 'market' });
    const part = { cancellationId: 'c-1', amount: '30' };
    const first = await api.post(`${holds}/h-1/cancellations`, part);
    expect(first).toMatchObject({ status: 201, body: { cancellationId: 'c-1', holdId: 'h-1', amount: '30' } });
    await expect(api.post(`${holds}/h-1/cancellations`, part)).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(
      api.post(`${holds}/h-1/cancellations`, { cancellationId: 'c-2', amount: '71' }),
    ).resolves.toMatchObject({ status: 409, body: { code: 'cancel-exceeds-redemption', facts: { left: '70' } } });
    await expect(api.post(`${holds}/h-1/cancellations`, { cancellationId: 'c-3' })).resolves.toMatchObject({
      status: 201,
      body: { amount: '70' },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 100n, held: 0n, redeemed: 0n });
  });
});

describe('GET holds', () => {
  it('shows each hold and how it ended, by name and by state', async () => {
    const { holds } = await memberWith(100);
    await api.post(holds, hold('h-1', '40', { store: 'market-1' }));
    await api.post(holds, hold('h-2', '50'));
    await api.post(`${holds}/h-1/capture`, { amount: '30', unit: 'market' });
    await api.ledger.project(accountBookProjection.version, 500);
    const captured = {
      holdId: 'h-1',
      state: 'captured',
      amount: '40',
      captured: '30',
      cancelled: '0',
      store: 'market-1',
    };
    await expect(api.get(`${holds}/h-1`)).resolves.toMatchObject({ status: 200, body: captured });
    await expect(api.get(`${holds}/h-3`)).resolves.toMatchObject({ status: 404 });
    await expect(api.get(`${holds}/h-1`, { tenant: 'other' })).resolves.toMatchObject({ status: 404 });
    const { body } = await api.get(`${holds}?limit=1`);
    expect(body['items']).toMatchObject([captured]);
    await expect(api.get(`${holds}?limit=1&cursor=${body['next'] as string}`)).resolves.toMatchObject({
      body: { items: [{ holdId: 'h-2', state: 'open' }] },
    });
    await expect(api.get(`${holds}?state=open`)).resolves.toMatchObject({ body: { items: [{ holdId: 'h-2' }] } });
    await expect(api.get(`${holds}?min-position=99999`)).resolves.toMatchObject({ status: 503 });
  });
});
