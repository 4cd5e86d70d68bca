import { ProgramZones } from '../src/adapters/program-zones';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, PROGRAM, purchase, TENANT } from './ledger-fixture';
import { VALUE_ASSETS } from './value-assets';

const NOON = '2026-11-06T12:00:00.000Z';
const LATER = '2026-11-06T12:30:00.000Z';

let api: LedgerApi;
let versions = 0;

beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  await new ProgramZones(api.ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  await api.call('PUT', '/v1/assets', { assets: VALUE_ASSETS });
});

afterAll(() => api?.stop());

const pathOf = (member: string) => `/v1/accounts/${accountOf(member)}`;

async function done(path: string, body: object): Promise<void> {
  const { status, body: answer } = await api.post(path, body);
  expect([path, status, answer['code']]).toEqual([path, 201, undefined]);
}

/** What is said of it in English and in Chinese. */
async function inBoth(path: string): Promise<unknown[]> {
  const answers = await Promise.all(['en', 'zh'].map((lang) => api.get(`${path}&at=${LATER}&lang=${lang}`)));
  return answers.map(({ body }) => body['text']);
}

describe('the explanation of value that no purchase granted', () => {
  const path = pathOf('e-1');

  beforeAll(async () => {
    const topUp = { topUpId: 't-1', member: 'e-1', asset: 'STORED-HOTEL', principal: '10000', bonus: '2000' };
    await done(`${path}/top-ups`, { ...topUp, unit: 'hotel' });
    await done(`${path}/refunds`, { refundId: 'r-1', asset: 'STORED-HOTEL', amount: '5000', unit: 'hotel' });
    await done(`${path}/gifts`, { giftId: 'g-1', member: 'e-1', asset: 'POINTS', amount: '40', unit: 'mall' });
    await done(`${path}/credit-limits`, {
      ...{ changeId: 'c-1', member: 'e-1', asset: 'CREDIT-HOTEL', amount: '500', unit: 'hotel' },
    });
  });

  it('names the top-up, and the refund with what fell with it, in both languages', async () => {
    const [en, zh] = await inBoth(`${path}/explanation?asset=STORED-HOTEL`);
    expect(en).toEqual([
      'Balance: 6000 STORED-HOTEL free to use',
      'Lot ~bonus:t-1.1:STORED-HOTEL, owed by hotel, ends 2026-11-07T16:00:00.000Z: 2000 STORED-HOTEL',
      `  Top-up t-1 at unit hotel, ${NOON}: 2000 STORED-HOTEL`,
      '  free to use: 1000',
      `  given on top of what refund r-1 paid back, and fallen with it, ${NOON}: 1000`,
      'Lot ~principal:t-1.0:STORED-HOTEL, owed by hotel, without end: 10000 STORED-HOTEL',
      `  Top-up t-1 at unit hotel, ${NOON}: 10000 STORED-HOTEL`,
      '  free to use: 5000',
      `  refunded in cash by r-1 at unit hotel, ${NOON}: 5000`,
    ]);
    expect(zh).toEqual([
      '余额:可用 6000 STORED-HOTEL',
      '批次 ~bonus:t-1.1:STORED-HOTEL,发行方 hotel,2026-11-07T16:00:00.000Z 到期:2000 STORED-HOTEL',
      `  在业务单元 hotel 充值 t-1,${NOON}:2000 STORED-HOTEL`,
      '  可用:1000',
      `  ${NOON} 退还 r-1 时,随之作废的赠送部分:1000`,
      '批次 ~principal:t-1.0:STORED-HOTEL,发行方 hotel,永久有效:10000 STORED-HOTEL',
      `  在业务单元 hotel 充值 t-1,${NOON}:10000 STORED-HOTEL`,
      '  可用:5000',
      `  ${NOON} 在业务单元 hotel 现金退还 r-1:5000`,
    ]);
  });

  it('names the gift and the credit limit in both languages', async () => {
    const [gift, giftInChinese] = await inBoth(`${path}/explanation?asset=POINTS`);
    expect(gift).toEqual([
      'Balance: 40 POINTS free to use',
      'Lot ~gift:g-1.0:POINTS, owed by mall, without end: 40 POINTS',
      `  Gift g-1 of unit mall, ${NOON}: 40 POINTS`,
      '  free to use: 40',
    ]);
    expect(giftInChinese).toEqual([
      '余额:可用 40 POINTS',
      '批次 ~gift:g-1.0:POINTS,发行方 mall,永久有效:40 POINTS',
      `  业务单元 mall 的赠送 g-1,${NOON}:40 POINTS`,
      '  可用:40',
    ]);
    const [credit, creditInChinese] = await inBoth(`${path}/explanation?asset=CREDIT-HOTEL`);
    expect(credit).toEqual([
      'Balance: 500 CREDIT-HOTEL free to use',
      'Lot ~credit:c-1.0:CREDIT-HOTEL, owed by hotel, without end: 500 CREDIT-HOTEL',
      `  Credit limit c-1 of unit hotel, ${NOON}: 500 CREDIT-HOTEL`,
      '  free to use: 500',
    ]);
    expect(creditInChinese).toEqual([
      '余额:可用 500 CREDIT-HOTEL',
      '批次 ~credit:c-1.0:CREDIT-HOTEL,发行方 hotel,永久有效:500 CREDIT-HOTEL',
      `  业务单元 hotel 的信用额度 c-1,${NOON}:500 CREDIT-HOTEL`,
      '  可用:500',
    ]);
  });

  it('is found from each line of the statement: by the name of the decision and its lots', async () => {
    await api.ledger.project((versions += 1), 100);
    const { body } = await api.get(`${path}/statement`);
    const lines = (body['items'] as Record<string, unknown>[]).map(({ type, name, by, unit, lots }) => {
      return { type, name, by, unit, lots: (lots as { lot: string }[]).map(({ lot }) => lot) };
    });
    const loaded = ['~principal:t-1.0:STORED-HOTEL', '~bonus:t-1.1:STORED-HOTEL'];
    expect(lines).toEqual([
      { type: 'PointsGranted', name: 'c-1', by: 'credit', unit: 'hotel', lots: ['~credit:c-1.0:CREDIT-HOTEL'] },
      { type: 'PointsGranted', name: 'g-1', by: 'gift', unit: 'mall', lots: ['~gift:g-1.0:POINTS'] },
      { type: 'PointsWithdrawn', name: 'r-1', by: 'refund', unit: 'hotel', lots: loaded },
      { type: 'PointsGranted', name: 't-1', by: 'top-up', unit: 'hotel', lots: loaded },
      { type: 'AccountOpened', name: undefined, by: undefined, unit: undefined, lots: [] },
    ]);
    const folded = await api.get(`${path}/statement?at=${LATER}`);
    expect((folded.body['items'] as { lots: unknown }[]).map(({ lots }) => lots)).toEqual(
      (body['items'] as { lots: unknown }[]).map(({ lots }) => lots),
    );
  });
});

