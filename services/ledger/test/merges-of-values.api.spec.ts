import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bodyOf, START } from '@tallystick/decider';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { ProgramZones } from '../src/adapters/program-zones';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, linkedReturn, PROGRAM, purchase, TENANT } from './ledger-fixture';
import { VALUE_ASSETS } from './value-assets';

const MONDAY = '2026-11-02T10:00:00.000Z';
const NOON = '2026-11-06T12:00:00.000Z';
const EVENING = '2026-11-06T18:00:00.000Z';

let api: LedgerApi;
let versions = 0;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  await expect(api.call('PUT', '/v1/assets', { assets: VALUE_ASSETS })).resolves.toMatchObject({ status: 200 });
});

beforeEach(() => {
  api.now = NOON;
});

afterAll(() => api?.stop());

/** A member with 100 points, and the path to his account. */
async function memberWith100(member: string) {
  await whenPurchaseQualifiedAccrue(api.ledger.application)(batchOf([purchase(member, `P-${member}`, MONDAY, 100)]));
  const account = accountOf(member);
  return { member, account, path: `/v1/accounts/${account}` };
}

async function spendOnCredit(path: string, member: string, holdId: string, amount: string) {
  await api.post(`${path}/credit-limits`, {
    changeId: 'c-1',
    member,
    asset: 'CREDIT-HOTEL',
    amount: '500',
    unit: 'hotel',
  });
  await api.post(`${path}/holds`, { holdId, asset: 'CREDIT-HOTEL', amount, unit: 'hotel' });
  await api.post(`${path}/holds/${holdId}/capture`, { unit: 'hotel' });
}

/** `debt owed of amount` of an account by the read model as it is now. */
async function debtsOf(path: string): Promise<string[]> {
  await api.ledger.project(versions++, 3);
  const { items } = (await api.get(`${path}/debts`)).body as {
    items: { debt: string; owed: string; amount: string }[];
  };
  return items.map(({ debt, owed, amount }) => `${debt} ${owed} of ${amount}`);
}

describe('merging accounts with stored value, credit and loans', () => {
  it('shows with the survivor what is owed, and gives back what each owes still', async () => {
    const [a, b] = [await memberWith100('a-1'), await memberWith100('b-1')];
    const mark = a.account.slice(0, 8);
    await spendOnCredit(a.path, a.member, 'h-1', '300');
    await spendOnCredit(b.path, b.member, 'h-1', '200');
    await api.post(`${a.path}/loans`, {
      loanId: 'l-1',
      member: a.member,
      asset: 'POINTS',
      amount: '60',
      unit: 'hotel',
    });
    const loaded = { topUpId: 't-1', asset: 'STORED-HOTEL', principal: '80', bonus: '20', unit: 'hotel' };
    await api.post(`${a.path}/top-ups`, { ...loaded, member: a.member });
    await expect(api.post(`${a.path}/merges`, { mergeId: 'M-1', into: 'b-1' })).resolves.toMatchObject({ status: 201 });
    await expect(debtsOf(a.path)).resolves.toEqual([]);
    await expect(debtsOf(b.path)).resolves.toEqual([
      'credit:h-1 200 of 200',
      `credit:h-1:${mark} 300 of 300`,
      'loan:l-1 60 of 60',
    ]);
    const repaid = { repaymentId: 'r-1', member: b.member, asset: 'CREDIT-HOTEL', amount: '350', unit: 'hotel' };
    await expect(api.post(`${b.path}/credit-repayments`, repaid)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(`${b.path}/credit-repayments`, repaid)).resolves.toMatchObject({ status: 200 });
    const refund = { refundId: 'f-1', asset: 'STORED-HOTEL', amount: '40', unit: 'hotel' };
    await expect(api.post(`${b.path}/refunds`, refund)).resolves.toMatchObject({ status: 201 });
    await expect(api.post(`${a.path}/merges/M-1/undo`)).resolves.toMatchObject({ status: 201 });
    await expect(debtsOf(a.path)).resolves.toEqual(['credit:h-1 150 of 300', 'loan:l-1 60 of 60']);
    await expect(debtsOf(b.path)).resolves.toEqual(['credit:h-1 0 of 200']);
    const { books } = (await api.ledger.twin().accounts.load(TENANT, a.account)).state;
    expect([books.get('CREDIT-HOTEL')!.available, books.get('STORED-HOTEL')!.available]).toEqual([350n, 50n]);
  });

  it('shows a late settlement where its lease is, and lets it be decided there', async () => {
    const [a, b] = [await memberWith100('a-2'), await memberWith100('b-2')];
    const lease = { leaseId: 'l-1', till: 'pos-7', asset: 'POINTS', amount: '60', unit: 'market', ttlSeconds: 60 };
    await api.post(`${a.path}/leases`, lease);
    api.now = EVENING;
    await api.post(`${a.path}/leases/l-1/settlement`, { amount: '40', unit: 'market' });
    await api.post(`${a.path}/merges`, { mergeId: 'M-2', into: 'b-2' });
    await api.ledger.project(versions++, 3);
    const { body } = await api.get('/v1/late-settlements?state=waiting&limit=100');
    expect(body.items).toEqual([
      expect.objectContaining({ account: b.account, leaseId: 'l-1', till: 'pos-7', amount: '40', receivedAt: EVENING }),
    ]);
    const honour = { decision: 'honour', redemptionId: 'r-1', reason: 'till-offline' };
    await expect(api.post(`${b.path}/leases/l-1/decision`, honour)).resolves.toMatchObject({
      status: 200,
      body: { state: 'honoured', amount: '40' },
    });
  });

  it('takes the settlement of a lease by the account and name of its grant, whatever it is called now', async () => {
    const [a, b] = [await memberWith100('a-4'), await memberWith100('b-4')];
    const lease = { leaseId: 'l-1', till: 'pos-7', asset: 'POINTS', amount: '60', unit: 'market' };
    await api.post(`${a.path}/leases`, lease);
    await api.post(`${b.path}/leases`, { ...lease, amount: '10' });
    await api.post(`${a.path}/leases`, { ...lease, leaseId: 'l-2', amount: '5' });
    const early = await api.post(`${a.path}/leases/l-2/settlement`, { amount: '5', unit: 'market' });
    await api.post(`${a.path}/merges`, { mergeId: 'M-4', into: 'b-4' });
    const settled = await api.post(`${a.path}/leases/l-1/settlement`, { amount: '40', unit: 'market' });
    expect(settled).toMatchObject({ status: 200, body: { leaseId: 'l-1', state: 'captured', captured: '40' } });
    const again = { status: 200, body: { ...settled.body, duplicate: true } };
    await expect(api.post(`${a.path}/leases/l-1/settlement`, { amount: '40', unit: 'market' })).resolves.toEqual(again);
    await expect(api.post(`${a.path}/leases/l-2/settlement`, { amount: '5', unit: 'market' })).resolves.toEqual({
      status: 200,
      body: { ...early.body, duplicate: true },
    });
    await expect(api.post(`${b.path}/leases/l-1/settlement`, { amount: '7', unit: 'market' })).resolves.toMatchObject({
      body: { captured: '7' },
    });
    await api.post(`${a.path}/merges/M-4/undo`);
    const books = async (account: string) =>
      (await api.ledger.twin().accounts.load(TENANT, account)).state.books.get('POINTS')!;
    expect([(await books(a.account)).redeemed, (await books(b.account)).redeemed]).toEqual([45n, 7n]);
  });

  it('parts a redemption and a return that drew of both', async () => {
    const [a, b] = [await memberWith100('a-3'), await memberWith100('b-3')];
    await api.post(`${a.path}/holds`, { holdId: 'h-1', asset: 'POINTS', amount: '100', unit: 'mall' });
    await api.post(`${a.path}/holds/h-1/capture`, { unit: 'mall' });
    await api.post(`${a.path}/merges`, { mergeId: 'M-3', into: 'b-3' });
    await api.post(`${b.path}/holds/h-1/cancellations`, { cancellationId: 'x-1', amount: '20' });
    await api.post(`${b.path}/holds`, { holdId: 'h-2', asset: 'POINTS', amount: '70', unit: 'mall' });
    await api.post(`${b.path}/holds/h-2/capture`, { unit: 'mall' });
    const returned = { revision: 1, returns: [linkedReturn('R-3', NOON, 30)] };
    await whenPurchaseQualifiedAccrue(api.ledger.application)(
      batchOf([purchase(a.member, 'P-a-3', MONDAY, 100, returned)]),
    );
    await expect(api.post(`${a.path}/merges/M-3/undo`)).resolves.toMatchObject({ status: 201 });
    const { books } = (await api.ledger.twin().accounts.load(TENANT, b.account)).state;
    expect(books.get('POINTS')!.available).toBe(20n);
  });

  it('leaves the same rows, whatever the size of the pages that they are read in', async () => {
    const [fine, coarse] = [versions++, versions++];
    await api.ledger.project(fine, 1);
    await api.ledger.project(coarse, 500);
    expect(await api.ledger.rows(fine)).toEqual(await api.ledger.rows(coarse));
  });
});

