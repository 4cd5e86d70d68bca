import { MemberTiers } from '../src/adapters/member-tiers';
import { ProgramZones } from '../src/adapters/program-zones';
import { PassingTime } from '../src/application/passing-time';
import { whenDayEndedBookExpiry } from '../src/policies/when-day-ended-book-expiry';
import { whenDayEndedNoteOverdue } from '../src/policies/when-day-ended-note-overdue';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { whenTierChangedKeepIt } from '../src/policies/when-tier-changed-keep-it';
import { DueBook } from '../src/projections/account-book/due-accounts';
import { type Got, LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, PROGRAM, purchase, TENANT } from './ledger-fixture';
import { VALUE_ASSETS } from './value-assets';

const NOON = '2026-11-06T12:00:00.000Z';
/** The end of 11 November in Shanghai. */
const DUE = '2026-11-11T16:00:00.000Z';

let api: LedgerApi;
let versions = 0;
let members = 0;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  const declared = await api.call('PUT', '/v1/assets', { assets: VALUE_ASSETS });
  expect(declared).toEqual({ status: 200, body: { declared: 5 } });
});

beforeEach(() => {
  api.now = NOON;
});

afterAll(() => api?.stop());

/** A member whose account is not open yet, and the path to it. */
function newMember(): { member: string; path: string } {
  const member = `v-${++members}`;
  return { member, path: `/v1/accounts/${accountOf(member)}` };
}

/** The books of an account as its events say. */
async function booksOf(member: string, asset: string) {
  const { state } = await api.ledger.application.accounts.load(TENANT, accountOf(member));
  const { available, held, redeemed, breakage, moved } = state.books.get(asset)!;
  return { available, held, redeemed, breakage, moved };
}

/** The end of a day of the program, handed to both policies that hear it. */
async function dayEnds(at: string): Promise<void> {
  const { pool, application } = api.ledger;
  await api.ledger.project(versions++, 100);
  const [record] = batchOf([purchase('m', 'P', NOON, 1)]).records;
  const message = { program: PROGRAM, zone: 'Asia/Shanghai', date: at.slice(0, 10), at };
  const topic = 'organization.day-ended.v1';
  const batch = { topic, records: [{ ...record!, topic, message }], assignment: 1, checkpointMoved: () => undefined };
  const time = new PassingTime(application.accounts);
  await whenDayEndedBookExpiry(time, new DueBook(pool))({ ...batch, checkpoint: undefined });
  await whenDayEndedNoteOverdue(time, new DueBook(pool))({ ...batch, checkpoint: undefined });
  await api.ledger.project(versions++, 100);
}

async function spend(path: string, holdId: string, asset: string, amount: string, unit = 'hotel'): Promise<Got> {
  await expect(api.post(`${path}/holds`, { holdId, asset, amount, unit })).resolves.toMatchObject({ status: 201 });
  return api.post(`${path}/holds/${holdId}/capture`, { unit });
}

