import { ProgramZones } from '../src/adapters/program-zones';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, PROGRAM, TENANT } from './ledger-fixture';
import { VALUE_ASSETS } from './value-assets';

const NOON = '2026-11-06T12:00:00.000Z';
const NEXT_YEAR = '2027-11-06T12:00:00.000Z';

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  await api.call('PUT', '/v1/assets', { assets: VALUE_ASSETS });
});

afterAll(() => api?.stop());

/** Every favour that is done by hand, as its path and its body for a member. */
const favours = (member: string): readonly (readonly [string, object])[] => {
  const points = { member, asset: 'POINTS', amount: '10', unit: 'hotel' };
  const lot = { issuer: 'hotel', amount: '10', activatedAt: NOON };
  return [
    ['gifts', { ...points, giftId: 'g-1' }],
    ['point-sales', { ...points, saleId: 's-1', price: '10' }],
    ['top-ups', { topUpId: 't-1', member, asset: 'STORED-HOTEL', principal: '100', unit: 'hotel' }],
    ['credit-limits', { ...points, changeId: 'l-1', asset: 'CREDIT-HOTEL' }],
    ['credit-repayments', { ...points, repaymentId: 'r-1', asset: 'CREDIT-HOTEL' }],
    ['imports', { importId: 'i-1', member, asset: 'POINTS', expected: '10', lots: [lot] }],
    ['extensions', { extensionId: 'x-1', asset: 'POINTS', to: NEXT_YEAR, reason: 'goodwill' }],
    ['reactivations', { reactivationId: 'v-1', asset: 'COUNT-MEALS' }],
    ['unfreeze', { reason: 'resolved' }],
    ['leases/a-1/decision', { decision: 'honour', redemptionId: 'late-1', reason: 'goodwill' }],
  ];
};

/** Which favours are refused as self-dealing on an account. */
async function refusedOn(account: string, member: string, subject: string): Promise<string[]> {
  const refused: string[] = [];
  for (const [route, body] of favours(member)) {
    const answer = await api.post(`/v1/accounts/${account}/${route}`, body, { subject });
    if (answer.status === 403 && answer.body['code'] === 'self-dealing') refused.push(route);
  }
  return refused;
}

const ALL = favours('any').map(([route]) => route);

describe('a favour by hand (case 70)', () => {
  it('is not done to an account of one’s own, under whichever name, nor before it is open', async () => {
    const { member, account } = await api.ledger.memberWith(100, NOON);
    await expect(refusedOn(account, member, member)).resolves.toEqual(ALL);
    await expect(refusedOn(account, member, `user:${member}`)).resolves.toEqual(ALL);
    await expect(refusedOn(accountOf('m-new'), 'm-new', 'm-new')).resolves.toEqual(ALL);
    const { state } = await api.ledger.application.accounts.load(TENANT, account);
    expect(state.books.get('POINTS')!.available).toBe(100n);
  });

  it('is not done to a pool that one spends of', async () => {
    const pool = `/v1/accounts/${accountOf('pool-family')}/pool`;
    const members = [{ member: 'm-spends' }];
    const opened = await api.post(pool, { pool: 'pool-family', owner: 'm-owns', members });
    expect(opened.status).toBe(201);
    for (const subject of ['m-owns', 'm-spends']) {
      await expect(refusedOn(accountOf('pool-family'), 'pool-family', subject)).resolves.toEqual(ALL);
    }
  });

  it('is not done to the account that has taken one’s own in', async () => {
    const [mine, theirs] = [await api.ledger.memberWith(10, NOON), await api.ledger.memberWith(10, NOON)];
    const merge = { mergeId: 'merge-1', into: theirs.member };
    const merged = await api.post(`/v1/accounts/${mine.account}/merges`, merge);
    expect(merged.status).toBeLessThan(300);
    await expect(refusedOn(theirs.account, theirs.member, mine.member)).resolves.toEqual(ALL);
  });

  it('is done to the account of another', async () => {
    const { member, account } = await api.ledger.memberWith(100, NOON);
    await expect(refusedOn(account, member, 'ann')).resolves.toEqual([]);
    const { state } = await api.ledger.application.accounts.load(TENANT, account);
    expect(state.books.get('POINTS')!.available).toBe(130n);
  });

  it('is no loan, and nothing else that a holder does for himself', async () => {
    const { member, account } = await api.ledger.memberWith(100, NOON);
    const loan = { loanId: 'o-1', member, asset: 'POINTS', amount: '10', unit: 'hotel' };
    const path = `/v1/accounts/${account}`;
    await expect(api.post(`${path}/loans`, loan, { subject: member })).resolves.toMatchObject({ status: 201 });
    const transfer = { transferId: 't-1', to: 'm-other', asset: 'POINTS', amount: '10' };
    await expect(api.post(`${path}/transfers`, transfer, { subject: member })).resolves.toMatchObject({ status: 201 });
  });
});
