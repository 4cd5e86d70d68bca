import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, purchase } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T12:00:00.000Z';

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  const declared = await api.call('PUT', '/v1/assets', {
    assets: [
      { asset: 'HOTEL-POINTS', kind: 'points', scope: { unit: 'hotel' } },
      { asset: 'LOBBY-POINTS', kind: 'points', scope: { unit: 'hotel', store: 'hotel-1' } },
      { asset: 'STORED-HOTEL', kind: 'stored', policy: { storedOrder: 'gifted_first' } },
      { asset: 'COUNT-MEALS', kind: 'count' },
      { asset: 'CREDIT-HOTEL', kind: 'credit' },
    ],
  });
  expect(declared).toEqual({ status: 200, body: { declared: 5 } });
});

afterAll(() => api?.stop());

/** A purchase of a member that grants an asset. */
function granting(member: string, asset: string, amount: number, more: object = {}) {
  return purchase(member, `P-${member}`, EARNED, 0, {
    grants: [{ asset, amount: String(amount), unitCost: '1/100', allocation: [] }],
    ...more,
  });
}

const accrue = (...purchases: ReturnType<typeof granting>[]) =>
  whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf(purchases));

describe('the assets of a program', () => {
  it('are read as they were declared, scope and policy too', async () => {
    const { body } = await api.get('/v1/assets');
    expect(body['items']).toEqual([
      { asset: 'COUNT-MEALS', kind: 'count', scale: 0, unitCost: '0' },
      { asset: 'CREDIT-HOTEL', kind: 'credit', scale: 0, unitCost: '0' },
      { asset: 'HOTEL-POINTS', kind: 'points', scale: 0, unitCost: '0', scope: { unit: 'hotel' } },
      { asset: 'LOBBY-POINTS', kind: 'points', scale: 0, unitCost: '0', scope: { unit: 'hotel', store: 'hotel-1' } },
      { asset: 'STORED-HOTEL', kind: 'stored', scale: 0, unitCost: '0', policy: { storedOrder: 'gifted_first' } },
    ]);
  });
});

describe('the example of every kind of asset', () => {
  it('is declared as it stands, and read back the same', async () => {
    const file = readFileSync(join(__dirname, '../../../docs/examples/asset-kinds.yaml'), 'utf8');
    const { assets } = parse(file) as { assets: { asset: string }[] };
    const lakeside = { program: 'lakeside' };
    await expect(api.call('PUT', '/v1/assets', { assets }, lakeside)).resolves.toEqual({
      status: 200,
      body: { declared: assets.length },
    });
    const { body } = await api.get('/v1/assets', lakeside);
    const byName = [...assets].sort((a, b) => (a.asset < b.asset ? -1 : 1));
    expect(body['items']).toEqual(byName.map((asset) => ({ scale: 0, unitCost: '0', ...asset })));
    await expect(api.call('PUT', '/v1/assets', { assets }, lakeside)).resolves.toMatchObject({ body: { declared: 0 } });
  });
});

describe('an asset of one unit or store', () => {
  it('is earned there, and an accrual of another unit becomes a dead letter with its code', async () => {
    const outcomes = await accrue(
      granting('s-1', 'HOTEL-POINTS', 100),
      granting('s-2', 'HOTEL-POINTS', 100, { issuer: 'mall', store: 'mall-1' }),
      granting('s-3', 'LOBBY-POINTS', 100, { store: 'hotel-2' }),
    );
    expect(outcomes).toMatchObject([
      { kind: 'done' },
      { kind: 'refused', code: 'asset-out-of-scope', detail: '{"asset":"HOTEL-POINTS","unit":"mall"}' },
      { kind: 'refused', code: 'asset-out-of-scope' },
    ]);
  });

  it('is held and captured there alone', async () => {
    await accrue(granting('s-4', 'LOBBY-POINTS', 100));
    const holds = `/v1/accounts/${accountOf('s-4')}/holds`;
    const hold = { holdId: 'h-1', asset: 'LOBBY-POINTS', amount: '60', unit: 'hotel', store: 'hotel-1' };
    await expect(api.post(holds, { ...hold, unit: 'mall' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'asset-out-of-scope', facts: { asset: 'LOBBY-POINTS', unit: 'mall' } },
    });
    await expect(api.post(holds, hold)).resolves.toMatchObject({ status: 201 });
    const capture = (store: string) => api.post(`${holds}/h-1/capture`, { unit: 'hotel', store });
    await expect(capture('hotel-2')).resolves.toMatchObject({ status: 409, body: { code: 'asset-out-of-scope' } });
    await expect(capture('hotel-1')).resolves.toMatchObject({ status: 200, body: { captured: '60' } });
  });

  it('is credited to the cost of that unit alone', async () => {
    await accrue(granting('s-5', 'HOTEL-POINTS', 100));
    const credit = { adjustmentId: 'a-1', asset: 'HOTEL-POINTS', amount: '5', reason: 'goodwill' };
    const adjust = (unit: string) => api.post(`/v1/accounts/${accountOf('s-5')}/adjustments`, { ...credit, unit });
    await expect(adjust('mall')).resolves.toMatchObject({ status: 409, body: { code: 'asset-out-of-scope' } });
    await expect(adjust('hotel')).resolves.toMatchObject({ status: 201 });
  });
});