describe('stored value', () => {
  const load = (member: string, more: object = {}) => {
    return { topUpId: 't-1', member, asset: 'STORED-HOTEL', principal: '10000', bonus: '2000', unit: 'hotel', ...more };
  };

  it('is loaded once as what was paid and what is given on top, and opens the account', async () => {
    const { member, path } = newMember();
    const first = await api.post(`${path}/top-ups`, load(member));
    expect(first).toMatchObject({
      status: 201,
      body: {
        id: 't-1',
        asset: 'STORED-HOTEL',
        amount: '12000',
        lots: [
          { lot: '~principal:t-1.0:STORED-HOTEL', amount: '10000' },
          { lot: '~bonus:t-1.1:STORED-HOTEL', amount: '2000', expiresAt: '2026-11-07T16:00:00.000Z' },
        ],
      },
    });
    await expect(api.post(`${path}/top-ups`, load(member))).resolves.toEqual({
      status: 200,
      body: { ...first.body, duplicate: true },
    });
    await expect(api.post(`${path}/top-ups`, load(member, { bonus: '2001' }))).resolves.toMatchObject({
      status: 409,
      body: { code: 'decision-conflict' },
    });
  });

  it('is spent through the same two phases, and what is left of what was paid is refunded', async () => {
    const { member, path } = newMember();
    await api.post(`${path}/top-ups`, load(member));
    await expect(spend(path, 'h-1', 'STORED-HOTEL', '4000')).resolves.toMatchObject({ body: { captured: '4000' } });
    const refund = { refundId: 'r-1', asset: 'STORED-HOTEL', amount: '3000', unit: 'hotel' };
    const refunded = await api.post(`${path}/refunds`, refund);
    expect(refunded).toMatchObject({ status: 201, body: { id: 'r-1', amount: '3000', fallen: '1000' } });
    await expect(api.post(`${path}/refunds`, refund)).resolves.toEqual({
      status: 200,
      body: { ...refunded.body, duplicate: true },
    });
    await expect(booksOf(member, 'STORED-HOTEL')).resolves.toEqual({
      available: 4000n,
      held: 0n,
      redeemed: 4000n,
      breakage: 1000n,
      moved: 3000n,
    });
    await expect(api.post(`${path}/refunds`, { ...refund, refundId: 'r-2', amount: '3001' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', facts: { available: '3000' } },
    });
  });

  it('is spent in proportion where its policy says so, a captured part too', async () => {
    const { member, path } = newMember();
    await api.post(`${path}/top-ups`, load(member, { asset: 'STORED-MALL', unit: 'mall' }));
    await api.post(`${path}/holds`, { holdId: 'h-1', asset: 'STORED-MALL', amount: '1200', unit: 'mall' });
    await api.post(`${path}/holds/h-1/capture`, { unit: 'mall', amount: '600' });
    const { state } = await api.ledger.application.accounts.load(TENANT, accountOf(member));
    expect(state.holds.get('h-1')!.slices.map(({ lot, amount }) => [lot.split(':')[0], amount])).toEqual([
      ['~principal', 500n],
      ['~bonus', 100n],
    ]);
  });

  it('never lets what was paid expire, and keeps the account open until it is refunded', async () => {
    const { member, path } = newMember();
    await api.post(`${path}/top-ups`, load(member));
    await dayEnds('2026-11-07T16:00:00.000Z');
    await expect(booksOf(member, 'STORED-HOTEL')).resolves.toMatchObject({ available: 10000n, breakage: 2000n });
    const close = () => api.post(`${path}/close`, { reason: 'member-request' });
    await expect(close()).resolves.toMatchObject({ status: 409, body: { code: 'account-not-settled' } });
    await api.post(`${path}/refunds`, { refundId: 'r-1', asset: 'STORED-HOTEL', unit: 'hotel' });
    await expect(close()).resolves.toMatchObject({ status: 200, body: { status: 'closed' } });
  });

  it('is refused by another unit, of another kind of asset, and for another member', async () => {
    const { member, path } = newMember();
    for (const [body, status, code] of [
      [load(member, { unit: 'mall' }), 409, 'asset-out-of-scope'],
      [load(member, { asset: 'POINTS' }), 409, 'asset-kind-unsuitable'],
      [load(member, { asset: 'GROWTH' }), 409, 'asset-not-spendable'],
      [load(member, { asset: 'MILES' }), 422, 'unknown-asset'],
      [load('v-other'), 422, 'account-mismatch'],
      [load(member, { principal: '0' }), 422, 'amount-invalid'],
    ] as const) {
      await expect(api.post(`${path}/top-ups`, body)).resolves.toMatchObject({ status, body: { code } });
    }
    await expect(api.post(`${path}/top-ups`, load(member), { unit: 'mall' })).resolves.toMatchObject({ status: 404 });
  });
});

describe('the rows of the read model', () => {
  it('are the same whatever the size of the pages that made them', async () => {
    const { member, path } = newMember();
    const limit = { changeId: 'c-1', member, asset: 'CREDIT-HOTEL', amount: '500', unit: 'hotel' };
    await api.post(`${path}/credit-limits`, limit);
    await spend(path, 'h-1', 'CREDIT-HOTEL', '300');
    await api.post(`${path}/holds/h-1/cancellations`, { cancellationId: 'c-1', amount: '100' });
    await api.post(`${path}/credit-repayments`, { ...limit, repaymentId: 'r-1', amount: '50', changeId: undefined });
    await api.ledger.project(versions++, 500);
    const whole = await api.ledger.rows(versions - 1);
    await api.ledger.project(versions++, 1);
    expect(await api.ledger.rows(versions - 1)).toEqual(whole);
    await expect(api.get(`${path}/debts`)).resolves.toMatchObject({
      body: { items: [{ debt: 'credit:h-1', amount: '300', owed: '150' }] },
    });
  });
});

describe('a count card', () => {
  it('is sold at a price, punched one by one, and lives again within its window', async () => {
    const { member, path } = newMember();
    const sale = { saleId: 's-1', member, asset: 'COUNT-MEALS', amount: '10', price: '29900', unit: 'hotel' };
    await expect(api.post(`${path}/point-sales`, sale)).resolves.toMatchObject({
      status: 201,
      body: { id: 's-1', amount: '10', lots: [{ lot: '~bought:s-1.0:COUNT-MEALS', amount: '10' }] },
    });
    await expect(spend(path, 'visit-1', 'COUNT-MEALS', '1')).resolves.toMatchObject({ body: { captured: '1' } });
    const { state } = await api.ledger.application.accounts.load(TENANT, accountOf(member));
    expect(state.holds.get('visit-1')!.slices).toMatchObject([{ unitCost: '2990', issuer: 'hotel' }]);

    const reactivate = { reactivationId: 'x-1', asset: 'COUNT-MEALS' };
    await expect(api.post(`${path}/reactivations`, reactivate)).resolves.toMatchObject({
      status: 409,
      body: { code: 'nothing-to-reactivate' },
    });
    const credit = { adjustmentId: 'a-1', asset: 'COUNT-MEALS', amount: '2', reason: 'goodwill', unit: 'hotel' };
    await api.post(`${path}/adjustments`, { ...credit, expiresAt: '2026-11-08T16:00:00.000Z' });
    await dayEnds('2026-11-08T16:00:00.000Z');
    api.now = '2026-11-10T00:00:00.000Z';
    await expect(api.post(`${path}/reactivations`, reactivate)).resolves.toMatchObject({
      status: 201,
      body: { id: 'x-1', amount: '2', lots: [{ amount: '2', expiresAt: '2026-11-20T00:00:00.000Z' }] },
    });
    await expect(booksOf(member, 'COUNT-MEALS')).resolves.toMatchObject({ available: 11n, breakage: 0n });
    await expect(api.post(`${path}/reactivations`, { ...reactivate, asset: 'POINTS' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'schema-invalid', errors: [{ pointer: '/asset', code: 'asset-not-reactivated' }] },
    });
  });

  it('is refused at a price that gives no exact cost of one punch', async () => {
    const { member, path } = newMember();
    const sale = { saleId: 's-1', member, asset: 'COUNT-MEALS', amount: '7', price: '8999999999999999', unit: 'hotel' };
    await expect(api.post(`${path}/point-sales`, sale)).resolves.toMatchObject({
      status: 422,
      body: { code: 'price-invalid' },
    });
  });
});

describe('a gift', () => {
  it('is a lot at the cost of its giver', async () => {
    const { member, path } = newMember();
    const gift = { giftId: 'g-1', member, asset: 'POINTS', amount: '50', unit: 'mall', store: 'mall-1' };
    await expect(api.post(`${path}/gifts`, gift)).resolves.toMatchObject({
      status: 201,
      body: { amount: '50', lots: [{ lot: '~gift:g-1.0:POINTS' }] },
    });
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 50n });
  });
});

