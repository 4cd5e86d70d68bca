import { position } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountBookProjection } from '../src/projections/account-book/account-book.projection';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, batchOf, linkedReturn, purchase } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const FRIDAY = '2026-11-06T10:00:00.000Z';
const ACCOUNT = `/v1/accounts/${accountOf('m-1')}`;
const LOT = `${ACCOUNT}/lots/till-1:P1:POINTS/explanation`;
const RECEIPT = 'ab'.repeat(32);

let api: LedgerApi;

beforeAll(async () => {
  api = await LedgerApi.start(FRIDAY);
  const { ledger } = api;
  const earned = purchase('m-1', 'P1', MONDAY, 100);
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([earned, purchase('m-1', 'P2', FRIDAY, 7)]));
  await ledger.project(accountBookProjection.version, 500);
  await api.post(`${ACCOUNT}/holds`, { holdId: 'H-1', asset: 'POINTS', amount: '40', unit: 'mall' });
  await api.post(`${ACCOUNT}/holds/H-1/capture`, { amount: '25', unit: 'mall' });
  const returned = { ...earned, revision: 1, returns: [linkedReturn('R1', FRIDAY, 10)] };
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([returned]));
});

afterAll(() => api?.stop());

describe('GET the explanation of a lot', () => {
  it('tells in English what it came from and what each point became', async () => {
    const { status, body } = await api.get(`${LOT}?at=${FRIDAY}`);
    expect(status).toBe(200);
    expect(body['text']).toEqual([
      'Lot till-1:P1:POINTS, owed by hotel, without end: 100 POINTS',
      `  Purchase till-1/P1 at store hotel-1, ${MONDAY}: 100 POINTS; receipt ${RECEIPT}`,
      '    line 1 by rule one-per-yuan: 100',
      '  free to use: 65',
      `  hold H-1 of unit mall, ${FRIDAY}, drew 40 and has 25 of it`,
      '    redeemed at unit mall: 25',
      `  taken back by return till-1/R1 at store hotel-1, ${FRIDAY}: 10; receipt ${RECEIPT}`,
    ]);
  });

  it('tells it in Chinese where that is asked', async () => {
    const { body } = await api.get(`${LOT}?at=${FRIDAY}&lang=zh`);
    expect((body['text'] as string[]).slice(0, 4)).toEqual([
      '批次 till-1:P1:POINTS,发行方 hotel,永久有效:100 POINTS',
      `  消费 till-1/P1,门店 hotel-1,${MONDAY}:100 POINTS;计算凭据 ${RECEIPT}`,
      '    第 1 行,规则 one-per-yuan:100',
      '  可用:65',
    ]);
  });

  it('is a graph whose nodes name what they are and the event that says it', async () => {
    const { body } = await api.get(`${LOT}?at=${FRIDAY}`);
    expect(body['nodes']).toContainEqual(
      expect.objectContaining({
        kind: 'line',
        line: '1',
        rule: 'one-per-yuan',
        source: 'till-1',
        id: 'P1',
        amount: '100',
      }),
    );
    expect(body['nodes']).toContainEqual(
      expect.objectContaining({
        kind: 'receipt',
        receipt: RECEIPT,
        revision: 1,
        recordedAt: expect.any(String) as string,
      }),
    );
    expect(body['flows']).toContainEqual({
      from: 'line:till-1:P1:1:one-per-yuan',
      to: 'lot:till-1:P1:POINTS',
      amount: '100',
    });
    expect(body['seen']).toMatchObject({ revision: 5 });
  });

  it('is of the instant that is asked', async () => {
    const { body } = await api.get(`${LOT}?at=2026-11-03T00:00:00Z`);
    expect((body['text'] as string[]).slice(3)).toEqual(['  free to use: 100']);
  });

  it('knows no lot that is not there, and none of another tenant', async () => {
    const other = `${ACCOUNT}/lots/till-1:P9:POINTS/explanation`;
    expect((await api.get(other)).status).toBe(404);
    expect((await api.get(LOT, { tenant: 'other' })).status).toBe(404);
    expect((await api.get('/v1/accounts/m-1/lots/till-1:P1:POINTS/explanation')).status).toBe(404);
  });

  it('refuses a knowledge that is still open, and a language that it does not speak', async () => {
    expect(await api.get(`${LOT}?knownAt=2999-01-01T00:00:00Z`)).toMatchObject({
      status: 422,
      body: { code: 'known-at-beyond-head' },
    });
    expect((await api.get(`${LOT}?lang=fr`)).status).toBe(422);
  });
});

