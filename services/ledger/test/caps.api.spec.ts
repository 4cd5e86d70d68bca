import { accountId } from '@tallystick/decider';
import { ProgramZones } from '../src/adapters/program-zones';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { LedgerApi } from './ledger-api-fixture';
import { batchOf, purchase, TENANT } from './ledger-fixture';

/** Friday, 6 November, 20:00 in Shanghai. */
const FRIDAY = '2026-11-06T12:00:00.000Z';
/** Saturday in Shanghai, Friday still in UTC. */
const SATURDAY = '2026-11-06T17:00:00.000Z';
const SUNDAY = '2026-11-08T15:59:59.000Z';
const MONDAY = '2026-11-08T16:00:00.000Z';

let api: LedgerApi;
let programs = 0;

beforeAll(async () => {
  api = await LedgerApi.start(FRIDAY);
});

afterEach(() => {
  api.now = FRIDAY;
});

afterAll(() => api?.stop());

/** A program of its own with caps on POINTS. */
async function programWith(caps: object, zone: string | undefined = 'Asia/Shanghai') {
  const program = `capped-${++programs}`;
  if (zone) await new ProgramZones(api.ledger.pool).programDeclared(TENANT, program, 0, zone);
  const assets = [{ asset: 'POINTS', kind: 'points', policy: { caps } }];
  const declared = await api.call('PUT', '/v1/assets', { assets }, { program });
  const account = accountId(TENANT, program, 'm-1');
  const earn = (...purchases: readonly (readonly [id: string, at: string, points: number])[]) =>
    whenPurchaseQualifiedAccrue(api.ledger.application)(
      batchOf(purchases.map(([id, at, points]) => purchase('m-1', id, at, points, { program, account }))),
    );
  const granted = async () => {
    const { state } = await api.ledger.application.accounts.load(TENANT, account);
    const of = ([key, { holdings }]: [string, { holdings: readonly { asset: string; granted: bigint }[] }]) =>
      [key.slice('till-1:'.length), holdings.find(({ asset }) => asset === 'POINTS')?.granted ?? 0n] as const;
    return Object.fromEntries([...state.accruals].map(of));
  };
  const hold = (holdId: string, amount: string) =>
    api.post(`/v1/accounts/${account}/holds`, { holdId, asset: 'POINTS', amount, unit: 'mall' }, { program });
  return { program, account, declared, earn, granted, hold };
}

describe('a late settlement of a lease that is beyond a spend cap', () => {
  it('is honoured by whoever goes beyond the cap with a reason, and by nobody else', async () => {
    const { program, account, earn } = await programWith({ spend: { day: '50' } });
    await earn(['P1', FRIDAY, 100]);
    const leases = `/v1/accounts/${account}/leases`;
    const lease = { leaseId: 'l-1', till: 'pos-7', asset: 'POINTS', amount: '40', ttlSeconds: 60, unit: 'mall' };
    await expect(api.post(leases, lease, { program })).resolves.toMatchObject({ status: 201 });
    api.now = '2026-11-06T12:05:00.000Z';
    const late = await api.post(`${leases}/l-1/settlement`, { amount: '40', unit: 'mall' }, { program });
    expect(late.body['state']).toBe('waiting');
    const hold = { holdId: 'h-1', asset: 'POINTS', amount: '20', unit: 'mall' };
    await api.post(`/v1/accounts/${account}/holds`, hold, { program });
    const honour = { decision: 'honour', redemptionId: 'r-1', reason: 'till-offline' };
    await expect(api.post(`${leases}/l-1/decision`, honour, { program })).resolves.toMatchObject({
      status: 409,
      body: { code: 'cap-exceeded', facts: { cap: 'spend-day', used: '20' } },
    });
    await expect(
      api.post(`${leases}/l-1/decision`, { ...honour, beyondCaps: true }, { program }),
    ).resolves.toMatchObject({ status: 200, body: { state: 'honoured', amount: '40', beyondCap: 'spend-day' } });
  });
});

