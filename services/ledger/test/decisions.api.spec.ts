import { accountId } from '@tallystick/decider';
import { ProgramZones } from '../src/adapters/program-zones';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, purchase, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T12:00:00.000Z';

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
});

afterAll(() => api?.stop());

/** A new member with so many points: its account and the path to it. */
async function memberWith(points: number): Promise<{ member: string; account: string; path: string }> {
  const { member, account } = await api.ledger.memberWith(points, EARNED);
  return { member, account, path: `/v1/accounts/${account}` };
}

async function availableOf(account: string): Promise<bigint> {
  const { state } = await api.ledger.application.accounts.load(TENANT, account);
  return state.books.get('POINTS')!.available;
}

const adjustment = (adjustmentId: string, amount: string, more: object = {}) => ({
  adjustmentId,
  asset: 'POINTS',
  amount,
  reason: 'goodwill',
  unit: 'market',
  ...more,
});

describe('an adjustment', () => {
  it('credits a lot of its own and debits what is there, each once', async () => {
    const { account, path } = await memberWith(100);
    const credit = adjustment('a-1', '50', { expiresAt: '2027-01-01T00:00:00+08:00' });
    const first = await api.post(`${path}/adjustments`, credit, { key: 'credit-once' });
    expect(first).toMatchObject({ status: 201, body: { adjustmentId: 'a-1', asset: 'POINTS', amount: '50' } });
    expect(first.body['lot']).toEqual(expect.any(String));
    await expect(api.post(`${path}/adjustments`, credit, { key: 'credit-once' })).resolves.toEqual(first);
    await expect(api.post(`${path}/adjustments`, credit)).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(`${path}/adjustments`, adjustment('a-2', '-120'))).resolves.toMatchObject({
      status: 201,
      body: { amount: '-120' },
    });
    await expect(availableOf(account)).resolves.toBe(30n);
  });

  it('is refused where it takes more than is there, or says another thing under the same name', async () => {
    const { path } = await memberWith(100);
    await expect(api.post(`${path}/adjustments`, adjustment('a-1', '-101'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', facts: { available: '100' } },
    });
    await api.post(`${path}/adjustments`, adjustment('a-2', '10'));
    await expect(api.post(`${path}/adjustments`, adjustment('a-2', '11'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'decision-conflict' },
    });
  });

  it('names a reason of the list, an amount that is not zero and an asset that can be spent', async () => {
    const { path } = await memberWith(100);
    for (const [body, status, code] of [
      [adjustment('a-1', '0'), 422, 'amount-invalid'],
      [adjustment('a-1', '1.5'), 422, 'amount-scale'],
      [adjustment('a-1', '5', { reason: 'because' }), 422, 'reason-unknown'],
      [adjustment('a-1', '5', { reason: 'Some words' }), 422, 'id-invalid'],
      [adjustment('a-1', '-5', { expiresAt: EARNED }), 422, 'schema-invalid'],
      [adjustment('a-1', '5', { asset: 'MILES' }), 422, 'unknown-asset'],
      [adjustment('a-1', '5', { asset: 'GROWTH' }), 409, 'asset-not-spendable'],
      [adjustment('a-1', '5', { approvedBy: 'me' }), 422, 'unknown-field'],
    ] as const) {
      await expect(api.post(`${path}/adjustments`, body)).resolves.toMatchObject({ status, body: { code } });
    }
    const foreign = await api.post(`${path}/adjustments`, adjustment('a-1', '5'), { unit: 'park' });
    expect(foreign.status).toBe(404);
  });
});

