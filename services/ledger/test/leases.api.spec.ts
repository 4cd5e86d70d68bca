import { isSignedBy, NoteRefused, readNote, readVerifierKey } from '@tallystick/proof';
import { whenMinuteEndedLapseHolds } from '../src/policies/when-minute-ended-lapse-holds';
import { PassingTime } from '../src/application/passing-time';
import { DueBook } from '../src/projections/account-book/due-accounts';
import { LedgerApi } from './ledger-api-fixture';
import { batchOf, purchase, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T12:00:00.000Z';
const ENDED = '2026-11-06T12:15:00.000Z';
const LATER = '2026-11-06T13:00:00.000Z';

let api: LedgerApi;
let version = 0;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
});

beforeEach(() => {
  api.now = NOON;
});

afterAll(() => api?.stop());

async function memberWith(points: number): Promise<{ account: string; leases: string }> {
  const { account } = await api.ledger.memberWith(points, EARNED);
  return { account, leases: `/v1/accounts/${account}/leases` };
}

const lease = (leaseId: string, amount: string, more: object = {}) => ({
  leaseId,
  till: 'pos-7',
  asset: 'POINTS',
  amount,
  unit: 'market',
  ...more,
});

async function booksOf(account: string) {
  const { state } = await api.ledger.application.accounts.load(TENANT, account);
  const { available, held, redeemed } = state.books.get('POINTS')!;
  return { available, held, redeemed };
}

const settlement = (amount: string, more: object = {}) => ({ amount, unit: 'market', ...more });

/** Leases 60 of 100 and settles 40 of it three quarters of an hour after the lease has ended. */
async function settledLate() {
  const { account, leases } = await memberWith(100);
  await api.post(leases, lease('l-1', '60'));
  api.now = LATER;
  const answer = await api.post(`${leases}/l-1/settlement`, settlement('40'), { key: `late-${account}` });
  return { account, leases, answer };
}

describe('a lease', () => {
  it('holds points, and its grant is checked without a connection by the published key', async () => {
    const { account, leases } = await memberWith(100);
    const { status, body } = await api.post(leases, lease('l-1', '60', { store: 'market-1' }));
    expect({ status, ...body }).toMatchObject({
      status: 201,
      leaseId: 'l-1',
      till: 'pos-7',
      amount: '60',
      until: ENDED,
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 40n, held: 60n, redeemed: 0n });
    const { body: published } = await api.get('/v1/leases/key');
    const note = readNote(String(body['grant']));
    expect(isSignedBy(note, readVerifierKey(String(published['key'])))).toBe(true);
    const granted = { account, amount: '60', asset: 'POINTS', from: NOON, lease: 'l-1', program: 'main' };
    const where = { store: 'market-1', tenant: 'demo', till: 'pos-7', unit: 'market', until: ENDED };
    expect(note.text).toBe(`${JSON.stringify({ ...granted, ...where })}\n`);
  });

  it('has a grant that nobody can raise', async () => {
    const { leases } = await memberWith(100);
    const { body } = await api.post(leases, lease('l-1', '60'));
    const { body: published } = await api.get('/v1/leases/key');
    const raised = readNote(String(body['grant']).replace('"amount":"60"', '"amount":"600"'));
    expect(() => isSignedBy(raised, readVerifierKey(String(published['key'])))).toThrow(NoteRefused);
  });

  it('is the same for the same request, under the same key or another one', async () => {
    const { leases } = await memberWith(100);
    const first = await api.post(leases, lease('l-1', '60'), { key: 'lease-once' });
    api.now = LATER;
    await expect(api.post(leases, lease('l-1', '60'), { key: 'lease-once' })).resolves.toEqual(first);
    await expect(api.post(leases, lease('l-1', '60'))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(leases, lease('l-1', '60', { till: 'pos-8' }))).resolves.toMatchObject({
      status: 409,
      body: { code: 'hold-conflict' },
    });
  });

  it('is refused where there are not so many points, for too long a time, and to those who may not', async () => {
    const { leases } = await memberWith(100);
    await expect(api.post(leases, lease('l-1', '101'))).resolves.toMatchObject({
      body: { code: 'insufficient-points' },
    });
    await expect(api.post(leases, lease('l-1', '1', { ttlSeconds: 86_401 }))).resolves.toMatchObject({ status: 422 });
    const options = { permissions: ['holds:write'] };
    await expect(api.post(leases, lease('l-1', '1'), options)).resolves.toMatchObject({ status: 403 });
    await expect(api.post(leases, lease('l-1', '1'), { unit: 'hotel' })).resolves.toMatchObject({ status: 404 });
  });

  it('that nobody used is free again when its time is over', async () => {
    const { account, leases } = await memberWith(100);
    await api.post(leases, lease('l-1', '60'));
    await api.ledger.project((version += 1), 500);
    const policy = whenMinuteEndedLapseHolds(new PassingTime(api.ledger.twin().accounts), new DueBook(api.ledger.pool));
    const [record] = batchOf([purchase('m-0', 'P-0', EARNED, 1)]).records;
    const topic = 'organization.minute-ended.v1';
    const records = [{ ...record!, topic, message: { at: ENDED } }];
    await policy({ topic, records, checkpoint: undefined, assignment: 1, checkpointMoved: () => undefined });
    await expect(booksOf(account)).resolves.toEqual({ available: 100n, held: 0n, redeemed: 0n });
  });
});

