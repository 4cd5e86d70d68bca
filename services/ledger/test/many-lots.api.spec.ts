import type { DecisionCommand } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { LedgerApi } from './ledger-api-fixture';
import { accountOf, PROGRAM, TENANT } from './ledger-fixture';

const NOON = '2026-11-06T12:00:00.000Z';
const ENDS = '2026-12-01T12:00:00.000Z';
const LOTS = 20_000;
const account = accountOf('m-1');
const path = `/v1/accounts/${account}`;

jest.setTimeout(180_000);

let api: LedgerApi;

/** Twenty thousand lots of one point, which lie in as many imports as they need. */
beforeAll(async () => {
  api = await LedgerApi.start(NOON);
  const times = { activatedAt: instant(NOON), expiresAt: instant(ENDS) };
  const lots = Array.from({ length: LOTS / 10 }, () => {
    return { issuer: 'market', unitCost: '1/100', amount: 1n, priority: 0, ...times };
  });
  const items = Array.from({ length: 10 }, (_, index) => ({
    stream: accountStream(TENANT, account),
    command: {
      kind: 'import-points',
      tenant: TENANT,
      program: PROGRAM,
      account,
      at: instant(NOON),
      holder: 'm-1',
      import: `i-${index}`,
      asset: 'POINTS',
      lots,
      expected: BigInt(lots.length),
    } satisfies DecisionCommand,
    metadata: { actor: 'user:test', commandId: `00000000-0000-0000-0004-${String(index).padStart(12, '0')}` },
  }));
  await api.ledger.application.accounts.executeMany(items);
});

afterAll(() => api?.stop());

/** How many lots end when, as the account says now. */
async function endings(): Promise<Record<string, number>> {
  const { state } = await api.ledger.twin().accounts.load(TENANT, account);
  const ends: Record<string, number> = {};
  for (const fact of state.facts) {
    for (const { expiresAt, extendedTo } of fact.kind === 'accrual' ? fact.holdings : []) {
      const end = new Date(extendedTo ?? expiresAt!).toISOString();
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }
  return ends;
}

describe('an account of twenty thousand lots', () => {
  it('is frozen so that dates stand still, unfrozen, and extended, each once and with the first answer again', async () => {
    await api.post(`${path}/freeze`, { reason: 'dispute', pausesExpiry: true });
    api.now = '2026-11-08T12:00:00.000Z';
    const unfrozen = await api.post(`${path}/unfreeze`, { reason: 'resolved' }, { key: 'unfreeze' });
    expect(unfrozen).toMatchObject({ status: 200, body: { status: 'active' } });
    await expect(endings()).resolves.toEqual({ '2026-12-03T12:00:00.000Z': LOTS });
    const again = await api.post(`${path}/unfreeze`, { reason: 'resolved' }, { key: 'unfreeze' });
    expect(again).toEqual(unfrozen);

    const extension = { extensionId: 'x-1', asset: 'POINTS', to: '2027-01-01T00:00:00.000Z', reason: 'goodwill' };
    const extended = await api.post(`${path}/extensions`, extension, { key: 'extend' });
    expect(extended.status).toBe(201);
    await expect(endings()).resolves.toEqual({ '2027-01-01T00:00:00.000Z': LOTS });
    await expect(api.post(`${path}/extensions`, extension, { key: 'extend' })).resolves.toEqual(extended);
    await expect(api.post(`${path}/extensions`, extension)).resolves.toEqual({
      status: 200,
      body: { ...extended.body, duplicate: true },
    });
  });

  it('sends no more lots at once than one event may say, and as many as that', async () => {
    const transfer = { to: 'm-2', asset: 'POINTS' };
    const refused = await api.post(`${path}/transfers`, { ...transfer, transferId: 't-1', amount: String(LOTS) });
    expect(refused).toMatchObject({ status: 413, body: { code: 'event-too-large' } });
    const sent = await api.post(`${path}/transfers`, { ...transfer, transferId: 't-2', amount: '3000' });
    expect(sent).toMatchObject({ status: 201, body: { amount: '3000' } });
  });
});