describe('a transfer', () => {
  it('takes points away once and names the account that receives', async () => {
    const { account, path } = await memberWith(100);
    const body = { transferId: 't-1', to: 'm-friend', asset: 'POINTS', amount: '60' };
    const first = await api.post(`${path}/transfers`, body);
    expect(first).toMatchObject({ status: 201, body: { toAccount: accountOf('m-friend'), amount: '60' } });
    await expect(api.post(`${path}/transfers`, body)).resolves.toMatchObject({
      status: 200,
      body: { duplicate: true },
    });
    await expect(availableOf(account)).resolves.toBe(40n);
    await expect(api.post(`${path}/transfers`, { ...body, transferId: 't-2' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points' },
    });
  });

  it('does not go to the account that it comes from, nor to another tenant', async () => {
    const { member, path } = await memberWith(100);
    const body = { transferId: 't-1', to: member, asset: 'POINTS', amount: '60' };
    await expect(api.post(`${path}/transfers`, body)).resolves.toMatchObject({
      status: 422,
      body: { code: 'transfer-to-itself' },
    });
    const foreign = await api.post(`${path}/transfers`, { ...body, to: 'm-friend' }, { tenant: 'other' });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

describe('a frozen account', () => {
  it('spends nothing until it is unfrozen', async () => {
    const { path } = await memberWith(100);
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '10', unit: 'market' };
    const freeze = { reason: 'fraud-suspected' };
    await expect(api.post(`${path}/freeze`, freeze)).resolves.toMatchObject({
      status: 200,
      body: { status: 'frozen', revision: 2 },
    });
    await expect(api.post(`${path}/holds`, hold)).resolves.toMatchObject({
      status: 409,
      body: { code: 'account-frozen' },
    });
    await api.post(`${path}/unfreeze`, { reason: 'resolved' });
    await expect(api.post(`${path}/holds`, hold)).resolves.toMatchObject({ status: 201 });
  });

  it('stays as it is where a request that was answered long ago is repeated', async () => {
    const { path } = await memberWith(100);
    const freeze = () => api.post(`${path}/freeze`, { reason: 'dispute' }, { key: 'freeze-once' });
    const first = await freeze();
    await api.post(`${path}/unfreeze`, { reason: 'resolved' });
    await expect(freeze()).resolves.toEqual(first);
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '10', unit: 'market' };
    await expect(api.post(`${path}/holds`, hold)).resolves.toMatchObject({ status: 201 });
  });

  it('stays as it is where a request is repeated that had found it frozen', async () => {
    const { path } = await memberWith(100);
    await api.post(`${path}/freeze`, { reason: 'fraud-suspected' });
    const again = () => api.post(`${path}/freeze`, { reason: 'dispute' }, { key: 'freeze-again' });
    const second = await again();
    expect(second).toMatchObject({ status: 200, body: { status: 'frozen', revision: 3 } });
    await api.post(`${path}/unfreeze`, { reason: 'resolved' });
    await expect(again()).resolves.toEqual(second);
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '10', unit: 'market' };
    await expect(api.post(`${path}/holds`, hold)).resolves.toMatchObject({ status: 201 });
  });

  it('whose dates stand still lets nothing expire, and moves every date when it is unfrozen', async () => {
    const { path } = await memberWith(100);
    await api.post(`${path}/adjustments`, adjustment('a-1', '50', { expiresAt: '2026-11-07T00:00:00.000Z' }));
    await api.post(`${path}/freeze`, { reason: 'dispute', pausesExpiry: true });
    api.now = '2026-11-09T12:00:00.000Z';
    await api.post(`${path}/unfreeze`, { reason: 'resolved' });
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '150', unit: 'market' };
    await expect(api.post(`${path}/holds`, hold)).resolves.toMatchObject({ status: 201 });
  });

  it('that is closed cannot be frozen', async () => {
    const { path } = await memberWith(100);
    await api.post(`${path}/close`, { reason: 'inactive' });
    for (const asked of ['freeze', 'unfreeze']) {
      await expect(api.post(`${path}/${asked}`, { reason: 'dispute' })).resolves.toMatchObject({
        status: 409,
        body: { code: 'account-closed' },
      });
    }
  });

  it('is frozen and unfrozen only by those who may', async () => {
    const { path } = await memberWith(100);
    const options = { permissions: ['holds:write', 'accounts:read'] };
    await expect(api.post(`${path}/freeze`, { reason: 'dispute' }, options)).resolves.toMatchObject({ status: 403 });
  });
});

describe('a closing of the books', () => {
  it('says what the account is, once by its name, and the same for ever', async () => {
    const { path } = await memberWith(100);
    const close = (closingId: string, key?: string) => api.post(`${path}/closings`, { closingId }, { key });
    const first = await close('2026-11', 'close-once');
    expect(first).toMatchObject({
      status: 201,
      body: {
        facts: 1,
        lots: 1,
        balances: expect.arrayContaining([
          { book: 'issuer-obligation', asset: 'POINTS', amount: '-100' },
          { book: 'available', asset: 'POINTS', amount: '100' },
        ]),
      },
    });
    await api.post(`${path}/adjustments`, adjustment('a-1', '50'));
    await expect(close('2026-11', 'close-once')).resolves.toEqual(first);
    await expect(close('2026-11')).resolves.toEqual({ status: 200, body: { ...first.body, duplicate: true } });
    const second = await close('2026-12');
    expect(second).toMatchObject({ status: 201, body: { facts: 2, lots: 2 } });
    expect(second.body['state']).not.toBe(first.body['state']);
  });
});

describe('an extension', () => {
  it('moves the end of lots, says from when to when, and never without a lot that ends earlier', async () => {
    const { path } = await memberWith(100);
    const credit = adjustment('a-1', '50', { expiresAt: '2027-01-01T00:00:00.000Z' });
    const { body } = await api.post(`${path}/adjustments`, credit);
    const asked = { extensionId: 'x-1', asset: 'POINTS', to: '2027-02-01T00:00:00.000Z', reason: 'goodwill' };
    await expect(api.post(`${path}/extensions`, asked)).resolves.toMatchObject({
      status: 201,
      body: { lots: [{ lot: body['lot'], from: '2027-01-01T00:00:00.000Z', to: '2027-02-01T00:00:00.000Z' }] },
    });
    await expect(api.post(`${path}/extensions`, { ...asked, extensionId: 'x-2' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'nothing-to-extend' },
    });
  });
});

describe('the activation of lots that wait for an event', () => {
  it('makes the lots of that purchase available, once, and none that waits for another event', async () => {
    const shop = { program: 'shop' };
    const account = accountId(TENANT, 'shop', 'm-shop');
    const points = { asset: 'POINTS', kind: 'points', policy: { maturity: { on: 'shipped' } } };
    await api.call('PUT', '/v1/assets', { assets: [points] }, shop);
    await new ProgramZones(api.ledger.pool).programDeclared(TENANT, 'shop', 0, 'Asia/Shanghai');
    const earned = purchase('m-shop', 'P-shop', EARNED, 100, { program: 'shop', account });
    await whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([earned]));
    const pending = async () => (await api.ledger.application.accounts.load(TENANT, account)).state.books.get('POINTS');
    await expect(pending()).resolves.toMatchObject({ pending: 100n, available: 0n });
    const path = `/v1/accounts/${account}/activations`;
    const asked = { purchase: { source: 'till-1', id: 'P-shop' }, on: 'shipped' };
    for (const wrong of [
      { ...asked, on: 'delivered' },
      { ...asked, purchase: { source: 'till-1', id: 'P-other' } },
    ]) {
      await expect(api.post(path, wrong, shop)).resolves.toMatchObject({ status: 404 });
    }
    const first = await api.post(path, asked, shop);
    expect(first).toMatchObject({ status: 200, body: asked });
    await expect(pending()).resolves.toMatchObject({ pending: 0n, available: 100n });
    await expect(api.post(path, asked, shop)).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
  });
});

