import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { ProgramZones } from '../src/adapters/program-zones';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, PROGRAM, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
/** 6 November, 20:00 in Shanghai. */
const EVENING = '2026-11-06T12:00:00.000Z';
const NEXT_DAY = '2026-11-06T16:00:00.000Z';

const REASONS = [
  { code: 'goodwill', en: 'Goodwill', zh: '客户关怀' },
  { code: 'wrong-price', en: 'Wrong price', zh: '价格有误' },
];

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(EVENING);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  const policy = { reasons: REASONS, limits: [{ asset: 'POINTS', alone: '100', daily: '250' }], disputeDays: 15 };
  expect(await api.call('PUT', '/v1/adjustment-policy', policy)).toEqual({ status: 200, body: { declared: true } });
  expect(await api.call('PUT', '/v1/adjustment-policy', policy)).toEqual({ status: 200, body: { declared: false } });
  expect(await api.get('/v1/adjustment-policy')).toEqual({ status: 200, body: policy });
});

afterEach(() => {
  api.now = EVENING;
});

afterAll(() => api?.stop());

async function memberWith(points: number): Promise<{ member: string; account: string; path: string }> {
  const { member, account } = await api.ledger.memberWith(points, EARNED);
  return { member, account, path: `/v1/accounts/${account}/adjustments` };
}

async function availableOf(account: string): Promise<bigint> {
  const { state } = await api.ledger.application.accounts.load(TENANT, account);
  return state.books.get('POINTS')!.available;
}

const asked = (adjustmentId: string, amount: string, more: object = {}) => ({
  adjustmentId,
  asset: 'POINTS',
  amount,
  reason: 'goodwill',
  unit: 'market',
  ...more,
});
const by = (subject: string) => ({ subject });

describe('an adjustment', () => {
  it('names a reason that the program has declared', async () => {
    const { path } = await memberWith(100);
    await expect(api.post(path, asked('a-1', '5', { reason: 'fraud' }), by('ann'))).resolves.toMatchObject({
      status: 422,
      body: { code: 'reason-unknown', facts: { reason: 'fraud' } },
    });
    await expect(api.post(path, asked('a-1', '5', { reason: 'wrong-price' }), by('ann'))).resolves.toMatchObject({
      status: 201,
    });
  });

  it('is not made on the account of whoever makes it (case 70)', async () => {
    const { member, path } = await memberWith(100);
    for (const subject of [member, `user:${member}`]) {
      await expect(api.post(path, asked('a-1', '5'), { subject })).resolves.toMatchObject({
        status: 403,
        body: { code: 'self-dealing' },
      });
    }
    await expect(api.post(path, asked('a-1', '5'), by('another'))).resolves.toMatchObject({ status: 201 });
  });

  it('within the limit is booked at once, until the sum of the day is used up (case 72)', async () => {
    const { account, path } = await memberWith(1_000);
    const maker = by('splitter');
    await expect(api.post(path, asked('a-1', '100'), maker)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(path, asked('a-2', '-100'), maker)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(path, asked('a-3', '51'), maker)).resolves.toMatchObject({
      status: 403,
      body: { code: 'limit-exceeded', facts: { asset: 'POINTS', daily: '250', used: '200' } },
    });
    const elsewhere = await memberWith(10);
    await expect(api.post(elsewhere.path, asked('a-1', '51'), maker)).resolves.toMatchObject({ status: 403 });
    await expect(api.post(path, asked('a-3', '50'), maker)).resolves.toMatchObject({ status: 201 });
    await expect(availableOf(account)).resolves.toBe(1_050n);
  });

  it('counts on the day of the program, whose days end at its midnight', async () => {
    const { path } = await memberWith(10);
    const maker = by('early-bird');
    for (const name of ['a-1', 'a-2']) await api.post(path, asked(name, '100'), maker);
    await expect(api.post(path, asked('a-3', '100'), maker)).resolves.toMatchObject({ status: 403 });
    api.now = NEXT_DAY;
    await expect(api.post(path, asked('a-3', '100'), maker)).resolves.toMatchObject({ status: 201 });
  });

  it('that the account would refuse uses nothing of the sum, and one that is repeated uses it once', async () => {
    const { path } = await memberWith(50);
    const maker = by('careful');
    await expect(api.post(path, asked('a-1', '-100'), maker)).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points' },
    });
    for (let time = 0; time < 4; time++) await api.post(path, asked('a-2', '100'), maker);
    await expect(api.post(path, asked('a-3', '100'), maker)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(path, asked('a-4', '50'), maker)).resolves.toMatchObject({ status: 201 });
  });

  it('never passes the sum of the day however many are made at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 8 }, () => memberWith(10)));
    const maker = by('hurried');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => api.post(accounts[index % 8]!.path, asked(`a-${index}`, '30'), maker)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(8);
    expect(statuses.filter((status) => status === 403)).toHaveLength(32);
    const sums = await Promise.all(accounts.map(({ account }) => availableOf(account)));
    expect(sums.reduce((sum, one) => sum + one, 0n)).toBe(8n * 10n + 8n * 30n);
  });
});

