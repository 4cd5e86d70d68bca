import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandId, Executor, streamName } from '@tallystick/decider';
import { type BootedServices, bootServices } from '@tallystick/hosting';
import { type DecideMerge, mergesDecider } from '@tallystick/ledger-domain';
import { startTestDatabase, type TestDatabase, until } from '@tallystick/testing';
import { instant } from '@tallystick/vocabulary';
import { ledgerDefinition } from '../src';
import { AccountCommands, accountStream } from '../src/application/account-commands';
import { AccountMerges } from '../src/application/account-merges';
import { whenPointsSentReceive } from '../src/policies/when-points-sent-receive';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, PROGRAM, purchase, TENANT } from './ledger-fixture';

const MONDAY = '2026-11-02T10:00:00.000Z';
const TUESDAY = instant('2026-11-03T10:00:00.000Z');

const request = (member: string, merge: string, by = 'merge') => ({
  tenant: TENANT,
  program: PROGRAM,
  account: accountOf(member),
  merge,
  at: TUESDAY,
  metadata: { actor: 'user:test', commandId: commandId(TENANT, 'test', by, `${member} ${merge}`) },
});

describe('a merge beside other commands', () => {
  let ledger: LedgerFixture;

  beforeAll(async () => {
    ledger = await LedgerFixture.start();
  });

  afterAll(() => ledger.stop());

  const accrue = (application: typeof ledger.application, member: string, ...ids: readonly string[]) =>
    whenPurchaseQualifiedAccrue(application)(batchOf(ids.map((id) => purchase(member, id, MONDAY, 10))));

  const points = async (member: string) => {
    const { state } = await ledger.twin().accounts.load(TENANT, accountOf(member));
    return state.books.get('POINTS')?.available;
  };

  it('is undone before it begins where its account was frozen since it was decided', async () => {
    const { store } = ledger;
    for (const member of ['k-1', 'k-2']) await accrue(ledger.application, member, `${member}-0`);
    const [from, into] = [accountOf('k-1'), accountOf('k-2')];
    const said = { merge: 'K-1', program: PROGRAM, from, fromHolder: 'k-1', into, intoHolder: 'k-2', at: TUESDAY };
    await decideOnly(store, store.snapshots, said);
    const status = (kind: 'freeze-account' | 'unfreeze-account') => {
      const command = { kind, tenant: TENANT, account: from, decision: kind, reason: 'dispute', at: TUESDAY } as const;
      const metadata = { actor: 'user:test', commandId: commandId(TENANT, 'test', kind, 'k-1') };
      return ledger.application.accounts.executeMany([{ stream: accountStream(TENANT, from), command, metadata }]);
    };
    await status('freeze-account');
    const merges = ledger.twin().merges;
    await expect(merges.complete(TENANT, PROGRAM, 'K-1')).resolves.toMatchObject({ rejected: 'account-frozen' });
    await expect(merges.complete(TENANT, PROGRAM, 'K-1')).resolves.toMatchObject({ rejected: 'merge-undone' });
    expect([await points('k-1'), await points('k-2')]).toEqual([10n, 10n]);
    await status('unfreeze-account');
    const again = ledger.twin().merges.merge({ ...request('k-1', 'K-2'), intoHolder: 'k-2' });
    await expect(again).resolves.toMatchObject({ kind: 'done' });
    expect([await points('k-1'), await points('k-2')]).toEqual([0n, 20n]);
  });

  it('takes what was sent to the merged account to the survivor, once', async () => {
    await accrue(ledger.application, 'g-1', 'g-1-0');
    await accrue(ledger.application, 'h-1', 'h-1-0');
    await ledger.application.merges.merge({ ...request('g-1', 'G-1'), intoHolder: 'h-1' });
    const lot = { lot: 'till-1:x:POINTS', issuer: 'mall', unitCost: '1/100', amount: '5', priority: 0 };
    const message = {
      account: accountOf('z-1'),
      member: 'z-1',
      program: PROGRAM,
      revision: 3,
      effectiveAt: MONDAY,
      transfer: 'gift-1',
      to: accountOf('g-1'),
      toMember: 'g-1',
      asset: 'POINTS',
      lots: [{ ...lot, activatedAt: MONDAY }],
    };
    const [record] = batchOf([purchase('g-1', 'any', MONDAY, 1)]).records;
    const batch = { ...batchOf([]), topic: 'ledger.points-sent.v1', records: [{ ...record!, message }] };
    await expect(whenPointsSentReceive(ledger.application)(batch)).resolves.toEqual([{ kind: 'done' }]);
    await expect(whenPointsSentReceive(ledger.twin())(batch)).resolves.toEqual([{ kind: 'duplicate' }]);
    expect(await points('h-1')).toBe(25n);
  });
});