describe('the verifier, which has no code of ours,', () => {
  it('folds every event of a merge to the lots and holds that the rows show, and finds nothing wrong', async () => {
    const { events } = await api.ledger.store.readAll({ after: START, max: 5_000 });
    const lines = events.map((one) => ({
      stream: one.stream,
      revision: one.revision,
      type: one.type,
      data: bodyOf(one),
    }));
    const folded = JSON.parse(
      execFileSync('python3', ['-c', FOLD, VERIFIER], { input: JSON.stringify(lines) }).toString(),
    ) as {
      faults: unknown;
      lots: string[];
      holds: string[];
    };
    await api.ledger.project(versions, 100);
    const { rows: lots } = await api.ledger.pool.query<{ row: string }>(
      `select concat_ws(' ', account, lot, pending, available, held, spent, expired, reversed, moved) as row from lot`,
    );
    const { rows: holds } = await api.ledger.pool.query<{ row: string }>(
      `select concat_ws(' ', account, hold, state, amount, captured, cancelled) as row from hold`,
    );
    expect(folded).toEqual({
      faults: {},
      lots: lots.map(({ row }) => row).sort(),
      holds: holds.map(({ row }) => row).sort(),
    });
    expect(lots.length).toBeGreaterThan(5);
  });
});

const VERIFIER = join(__dirname, '../../../deploy/verifier');

/** Folds events from its input with books.py; prints what is wrong, and lots and holds as lines. */
const FOLD = `
import json, sys
sys.path.insert(0, sys.argv[1])
from books import Books
books = Books()
for event in json.load(sys.stdin):
    books.take(event['stream'], event['revision'], event['type'], event['data'])
lots = [' '.join(map(str, [*key, *lot.parts.values()])) for key, lot in books.lots().items()]
holds = [' '.join(map(str, [*key, one['state'], one['amount'], one['captured'], one['cancelled']])) for key, one in books.holds().items()]
print(json.dumps({'faults': {key: found for key, found in books.faults.items() if found}, 'lots': sorted(lots), 'holds': sorted(holds)}))
`;