describe('an exchange', () => {
  it('gives what the asset declares, once, and refuses an asset that it does not name', async () => {
    const program = { program: 'exchanging' };
    const assets = [
      { asset: 'POINTS', kind: 'points', policy: { exchange: [{ to: 'MILES', rate: '3/2' }] } },
      { asset: 'MILES', kind: 'points' },
    ];
    await api.call('PUT', '/v1/assets', { assets }, program);
    const member = 'm-exchanging';
    const path = `/v1/accounts/${accountId(TENANT, program.program, member)}`;
    const lots = [{ issuer: 'hotel', amount: '51', unitCost: '1/100', activatedAt: EARNED }];
    const imported = { importId: 'i-1', member, asset: 'POINTS', expected: '51', lots };
    await api.post(`${path}/imports`, imported, program);
    const exchange = { exchangeId: 'e-1', asset: 'POINTS', amount: '51', toAsset: 'MILES' };
    await expect(api.post(`${path}/exchanges`, { ...exchange, toAsset: 'COFFEE' }, program)).resolves.toMatchObject({
      status: 422,
    });
    await expect(api.post(`${path}/exchanges`, exchange, program)).resolves.toMatchObject({
      status: 201,
      body: { amount: '51', toAsset: 'MILES', toAmount: '76', rate: '3/2' },
    });
    await expect(api.post(`${path}/exchanges`, exchange, program)).resolves.toMatchObject({
      status: 200,
      body: { toAmount: '76', duplicate: true },
    });
  });
});

describe('an import', () => {
  const lots = [
    { issuer: 'hotel', amount: '40', activatedAt: EARNED, expiresAt: '2027-01-01T00:00:00+08:00' },
    { issuer: 'mall', amount: '60', activatedAt: EARNED },
  ];

  it('opens the account with the lots as they were, and refuses a sum that differs', async () => {
    const member = 'm-imported';
    const path = `/v1/accounts/${accountOf(member)}/imports`;
    const body = { importId: 'i-1', member, asset: 'POINTS', expected: '100', lots };
    await expect(api.post(path, { ...body, expected: '101' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'import-mismatch' },
    });
    await expect(api.post(path, body)).resolves.toMatchObject({ status: 201, body: { amount: '100' } });
    await expect(availableOf(accountOf(member))).resolves.toBe(100n);
    await expect(api.post(path, { ...body, importId: 'i-2', member: 'm-other' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'account-mismatch' },
    });
  });
});

describe('closing an account', () => {
  it('is refused while a hold is open, forfeits what is left, and is final', async () => {
    const { account, path } = await memberWith(100);
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '30', unit: 'mall' };
    await api.post(`${path}/holds`, hold);
    const close = { reason: 'member-request' };
    await expect(api.post(`${path}/close`, close)).resolves.toMatchObject({
      status: 409,
      body: { code: 'holds-open' },
    });
    await api.post(`${path}/holds/h-1/release`, {});
    await expect(api.post(`${path}/close`, close)).resolves.toMatchObject({ status: 200, body: { status: 'closed' } });
    await expect(availableOf(account)).resolves.toBe(0n);
    await expect(api.post(`${path}/holds`, { ...hold, holdId: 'h-2' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'account-closed' },
    });
  });
});

describe('a credential of another program', () => {
  it('does not know the account', async () => {
    const { path } = await memberWith(100);
    const body = adjustment('a-1', '50');
    await expect(api.post(`${path}/adjustments`, body, { program: 'other' })).resolves.toMatchObject({ status: 404 });
  });
});