describe('a line of credit', () => {
  it('is spent up to its limit, owed until its day, overdue from then on, and repaid', async () => {
    const { member, path } = newMember();
    const limit = { changeId: 'c-1', member, asset: 'CREDIT-HOTEL', amount: '100000', unit: 'hotel' };
    await expect(api.post(`${path}/credit-limits`, limit)).resolves.toMatchObject({
      status: 201,
      body: { id: 'c-1', amount: '100000', limit: '100000' },
    });
    await expect(spend(path, 'h-1', 'CREDIT-HOTEL', '70000')).resolves.toMatchObject({ body: { captured: '70000' } });
    const beyond = { holdId: 'h-2', asset: 'CREDIT-HOTEL', amount: '30001', unit: 'hotel' };
    await expect(api.post(`${path}/holds`, beyond)).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points', facts: { available: '30000' } },
    });
    const owed = { debt: 'credit:h-1', kind: 'credit', asset: 'CREDIT-HOTEL', unit: 'hotel', amount: '70000' };
    await dayEnds('2026-11-10T16:00:00.000Z');
    await expect(api.get(`${path}/debts`)).resolves.toMatchObject({
      body: { items: [{ ...owed, owed: '70000', madeAt: NOON, dueAt: DUE, overdue: false }] },
    });
    await dayEnds(DUE);
    await dayEnds(DUE);
    await expect(api.get(`${path}/debts`)).resolves.toMatchObject({
      body: { items: [{ ...owed, owed: '70000', overdue: true }] },
    });

    const repayment = { repaymentId: 'r-1', member, asset: 'CREDIT-HOTEL', amount: '20000', unit: 'hotel' };
    await expect(api.post(`${path}/credit-repayments`, repayment)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(`${path}/credit-repayments`, repayment)).resolves.toMatchObject({ status: 200 });
    const more = { ...repayment, repaymentId: 'r-2', amount: '50001' };
    await expect(api.post(`${path}/credit-repayments`, more)).resolves.toMatchObject({
      status: 409,
      body: { code: 'repayment-exceeds-debt', facts: { owed: '50000' } },
    });
    await expect(booksOf(member, 'CREDIT-HOTEL')).resolves.toMatchObject({ available: 50000n, redeemed: 70000n });
    const lower = { ...limit, changeId: 'c-2', amount: '-50000' };
    await expect(api.post(`${path}/credit-limits`, lower)).resolves.toMatchObject({
      status: 201,
      body: { amount: '-50000', limit: '50000' },
    });
    await expect(api.post(`${path}/credit-limits`, { ...lower, changeId: 'c-3' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'insufficient-points' },
    });
    await expect(api.post(`${path}/credit-limits`, { ...lower, amount: '0' })).resolves.toMatchObject({ status: 422 });
  });
});

