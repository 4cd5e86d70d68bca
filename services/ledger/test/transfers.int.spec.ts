import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodyOf, START } from '@tallystick/decider';
import { type BootedServices, bootServices } from '@tallystick/hosting';
import type { AccountCommand, PointsReceived } from '@tallystick/ledger-domain';
import { startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import { instant } from '@tallystick/vocabulary';
import { ledgerDefinition } from '../src';
import { AccountCommands, accountStream } from '../src/application/account-commands';
import { accountOf, PROGRAM, TENANT } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const FRIDAY = '2026-11-06T10:00:00.000Z';
const EXPIRY = '2027-12-31T16:00:00.000Z';

let folder: string;
let database: TestDatabase;
let booted: BootedServices;
let accounts: AccountCommands;
let commands = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  database = await startTestDatabase();
  booted = await bootServices([ledgerDefinition], { DATABASE_URL: database.url, TALLY_DATA: folder });
  const { store, snapshots } = booted.services[0]!.resources;
  accounts = new AccountCommands(store, snapshots);
});

afterAll(async () => {
  await booted?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function decide(member: string, command: object): Promise<void> {
  const account = accountOf(member);
  const item = {
    stream: accountStream(TENANT, account),
    command: { tenant: TENANT, account, ...command } as AccountCommand,
    metadata: { actor: 'user:test', commandId: `00000000-0000-0000-0002-${String(++commands).padStart(12, '0')}` },
  };
  await expect(accounts.executeMany([item])).resolves.toMatchObject({ results: [{ kind: 'appended' }] });
}

async function earns(member: string, amount: bigint): Promise<void> {
  const grant = { asset: 'POINTS', score: false, unitCost: '1/100', allocation: [], expiresAt: instant(EXPIRY) };
  await decide(member, {
    kind: 'apply-evaluation',
    program: PROGRAM,
    holder: member,
    purchase: { source: 'till-1', id: `P-${member}` },
    revision: 0,
    effectiveAt: instant(MONDAY),
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: 'ab'.repeat(32),
    grants: [{ ...grant, amount }],
    returns: [],
  });
}

const sends = (member: string, toHolder: string, amount: bigint, transfer = 'gift-1') =>
  decide(member, { kind: 'send-points', transfer, toHolder, asset: 'POINTS', amount, at: instant(FRIDAY) });

/** What the log says that a member has received, once it says so that often. */
async function received(member: string, times: number): Promise<PointsReceived['data'][]> {
  const { store } = booted.services[0]!.resources;
  const read = async () => {
    const { events } = await store.readAll({ after: START, max: 500 });
    return events
      .filter(({ stream, type }) => type === 'PointsReceived' && stream === accountStream(TENANT, accountOf(member)))
      .map((event) => bodyOf<PointsReceived['data']>(event));
  };
  await until(`${member} has received ${times} times`, async () => (await read()).length === times);
  return read();
}

describe('points that were sent', () => {
  it('are received over the bus with issuer, cost and expiry as they were, as of when they left', async () => {
    await earns('m-1', 100n);
    await sends('m-1', 'm-2', 60n);
    const [arrived] = await received('m-2', 1);
    expect(arrived).toMatchObject({
      holder: 'm-2',
      from: accountOf('m-1'),
      amount: '60',
      effectiveAt: FRIDAY,
      lots: [{ activatedAt: MONDAY, expiresAt: EXPIRY }],
    });
    expect(arrived!.slices.map(([, ...rest]) => rest)).toEqual([['hotel', '1/100', '60']]);
    const { state } = await accounts.load(TENANT, accountOf('m-2'));
    expect(state.books.get('POINTS')).toMatchObject({ available: 60n });
  });

  it('arrive from each sender, also where two of them gave the same name', async () => {
    await earns('m-3', 100n);
    await earns('m-4', 100n);
    await sends('m-3', 'm-5', 10n);
    await sends('m-4', 'm-5', 20n);
    const amounts = (await received('m-5', 2)).map(({ amount }) => amount).sort();
    expect(amounts).toEqual(['10', '20']);
  });
});