describe('earn caps that a program declares', () => {
  it('are shown as declared and must limit something', async () => {
    const caps = { earn: { day: '100', month: '1000' }, onExceed: 'reject' };
    const { program } = await programWith(caps);
    await expect(api.get('/v1/assets', { program })).resolves.toMatchObject({
      body: { items: [{ asset: 'POINTS', policy: { caps } }] },
    });
    const { declared } = await programWith({ onExceed: 'cut' });
    expect(declared).toMatchObject({ status: 422, body: { code: 'asset-policy-invalid', facts: { part: 'caps' } } });
  });

  it('count by days of the program', async () => {
    const { earn, granted } = await programWith({ earn: { day: '100' } });
    await earn(['P1', FRIDAY, 80], ['P2', FRIDAY, 80], ['P3', SATURDAY, 80]);
    await expect(granted()).resolves.toEqual({ P1: 80n, P2: 20n, P3: 80n });
  });

  it('count by weeks from Monday and by months, and leave GROWTH alone', async () => {
    const { earn, granted, account } = await programWith({ earn: { week: '100', month: '150' } });
    await earn(['P1', FRIDAY, 60], ['P2', SUNDAY, 60], ['P3', MONDAY, 60], ['P4', '2026-12-01T00:00:00.000Z', 60]);
    await expect(granted()).resolves.toEqual({ P1: 60n, P2: 40n, P3: 50n, P4: 60n });
    const { state } = await api.ledger.application.accounts.load(TENANT, account);
    expect(state.books.get('GROWTH')!.available).toBe(480n);
  });

  it('end alike in whatever order purchases come, one by one or together', async () => {
    const purchases = [
      ['P1', FRIDAY, 70],
      ['P2', SATURDAY, 70],
      ['P3', SUNDAY, 70],
    ] as const;
    const [inOrder, reversed] = [
      await programWith({ earn: { life: '150' } }),
      await programWith({ earn: { life: '150' } }),
    ];
    await inOrder.earn(...purchases);
    for (const one of [...purchases].reverse()) await reversed.earn(one);
    await expect(inOrder.granted()).resolves.toEqual({ P1: 70n, P2: 70n, P3: 10n });
    await expect(reversed.granted()).resolves.toEqual({ P1: 70n, P2: 70n, P3: 10n });
  });

  it('wait for the zone of their program', async () => {
    const { program, earn, granted } = await programWith({ earn: { day: '100' } }, '');
    await expect(earn(['P1', FRIDAY, 120])).resolves.toMatchObject([{ kind: 'retry', code: 'unknown-program' }]);
    await new ProgramZones(api.ledger.pool).programDeclared(TENANT, program, 0, 'Asia/Shanghai');
    const { application } = api.ledger;
    const fresh = { ...application, assets: api.ledger.twin().assets };
    const account = accountId(TENANT, program, 'm-1');
    await whenPurchaseQualifiedAccrue(fresh)(batchOf([purchase('m-1', 'P1', FRIDAY, 120, { program, account })]));
    await expect(granted()).resolves.toEqual({ P1: 100n });
  });
});

describe('spend caps that a program declares', () => {
  it('refuse a hold beyond them until the day of the program is over', async () => {
    const { earn, hold, account, program } = await programWith({ spend: { transaction: '60', day: '100' } });
    await earn(['P1', FRIDAY, 1_000]);
    await expect(hold('h-1', '61')).resolves.toMatchObject({
      status: 409,
      body: { code: 'cap-exceeded', facts: { asset: 'POINTS', cap: 'spend-transaction', limit: '60', used: '0' } },
    });
    await expect(hold('h-1', '60')).resolves.toMatchObject({ status: 201 });
    await expect(hold('h-2', '60')).resolves.toMatchObject({
      status: 409,
      body: { code: 'cap-exceeded', facts: { cap: 'spend-day', limit: '100', used: '60' } },
    });
    const beyond = { amount: '61', beyondHold: true, unit: 'mall' };
    await expect(api.post(`/v1/accounts/${account}/holds/h-1/capture`, beyond, { program })).resolves.toMatchObject({
      status: 409,
      body: { code: 'cap-exceeded', facts: { cap: 'spend-transaction' } },
    });
    api.now = SATURDAY;
    await expect(hold('h-2', '60')).resolves.toMatchObject({ status: 201 });
  });

  it('give back what is released', async () => {
    const { earn, hold, account, program } = await programWith({ spend: { life: '100' } });
    await earn(['P1', FRIDAY, 1_000]);
    await hold('h-1', '100');
    await expect(hold('h-2', '1')).resolves.toMatchObject({ status: 409 });
    await api.post(`/v1/accounts/${account}/holds/h-1/release`, {}, { program });
    await expect(hold('h-2', '100')).resolves.toMatchObject({ status: 201 });
  });

  it('let exactly as many holds pass as they bear, however many come at once', async () => {
    const { earn, hold } = await programWith({ spend: { day: '100' } });
    await earn(['P1', FRIDAY, 10_000]);
    const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => hold(`h-${index}`, '30')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 409)).toHaveLength(29);
  });
});

describe('a balance cap that a program declares', () => {
  it('limits what purchases give and refuses a credit beyond it', async () => {
    const { earn, granted, account, program } = await programWith({ balance: '100' });
    await earn(['P1', FRIDAY, 70], ['P2', SATURDAY, 70]);
    await expect(granted()).resolves.toEqual({ P1: 70n, P2: 70n });
    const { state } = await api.ledger.application.accounts.load(TENANT, account);
    expect(state.books.get('POINTS')).toMatchObject({ available: 100n, breakage: 40n });
    const credit = { adjustmentId: 'a-1', asset: 'POINTS', amount: '1', reason: 'goodwill', unit: 'mall' };
    await expect(api.post(`/v1/accounts/${account}/adjustments`, credit, { program })).resolves.toMatchObject({
      status: 409,
      body: { code: 'cap-exceeded', facts: { cap: 'balance', limit: '100', used: '100' } },
    });
  });
});