describe('the settlement of a lease', () => {
  it('redeems what was spent and frees the rest, once', async () => {
    const { account, leases } = await memberWith(100);
    await api.post(leases, lease('l-1', '60'));
    const first = await api.post(`${leases}/l-1/settlement`, settlement('40'), { key: 'settle-once' });
    expect(first).toMatchObject({ status: 200, body: { leaseId: 'l-1', state: 'captured', captured: '40' } });
    api.now = LATER;
    await expect(api.post(`${leases}/l-1/settlement`, settlement('40'), { key: 'settle-once' })).resolves.toEqual(
      first,
    );
    await expect(api.post(`${leases}/l-1/settlement`, settlement('40'))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(`${leases}/l-1/settlement`, settlement('41'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'hold-ended' },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 60n, held: 0n, redeemed: 40n });
  });

  it('of nothing gives the lease back; after its time was over it says so', async () => {
    const { account, leases } = await memberWith(100);
    await api.post(leases, lease('l-1', '60'));
    await api.post(leases, lease('l-2', '40'));
    await expect(api.post(`${leases}/l-1/settlement`, settlement('0'))).resolves.toMatchObject({
      body: { state: 'released', captured: '0' },
    });
    api.now = LATER;
    await expect(api.post(`${leases}/l-2/settlement`, settlement('0'))).resolves.toMatchObject({
      body: { state: 'ended', captured: '0' },
    });
    await expect(booksOf(account)).resolves.toMatchObject({ redeemed: 0n });
  });

  it('after the lease has ended takes no points and waits, whichever request repeats it', async () => {
    const { account, leases, answer } = await settledLate();
    expect(answer).toMatchObject({ status: 200, body: { state: 'waiting', captured: '0' } });
    await expect(api.post(`${leases}/l-1/settlement`, settlement('40'), { key: `late-${account}` })).resolves.toEqual(
      answer,
    );
    await expect(api.post(`${leases}/l-1/settlement`, settlement('30'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'decision-conflict' },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 100n, held: 0n, redeemed: 0n });
  });
});

describe('the review of late settlements', () => {
  const honour = (redemptionId: string) => ({ decision: 'honour', redemptionId, reason: 'till-offline' });
  const waitingOf = async (account: string, state = 'waiting') => {
    await api.ledger.project((version += 1), 500);
    const { body } = await api.get(`/v1/late-settlements?state=${state}&limit=100`);
    return (body['items'] as { account: string }[]).filter((one) => one.account === account);
  };

  it('lists what waits and honours it by a redemption of points that are there', async () => {
    const { account, leases } = await settledLate();
    const shown = { account, leaseId: 'l-1', asset: 'POINTS', amount: '40', till: 'pos-7', unit: 'market' };
    await expect(waitingOf(account)).resolves.toEqual([{ ...shown, state: 'waiting', receivedAt: LATER }]);
    const first = await api.post(`${leases}/l-1/decision`, honour('r-1'), { key: `honour-${account}` });
    expect(first).toMatchObject({ status: 200, body: { state: 'honoured', redemptionId: 'r-1', amount: '40' } });
    await expect(booksOf(account)).resolves.toEqual({ available: 60n, held: 0n, redeemed: 40n });
    await expect(api.post(`${leases}/l-1/decision`, honour('r-1'))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(waitingOf(account)).resolves.toEqual([]);
    await expect(waitingOf(account, 'honoured')).resolves.toMatchObject([{ ...shown, redemptionId: 'r-1' }]);
  });

  it('refuses it without a movement, and then it cannot be honoured', async () => {
    const { account, leases } = await settledLate();
    const refuse = { decision: 'refuse', reason: 'fraud-suspected' };
    await expect(api.post(`${leases}/l-1/decision`, refuse)).resolves.toMatchObject({ body: { state: 'refused' } });
    await expect(api.post(`${leases}/l-1/decision`, honour('r-1'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'decision-conflict' },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 100n, held: 0n, redeemed: 0n });
    await expect(waitingOf(account, 'refused')).resolves.toMatchObject([{ reason: 'fraud-suspected' }]);
  });

  it('cannot honour what was spent in the meantime: no point is spent twice', async () => {
    const { account, leases } = await settledLate();
    const holds = leases.replace('leases', 'holds');
    await api.post(holds, { holdId: 'h-1', asset: 'POINTS', amount: '70', unit: 'market' });
    await expect(api.post(`${leases}/l-1/decision`, honour('r-1'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points' },
    });
    await expect(booksOf(account)).resolves.toEqual({ available: 30n, held: 70n, redeemed: 0n });
    await expect(waitingOf(account)).resolves.toHaveLength(1);
  });

  it('refuses a decision that is none, of a lease of which nothing waits, and by those who may not', async () => {
    const { leases } = await settledLate();
    const decision = (body: object, options?: object) => api.post(`${leases}/l-1/decision`, body, options);
    await expect(decision({ decision: 'honour', reason: 'goodwill' })).resolves.toMatchObject({ status: 422 });
    await expect(decision({ ...honour('r-1'), decision: 'refuse' })).resolves.toMatchObject({ status: 422 });
    await expect(decision(honour('r-1'), { permissions: ['leases:write'] })).resolves.toMatchObject({ status: 403 });
    await expect(api.post(`${leases}/l-2/decision`, honour('r-1'))).resolves.toMatchObject({
      status: 404,
      body: { code: 'late-settlement-unknown' },
    });
  });
});
