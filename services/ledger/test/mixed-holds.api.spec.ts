import { ProgramZones } from '../src/adapters/program-zones';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, PROGRAM, TENANT } from './ledger-fixture';
import { VALUE_ASSETS } from './value-assets';

let api: LedgerApi;
let members = 0;

beforeAll(async () => {
  api = await LedgerApi.start('2026-11-06T12:00:00.000Z');
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  const declared = await api.call('PUT', '/v1/assets', { assets: VALUE_ASSETS });
  expect(declared).toEqual({ status: 200, body: { declared: 5 } });
});

afterAll(() => api?.stop());

/** The books of an account as its events say. */
async function booksOf(member: string, asset: string) {
  const { state } = await api.ledger.application.accounts.load(TENANT, accountOf(member));
  const { available, held, redeemed } = state.books.get(asset)!;
  return { available, held, redeemed };
}

describe('a hold of several assets', () => {
  /** 101 points, of which 100 cover 50, and 80 of stored value with 20 on top. */
  async function holder() {
    const member = `mixed-${++members}`;
    const path = `/v1/accounts/${accountOf(member)}`;
    await api.post(`${path}/gifts`, { giftId: 'g-1', member, asset: 'POINTS', amount: '101', unit: 'mall' });
    const loaded = { asset: 'STORED-MALL', principal: '80', bonus: '20', unit: 'mall' };
    await api.post(`${path}/top-ups`, { topUpId: 't-1', member, ...loaded });
    return { member, path };
  }
  const due = { holdId: 'h-1', asset: 'STORED-MALL', amount: '70', unit: 'mall' };
  const parts = [
    { asset: 'POINTS', amount: '100' },
    { asset: 'STORED-MALL', amount: '20' },
  ];

  it('is placed in the order of the policy at the declared rates, and captured and cancelled as a whole', async () => {
    const { member, path } = await holder();
    const placed = await api.post(`${path}/mixed-holds`, due);
    expect(placed).toMatchObject({ status: 201, body: { holdId: 'h-1', state: 'open', parts } });
    await expect(api.post(`${path}/mixed-holds`, due)).resolves.toEqual({
      status: 200,
      body: { ...placed.body, duplicate: true },
    });
    const captured = await api.post(`${path}/mixed-holds/h-1/capture`);
    expect(captured).toMatchObject({ status: 200, body: { state: 'captured', parts } });
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 1n, redeemed: 100n });
    await expect(booksOf(member, 'STORED-MALL')).resolves.toMatchObject({ available: 80n, redeemed: 20n });
    const cancelled = await api.post(`${path}/mixed-holds/h-1/cancellations`, { cancellationId: 'c-1' });
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', parts } });
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 101n, redeemed: 0n });
  });

  it('is captured in part, the rest of each asset is free again, and is undone as far as it was captured', async () => {
    const { member, path } = await holder();
    await api.post(`${path}/mixed-holds`, due);
    await expect(api.post(`${path}/mixed-holds/h-1/capture`, { amount: '71' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'capture-exceeds-hold', facts: { held: '70' } },
    });
    const captured = await api.post(`${path}/mixed-holds/h-1/capture`, { amount: '30' });
    expect(captured).toMatchObject({
      status: 200,
      body: { state: 'captured', parts: [{ asset: 'POINTS', amount: '60' }] },
    });
    await expect(api.post(`${path}/mixed-holds/h-1/capture`, { amount: '30' })).resolves.toEqual({
      status: 200,
      body: { ...captured.body, duplicate: true },
    });
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 41n, held: 0n, redeemed: 60n });
    await expect(booksOf(member, 'STORED-MALL')).resolves.toMatchObject({ available: 100n, held: 0n, redeemed: 0n });
    await expect(api.post(`${path}/mixed-holds/h-1/cancellations`, { cancellationId: 'c-1' })).resolves.toMatchObject({
      status: 200,
      body: { parts: [{ asset: 'POINTS', amount: '60' }] },
    });
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 101n, redeemed: 0n });
  });

  it('is placed in the order that is named, and released', async () => {
    const { member, path } = await holder();
    const assets = [{ asset: 'STORED-MALL' }, { asset: 'POINTS' }];
    await expect(api.post(`${path}/mixed-holds`, { ...due, amount: '110', assets })).resolves.toMatchObject({
      body: {
        parts: [
          { asset: 'STORED-MALL', amount: '100' },
          { asset: 'POINTS', amount: '20' },
        ],
      },
    });
    await expect(api.post(`${path}/mixed-holds/h-1/release`)).resolves.toMatchObject({ body: { state: 'released' } });
    await expect(booksOf(member, 'STORED-MALL')).resolves.toMatchObject({ available: 100n, held: 0n });
  });

  it('is refused where an asset has no rate, where no order is known, and where all of them cover less', async () => {
    const { path } = await holder();
    const order = (...names: string[]) => ({ assets: names.map((asset) => ({ asset })) });
    for (const [body, status, code, pointer] of [
      [{ ...due, ...order('COUNT-MEALS') }, 422, 'schema-invalid', '/assets/0/asset'],
      [{ ...due, ...order('POINTS', 'POINTS') }, 422, 'schema-invalid', '/assets'],
      [{ ...due, asset: 'COUNT-MEALS' }, 422, 'schema-invalid', '/assets'],
      [{ ...due, ...order('MILES') }, 422, 'unknown-asset', undefined],
      [{ ...due, amount: '151' }, 409, 'insufficient-points', undefined],
    ] as const) {
      const errors = pointer === undefined ? {} : { errors: [{ pointer }] };
      await expect(api.post(`${path}/mixed-holds`, body)).resolves.toMatchObject({ status, body: { code, ...errors } });
    }
    await expect(api.post(`${path}/mixed-holds/h-9/capture`)).resolves.toMatchObject({
      status: 404,
      body: { code: 'hold-unknown' },
    });
  });
});