describe('the explanation of a lot that came by a merge, and of what a till may spend of it', () => {
  it('names the merge, the other account and the till, in both languages', async () => {
    await whenPurchaseQualifiedAccrue(api.ledger.application)(
      batchOf([purchase('e-2', 'P-2', NOON, 100), purchase('e-3', 'P-3', NOON, 50)]),
    );
    await done(`${pathOf('e-2')}/merges`, { mergeId: 'M-1', into: 'e-3' });
    const lease = { leaseId: 'l-1', asset: 'POINTS', amount: '60', till: 'pos-7', ttlSeconds: 3_600, unit: 'mall' };
    await done(`${pathOf('e-3')}/leases`, lease);
    const lot = `${pathOf('e-3')}/lots/till-1:P-2:POINTS/explanation?`;
    const [en, zh] = await inBoth(lot);
    expect(en).toEqual([
      'Lot till-1:P-2:POINTS, owed by hotel, without end: 100 POINTS',
      `  Came with account ${accountOf('e-2')} by merge M-1, ${NOON}: 100 POINTS`,
      '  free to use: 40',
      `  lease l-1 of till pos-7, unit mall, ${NOON}, drew 60 and has 60 of it`,
      '    reserved until 2026-11-06T13:00:00.000Z: 60',
    ]);
    expect(zh).toEqual([
      '批次 till-1:P-2:POINTS,发行方 hotel,永久有效:100 POINTS',
      `  ${NOON} 经合并 M-1 随账户 ${accountOf('e-2')} 转入:100 POINTS`,
      '  可用:40',
      `  收银机 pos-7(业务单元 mall)的离线额度 l-1,${NOON},动用 60,现有其中 60`,
      '    预留至 2026-11-06T13:00:00.000Z:60',
    ]);
  });
});