describe('a loan', () => {
  const loan = (member: string, amount: string, loanId = 'l-1') => {
    return { loanId, member, asset: 'POINTS', amount, unit: 'mall' };
  };

  it('is granted up to the limit of the tier, and repaid first by what is earned later', async () => {
    const { member, path } = newMember();
    await expect(api.post(`${path}/loans`, loan(member, '101'))).resolves.toMatchObject({
      status: 409,
      body: { code: 'loan-limit-exceeded', facts: { limit: '100', owed: '0' } },
    });
    const [record] = batchOf([purchase(member, 'P', NOON, 1)]).records;
    const tier = (name: string, validFrom: string) => ({ tier: name, validFrom });
    const history = [tier('gold', '2026-11-01T00:00:00.000Z'), tier('silver', '2026-12-01T00:00:00.000Z')];
    const said = { member, account: accountOf(member), program: PROGRAM, revision: 1, cause: 'upgrade', history };
    const topic = 'membership.tier-changed.v1';
    const records = [{ ...record!, topic, message: { ...said, ...history[0]! } }];
    const batch = { topic, records, assignment: 1, checkpoint: undefined, checkpointMoved: () => undefined };
    await whenTierChangedKeepIt(new MemberTiers(api.ledger.pool))(batch);

    await expect(api.post(`${path}/loans`, loan(member, '300'))).resolves.toMatchObject({
      status: 201,
      body: { id: 'l-1', amount: '300', dueAt: DUE, lots: [{ lot: '~loan:l-1.0:POINTS', amount: '300' }] },
    });
    await whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([purchase(member, `P-${member}`, NOON, 120)]));
    await expect(booksOf(member, 'POINTS')).resolves.toMatchObject({ available: 300n, moved: 120n });
    await api.ledger.project(versions++, 100);
    await expect(api.get(`${path}/debts`)).resolves.toMatchObject({
      body: { items: [{ debt: 'loan:l-1', kind: 'loan', unit: 'mall', amount: '300', owed: '180' }] },
    });
    const repay = { repaymentId: 'r-1' };
    await expect(api.post(`${path}/loans/l-1/repayments`, repay)).resolves.toMatchObject({
      status: 201,
      body: { id: 'r-1', loanId: 'l-1', amount: '180' },
    });
    await expect(api.post(`${path}/loans/l-1/repayments`, repay)).resolves.toMatchObject({ status: 200 });
  });

  it('is not granted of an asset that is not lent', async () => {
    const { member, path } = newMember();
    await expect(api.post(`${path}/loans`, { ...loan(member, '5'), asset: 'COUNT-MEALS' })).resolves.toMatchObject({
      status: 409,
      body: { code: 'asset-kind-unsuitable' },
    });
  });
});
