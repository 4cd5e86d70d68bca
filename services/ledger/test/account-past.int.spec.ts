import { SAVED_START_VERSION } from '@tallystick/ledger-domain';
import { type Instant, instant } from '@tallystick/vocabulary';
import { AccountPeriods } from '../src/adapters/account-periods';
import { accountStream } from '../src/application/account-commands';
import { AccountPast, type PastBalances } from '../src/application/account-past';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, purchase, TENANT } from './ledger-fixture';

const PURCHASES = 600;
const FIRST = Date.parse('2026-01-01T00:00:00.000Z');
const ALWAYS = instant('2027-01-01T00:00:00.000Z');
const hour = (index: number) => (FIRST + index * 3_600_000) as Instant;
const STREAM = accountStream(TENANT, accountOf('m-1'));

let ledger: LedgerFixture;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  const bought = Array.from({ length: PURCHASES }, (_, index) =>
    purchase('m-1', `P${index}`, new Date(hour(index)).toISOString(), 1),
  );
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf(bought));
});

beforeEach(() => ledger.pool.query('truncate account_period'));

afterAll(() => ledger?.stop());

/** Another process: it has nothing in memory. */
const process = () => new AccountPast({ store: ledger.store, periods: new AccountPeriods(ledger.pool), apart: 250 });

async function points(past: AccountPast, at: Instant): Promise<string> {
  const { balances, seen } = (await past.balances(TENANT, accountOf('m-1'), { at })) as PastBalances;
  const { available, moved } = balances.find(({ asset }) => asset === 'POINTS')!;
  return `${available} at ${moved?.revision} of ${seen?.revision}`;
}

async function kept(): Promise<string[]> {
  const { rows } = await ledger.pool.query<{ row: string }>(
    `select events || ' events, version ' || version as row from account_period where stream = $1 order by events`,
    [STREAM],
  );
  return rows.map(({ row }) => row);
}

const BOTH = [`250 events, version ${SAVED_START_VERSION}`, `500 events, version ${SAVED_START_VERSION}`];

describe('states of a large account at the ends of periods', () => {
  it('are kept as far as they were folded, and answer the same in another process', async () => {
    expect(await points(process(), hour(300))).toBe('301 at 301 of 600');
    expect(await kept()).toEqual(BOTH.slice(0, 1));
    expect(await points(process(), ALWAYS)).toBe('600 at 600 of 600');
    expect(await kept()).toEqual(BOTH);
    const other = process();
    expect([await points(other, ALWAYS), await points(other, hour(400)), await points(other, hour(100))]).toEqual([
      '600 at 600 of 600',
      '401 at 401 of 600',
      '101 at 101 of 600',
    ]);
  });

  it('are what another process reads instead of the events before them', async () => {
    await points(process(), ALWAYS);
    await ledger.pool.query(
      `update account_period set state = regexp_replace(state, '"books":[^a-z]*"POINTS"', '"books":[["MILES"')`,
    );
    const { balances } = (await process().balances(TENANT, accountOf('m-1'), { at: ALWAYS })) as PastBalances;
    expect(balances.map(({ asset }) => asset)).toContain('MILES');
  });

  it.each([
    ['of another log', `update account_period set hash = sha256('x')`],
    ['that cannot be read', `update account_period set state = 'no JSON'`],
    ['of another version', `update account_period set version = '0.0'`],
  ])('%s are never answered by, and are made again', async (_, harm) => {
    await points(process(), ALWAYS);
    await ledger.pool.query(harm);
    expect(await points(process(), ALWAYS)).toBe('600 at 600 of 600');
    expect(await kept()).toEqual(BOTH);
  });

  it('of a knowledge are none that knows more', async () => {
    await points(process(), ALWAYS);
    const { events } = await ledger.store.readStream(STREAM);
    const before = (events[0]!.recordedAt - 1) as Instant;
    const past = await process().balances(TENANT, accountOf('m-1'), { at: ALWAYS, knownAt: before });
    expect(past).toEqual({ balances: [], seen: undefined });
  });
});

describe('the history of a large account', () => {
  it('is whole where its lines are asked, whatever was kept', async () => {
    const past = process();
    await points(past, ALWAYS);
    const other = process();
    await points(other, ALWAYS);
    const history = await other.history(TENANT, accountOf('m-1'));
    expect([history?.first, history?.events.length]).toEqual([0, PURCHASES + 1]);
  });
});