describe('an adjustment above the limit', () => {
  async function pending(maker: string, amount = '101') {
    const { account, path } = await memberWith(100);
    const answer = await api.post(path, asked('a-1', amount), by(maker));
    expect(answer).toMatchObject({ status: 202, body: { adjustmentId: 'a-1', state: 'pending', amount } });
    return { account, path, answer, request: `/v1/adjustment-requests/${String(answer.body['requestId'])}` };
  }

  it('waits for a second person, whose approval books it once', async () => {
    const { account, request } = await pending('eve');
    await expect(availableOf(account)).resolves.toBe(100n);
    const first = await api.call('POST', `${request}/approve`, undefined, { subject: 'bob', key: 'bob-approves' });
    expect(first).toMatchObject({ status: 200, body: { adjustmentId: 'a-1', asset: 'POINTS', amount: '101' } });
    await expect(availableOf(account)).resolves.toBe(201n);
    await expect(
      api.call('POST', `${request}/approve`, undefined, { subject: 'bob', key: 'bob-approves' }),
    ).resolves.toEqual(first);
    await expect(api.post(`${request}/approve`, undefined, by('ann'))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(`${request}/turn-down`, undefined, by('ann'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'request-decided', facts: { state: 'approved' } },
    });
    await expect(availableOf(account)).resolves.toBe(201n);
  });

  it('gets the first answer whenever it is asked for again, and no other amount under its name', async () => {
    const { path, answer, request } = await pending('eve');
    await api.post(`${request}/approve`, undefined, by('bob'));
    await expect(api.post(path, asked('a-1', '101'), by('eve'))).resolves.toEqual({
      status: 202,
      body: { ...answer.body, duplicate: true },
    });
    for (const amount of ['102', '1']) {
      await expect(api.post(path, asked('a-1', amount), by('eve'))).resolves.toMatchObject({
        status: 409,
        body: { code: 'decision-conflict' },
      });
    }
  });

  it('is not approved by its maker (case 71)', async () => {
    const { account, request } = await pending('eve');
    for (const subject of ['eve', 'user:eve']) {
      await expect(api.post(`${request}/approve`, undefined, { subject })).resolves.toMatchObject({
        status: 403,
        body: { code: 'self-approval' },
      });
    }
    await expect(availableOf(account)).resolves.toBe(100n);
  });

  it('is not approved by the member whom it is for, nor by those who may only make adjustments', async () => {
    const { member, path } = await memberWith(100);
    const { body } = await api.post(path, asked('a-1', '500'), by('eve'));
    const request = `/v1/adjustment-requests/${String(body['requestId'])}`;
    await expect(api.post(`${request}/approve`, undefined, by(member))).resolves.toMatchObject({
      status: 403,
      body: { code: 'self-dealing' },
    });
    const permissions = ['adjustments:write', 'adjustments:read'];
    await expect(api.post(`${request}/approve`, undefined, { subject: 'bob', permissions })).resolves.toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it('is turned down for good', async () => {
    const { account, request } = await pending('eve');
    await expect(api.post(`${request}/turn-down`, undefined, by('bob'))).resolves.toMatchObject({
      status: 200,
      body: { state: 'turned-down', adjustmentId: 'a-1' },
    });
    await expect(api.post(`${request}/approve`, undefined, by('bob'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'request-decided' },
    });
    await expect(availableOf(account)).resolves.toBe(100n);
  });

  it('stays pending where the account would refuse it when it is approved', async () => {
    const { account, path } = await memberWith(500);
    const { body } = await api.post(path, asked('a-1', '-450'), by('eve'));
    const request = `/v1/adjustment-requests/${String(body['requestId'])}`;
    const spent = { transferId: 't-1', to: 'm-friend', asset: 'POINTS', amount: '100' };
    await api.post(`/v1/accounts/${account}/transfers`, spent);
    await expect(api.post(`${request}/approve`, undefined, by('bob'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', facts: { available: '400' } },
    });
    await api.post(path, asked('a-2', '50'), by('ann'));
    await expect(api.post(`${request}/approve`, undefined, by('bob'))).resolves.toMatchObject({
      status: 200,
      body: { amount: '-450' },
    });
    await expect(availableOf(account)).resolves.toBe(0n);
  });

  it('is as unknown to another program, tenant or unit as one that is not there', async () => {
    const { request } = await pending('eve');
    const nowhere = '/v1/adjustment-requests/00000000-0000-4000-8000-000000000000';
    for (const [path, options] of [
      [request, { tenant: 'other' }],
      [request, { program: 'other' }],
      [request, { unit: 'park' }],
      [nowhere, {}],
      ['/v1/adjustment-requests/none', {}],
    ] as const) {
      await expect(api.post(`${path}/approve`, undefined, { subject: 'bob', ...options })).resolves.toMatchObject({
        status: 404,
        body: { code: 'request-unknown' },
      });
    }
  });

  it('is listed with what was decided, by whom and when', async () => {
    const first = await pending('list-maker');
    const second = await pending('list-maker', '300');
    await api.post(`${first.request}/approve`, undefined, by('bob'));
    await api.ledger.project(accountBookProjection.version, 3);
    const { body } = await api.get('/v1/adjustment-requests?state=pending&limit=500');
    const items = (body['items'] as Record<string, unknown>[]).filter(({ maker }) => maker === 'user:list-maker');
    expect(items).toEqual([
      {
        requestId: second.answer.body['requestId'],
        state: 'pending',
        account: second.account,
        adjustmentId: 'a-1',
        asset: 'POINTS',
        amount: '300',
        reason: 'goodwill',
        unit: 'market',
        maker: 'user:list-maker',
        requestedAt: EVENING,
      },
    ]);
    await expect(api.get(first.request)).resolves.toMatchObject({
      status: 200,
      body: { state: 'approved', decidedBy: 'user:bob', decidedAt: EVENING },
    });
    await expect(api.get(first.request, { unit: 'park' })).resolves.toMatchObject({ status: 404 });
  });
});

describe('a batch of adjustments', () => {
  const row = (rowId: string, account: string, amount: string, more: object = {}) => {
    const { adjustmentId: _, ...said } = asked('', amount, more);
    return { rowId, account, ...said };
  };

  it('carries each row out on its own and says of each what became of it', async () => {
    const [rich, poor] = [await memberWith(100), await memberWith(5)];
    const rows = [
      row('1', rich.account, '20'),
      row('2', poor.account, '-6'),
      row('3', rich.account, '101'),
      row('4', rich.account, '7', { reason: 'because' }),
      row('5', accountOf('m-nobody'), '7'),
      row('6', poor.account, '7', { asset: 'MILES' }),
      row('1', rich.account, '20'),
      row('1', rich.account, '21'),
    ];
    const answer = await api.post('/v1/adjustment-batches', { batchId: 'b-1', rows }, by('batcher'));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        batchId: 'b-1',
        rows: [
          { rowId: '1', state: 'booked' },
          { rowId: '2', state: 'refused', code: 'insufficient-points' },
          { rowId: '3', state: 'pending', requestId: expect.any(String) },
          { rowId: '4', state: 'refused', code: 'reason-unknown' },
          { rowId: '5', state: 'refused', code: 'account-unknown' },
          { rowId: '6', state: 'refused', code: 'unknown-asset' },
          { rowId: '1', state: 'booked' },
          { rowId: '1', state: 'refused', code: 'decision-conflict' },
        ],
      },
    });
    await expect(availableOf(rich.account)).resolves.toBe(120n);
    const view = await api.get('/v1/adjustment-batches/b-1');
    expect(view.body['rows']).toEqual((answer.body['rows'] as object[]).slice(0, 6));
  });

  it('goes on where it was when it is sent again with more rows, and books none twice', async () => {
    const { account } = await memberWith(100);
    const rows = [row('1', account, '10'), row('2', account, '200')];
    const first = await api.post('/v1/adjustment-batches', { batchId: 'b-2', rows }, by('batcher-2'));
    const again = { subject: 'batcher-2', key: 'the-same-request' };
    const repeated = () => api.post('/v1/adjustment-batches', { batchId: 'b-2', rows }, again);
    await expect(repeated()).resolves.toEqual(first);
    const more = [...rows, row('3', account, '5')];
    const second = await api.post('/v1/adjustment-batches', { batchId: 'b-2', rows: more }, by('batcher-2'));
    expect(first.body['rows']).toEqual([
      { rowId: '1', state: 'booked' },
      { rowId: '2', state: 'pending', requestId: expect.any(String) },
    ]);
    expect(second.body['rows']).toEqual([...(first.body['rows'] as object[]), { rowId: '3', state: 'booked' }]);
    await expect(repeated()).resolves.toEqual(first);
    await expect(availableOf(account)).resolves.toBe(115n);
  });

  it('uses the sum of its maker like any other adjustment', async () => {
    const { account } = await memberWith(10);
    const rows = Array.from({ length: 10 }, (_, index) => row(`r${index}`, account, '30'));
    const { body } = await api.post('/v1/adjustment-batches', { batchId: 'b-3', rows }, by('batcher-3'));
    const states = (body['rows'] as { state: string; code?: string }[]).map(({ state, code }) => code ?? state);
    expect(states.filter((state) => state === 'booked')).toHaveLength(8);
    expect(states.filter((state) => state === 'limit-exceeded')).toHaveLength(2);
    await expect(availableOf(account)).resolves.toBe(250n);
  });

  it('is its first maker’s, names rows shortly enough and stays within the unit of its credential', async () => {
    const { account } = await memberWith(10);
    const rows = [row('1', account, '1')];
    await api.post('/v1/adjustment-batches', { batchId: 'b-4', rows }, by('batcher-4'));
    await expect(api.post('/v1/adjustment-batches', { batchId: 'b-4', rows }, by('other'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'batch-conflict' },
    });
    const long = [row('1'.repeat(61), account, '1')];
    await expect(api.post('/v1/adjustment-batches', { batchId: 'b-5', rows: long })).resolves.toMatchObject({
      status: 422,
      body: { code: 'id-invalid', errors: [{ pointer: '/rows/0/rowId' }] },
    });
    const foreign = await api.post('/v1/adjustment-batches', { batchId: 'b-6', rows }, { unit: 'park' });
    expect(foreign.status).toBe(404);
    await expect(api.get('/v1/adjustment-batches/b-6')).resolves.toMatchObject({ status: 404 });
  });
});