describe('a merge that was cut off after it was decided', () => {
  let folder: string;
  let database: TestDatabase;
  let booted: BootedServices;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    database = await startTestDatabase();
    booted = await bootServices([ledgerDefinition], { DATABASE_URL: database.url, TALLY_DATA: folder });
  });

  afterAll(async () => {
    await booted?.close();
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is carried out by what the bus brings, and so is an undoing', async () => {
    const { store, snapshots } = booted.services[0]!.resources;
    const accounts = new AccountCommands(store, snapshots);
    for (const [member, amount] of [
      ['m-1', 100n],
      ['m-2', 50n],
    ] as const) {
      const said = { asset: 'POINTS', expected: amount, import: 'I1' };
      const lots = [{ issuer: 'hotel', unitCost: '1/100', amount, priority: 0, activatedAt: instant(MONDAY) }];
      const on = { tenant: TENANT, account: accountOf(member), program: PROGRAM, holder: member, at: TUESDAY };
      const stream = accountStream(TENANT, on.account);
      const metadata = { actor: 'user:test', commandId: commandId(TENANT, 'test', 'import', member) };
      await accounts.executeMany([{ stream, command: { kind: 'import-points', ...on, ...said, lots }, metadata }]);
    }
    const [from, into] = [accountOf('m-1'), accountOf('m-2')];
    const said = { merge: 'M-1', program: PROGRAM, from, fromHolder: 'm-1', into, intoHolder: 'm-2', at: TUESDAY };
    await decideOnly(store, snapshots, said);
    const available = async (account: string) =>
      (await new AccountCommands(store, snapshots).load(TENANT, account)).state.books.get('POINTS')?.available;
    await until('the points are with the survivor', async () => (await available(into)) === 150n);
    expect(await available(from)).toBe(0n);
    const split = { kind: 'split-account', tenant: TENANT, account: into, merge: 'M-1', from, at: TUESDAY } as const;
    const metadata = { actor: 'user:test', commandId: commandId(TENANT, 'test', 'split', 'M-1') };
    await accounts.executeMany([{ stream: accountStream(TENANT, into), command: split, metadata }]);
    await until('the points are back', async () => (await available(from)) === 100n);
    expect(await available(into)).toBe(50n);
    const merges = new AccountMerges(store, snapshots, accounts);
    await until('the undoing is recorded', async () => {
      const again = await merges.merge({ ...request('m-1', 'M-2'), intoHolder: 'm-2' });
      return again.kind === 'done';
    });
  });
});

type Resources = BootedServices['services'][number]['resources'];

/** The decision alone, as a process leaves it that ends right after it. */
async function decideOnly(
  store: Resources['store'],
  snapshots: Resources['snapshots'],
  said: Omit<DecideMerge, 'kind'>,
): Promise<void> {
  const executor = new Executor({ decider: mergesDecider, store, snapshots });
  const metadata = { actor: 'user:test', commandId: commandId(TENANT, 'test', 'decide', said.merge) };
  const stream = streamName('merges', TENANT, PROGRAM);
  await expect(
    executor.execute({ stream, command: { kind: 'decide-merge', ...said }, metadata }),
  ).resolves.toMatchObject({
    kind: 'appended',
  });
}