describe('GET the explanation of a balance', () => {
  it('begins with the balance and goes down to the lines of each lot', async () => {
    const { body } = await api.get(`${ACCOUNT}/explanation?asset=POINTS&at=2026-11-06T11:00:00Z`);
    const text = body['text'] as string[];
    expect(text[0]).toBe('Balance: 72 POINTS free to use');
    expect(text.filter((line) => line.startsWith('Lot '))).toEqual([
      'Lot till-1:P1:POINTS, owed by hotel, without end: 100 POINTS',
      'Lot till-1:P2:POINTS, owed by hotel, without end: 7 POINTS',
    ]);
    expect(text.filter((line) => line.includes('free to use: '))).toEqual(['  free to use: 65', '  free to use: 7']);
  });

  it('of a score is its purchases and its returns', async () => {
    const { body } = await api.get(`${ACCOUNT}/explanation?asset=GROWTH&at=2026-11-03T00:00:00Z`);
    expect(body['text']).toEqual([
      'Balance: 200 GROWTH free to use',
      'Earned in all: 200 GROWTH',
      `  Purchase till-1/P1 at store hotel-1, ${MONDAY}: 200 GROWTH; receipt ${RECEIPT}`,
      '    the purchase as a whole: 200',
      '  free to use: 200',
    ]);
  });

  it('is none of an asset that the account never had', async () => {
    expect((await api.get(`${ACCOUNT}/explanation?asset=MILES`)).status).toBe(404);
    expect((await api.get(`${ACCOUNT}/explanation`)).status).toBe(422);
  });
});

describe('GET the statement of an instant at which something is due', () => {
  it('shows it at its own time, apart from what is booked: it has no revision', async () => {
    await api.post(`${ACCOUNT}/holds`, { holdId: 'H-2', asset: 'POINTS', amount: '5', ttlSeconds: 60, unit: 'mall' });
    const lines = async (at: string) => (await api.get(`${ACCOUNT}/statement?at=${at}&limit=2`)).body['items'];
    expect(await lines('2026-11-06T10:00:30.000Z')).toMatchObject([{ type: 'HoldPlaced' }, { type: 'PointsReversed' }]);
    expect(await lines('2026-11-06T10:02:00.000Z')).toEqual([
      {
        due: true,
        type: 'HoldLapsed',
        effectiveAt: '2026-11-06T10:01:00.000Z',
        name: 'H-2',
        lots: [{ lot: 'till-1:P1:POINTS', asset: 'POINTS', amount: '5' }],
        postings: [
          { book: 'held', asset: 'POINTS', issuer: 'hotel', amount: '-5' },
          { book: 'available', asset: 'POINTS', issuer: 'hotel', amount: '5' },
        ],
      },
      expect.objectContaining({ type: 'HoldPlaced', revision: expect.any(Number) as number }),
    ]);
  });
});

describe('an answer by the knowledge of the last record', () => {
  it('never changes, however soon something else is recorded', async () => {
    const { ledger } = api;
    for (let round = 0; round < 10; round++) {
      await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([purchase('m-3', `K${round}`, MONDAY, 1)]));
      const head = Number(await ledger.store.logHead());
      const [last] = (await ledger.store.readAll({ after: position(BigInt(head - 1)), max: 1 })).events;
      const path = `/v1/accounts/${accountOf('m-3')}/balance?at=${FRIDAY}&knownAt=${formatInstant(last!.recordedAt)}`;
      const answer = await api.get(path);
      expect(answer.status).toBe(200);
      await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([purchase('m-3', `L${round}`, MONDAY, 1)]));
      expect(await api.get(path)).toEqual(answer);
    }
  });
});
