import type { AccountEvent, DecisionCommand } from '@tallystick/ledger-domain';
import { instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, purchase, TENANT } from './ledger-fixture';

const EVENTS = 100_000;
const LOTS = 10_000;
const FIRST = Date.parse('2026-01-01T00:00:00.000Z');
const AFTER_ALL = '2026-12-01T00:00:00.000Z';

jest.setTimeout(300_000);

let ledger: LedgerFixture;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
});

afterAll(() => ledger?.stop());

const nameOf = (number: number) => `P${String(number).padStart(6, '0')}`;

async function earned(): Promise<void> {
  for (let from = 0; from < EVENTS; from += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, index) => {
      const at = new Date(FIRST + (from + index) * 1_000).toISOString();
      const { grants, ...said } = purchase('m-1', nameOf(from + index), at, 100);
      return { ...said, grants: grants.slice(0, 1) };
    });
    await whenPurchaseQualifiedAccrue(ledger.application)(batchOf(messages));
  }
}

async function decided(name: string, command: object): Promise<readonly AccountEvent[]> {
  const account = accountOf('m-1');
  const item = {
    stream: accountStream(TENANT, account),
    command: {
      tenant: TENANT,
      account,
      at: instant(AFTER_ALL),
      hold: 'h-1',
      unit: 'market',
      ...command,
    } as DecisionCommand,
    metadata: { actor: 'user:test', commandId: `00000000-0000-0000-0003-${name.padStart(12, '0')}` },
  };
  const { results } = await ledger.application.accounts.executeMany([item]);
  const [result] = results;
  if (result?.kind !== 'appended') throw new Error(JSON.stringify(result));
  return result.events;
}

describe('an account of a hundred thousand events', () => {
  it('redeems a million points of ten thousand lots at once, the first that were earned, and is read as it was left', async () => {
    await earned();
    const amount = BigInt(LOTS) * 100n;
    const terms = { asset: 'POINTS', amount, ttlSeconds: 900, expireUnderHold: 'protect' };
    await decided('1', { kind: 'place-hold', ...terms });
    const [captured] = await decided('2', { kind: 'capture-hold', beyondHold: false });
    const slices = captured && 'slices' in captured.data ? captured.data.slices : [];
    expect(slices.map(([lot, , , part]) => `${part} of ${lot}`)).toEqual(
      Array.from({ length: LOTS }, (_, number) => `100 of till-1:${nameOf(number)}:POINTS`),
    );
    const { state, revision } = await ledger.twin().accounts.load(TENANT, accountOf('m-1'));
    expect(revision).toBe(EVENTS + 2);
    expect(state.books.get('POINTS')).toMatchObject({
      available: BigInt(EVENTS) * 100n - amount,
      redeemed: amount,
      held: 0n,
    });
    await ledger.project(1, 5_000);
    await expect(ledger.balances('m-1')).resolves.toEqual(['POINTS 9000000/0']);
    const { rows } = await ledger.pool.query<{ lots: number; spent: string }>(
      `select count(*)::int as lots, sum(spent)::text as spent from lot where spent = 100 and available = 0`,
    );
    expect(rows).toEqual([{ lots: LOTS, spent: String(amount) }]);
  });
});
