import type { EventMetadata } from '@tallystick/decider';
import { type Instant, instant } from '@tallystick/vocabulary';
import { ProgramZones } from '../src/adapters/program-zones';
import { AccountMerges } from '../src/application/account-merges';
import { AccountDecisions } from '../src/application/account-decisions';
import { AdjustmentPolicies } from '../src/application/adjustment-policies';
import { AdjustmentRequests } from '../src/application/adjustment-requests';
import { type Actor, type Adjusted, Adjustments } from '../src/application/adjustments';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, PROGRAM, purchase, TENANT } from './ledger-fixture';

const EARNED = '2026-11-02T10:00:00.000Z';
const NOON = instant('2026-11-06T04:00:00.000Z');
const CLIENTS = 64;

let ledger: LedgerFixture;
let replicas: readonly Adjustments[];
let commands = 0;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  await new ProgramZones(ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  const reasons = [{ code: 'goodwill', en: 'Goodwill', zh: '客户关怀' }];
  const policy = { reasons, limits: [{ asset: 'POINTS', alone: '100', daily: '1000' }], disputeDays: '15' };
  const declared = await new AdjustmentPolicies(ledger.store, now).declare(TENANT, PROGRAM, policy, by().metadata);
  expect(declared.kind).toBe('appended');
  replicas = [replica(), replica()];
});

afterAll(() => ledger?.stop());

function now(): Instant {
  return NOON;
}

/** Another process of the ledger: its own memory, the same log. */
function replica(): Adjustments {
  const { store } = ledger;
  const { accounts, assets } = ledger.twin();
  const decisions = new AccountDecisions(store, accounts, now);
  const policies = new AdjustmentPolicies(store, now);
  const merges = new AccountMerges(store, store.snapshots, accounts);
  return new Adjustments({
    store,
    accounts,
    decisions,
    merges,
    assets,
    policies,
    requests: new AdjustmentRequests(store),
  });
}

function by(): { readonly metadata: EventMetadata; readonly again: false } {
  const commandId = `00000000-0000-4000-9000-${String((commands += 1)).padStart(12, '0')}`;
  return { metadata: { actor: 'user:test', commandId }, again: false };
}

const person = (name: string): Actor => ({ tenant: TENANT, program: PROGRAM, name: `user:${name}`, holders: [name] });

async function earned(member: string): Promise<string> {
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([purchase(member, `P-${member}`, EARNED, 100)]));
  return accountOf(member);
}

const asked = (account: string, adjustment: string, amount: bigint) => {
  return { account, adjustment, asset: 'POINTS', amount, reason: 'goodwill', unit: 'mall' };
};

/** `requestId` of an adjustment that waits. */
async function pending(account: string): Promise<string> {
  const result = await replicas[0]!.adjust(person('eve'), asked(account, 'a-1', 500n), by());
  if (result.kind !== 'pending') throw new Error(`the adjustment is ${result.kind}`);
  return result.request.id;
}

async function availableOf(account: string): Promise<bigint> {
  return (await ledger.twin().accounts.load(TENANT, account)).state.books.get('POINTS')!.available;
}

function kindsOf(results: readonly Adjusted[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const kind = result.kind === 'refused' ? result.rejection.rejected : result.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe(`adjustments by ${CLIENTS} clients on two replicas`, () => {
  it('of one maker never sum to more than the day allows, and to no less (case 72)', async () => {
    const accounts = await Promise.all(['s-1', 's-2', 's-3', 's-4'].map(earned));
    const results = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        replicas[index % 2]!.adjust(person('eve'), asked(accounts[index % 4]!, `a-${index}`, 90n), by()),
      ),
    );
    expect(kindsOf(results)).toEqual({ booked: 11, 'limit-exceeded': CLIENTS - 11 });
    const sums = await Promise.all(accounts.map(availableOf));
    expect(sums.reduce((all, sum) => all + sum, 0n)).toBe(400n + 11n * 90n);
  });

  it('under one name are booked and counted once', async () => {
    const account = await earned('once');
    const same = () =>
      Promise.all(
        Array.from({ length: CLIENTS }, (_, index) =>
          replicas[index % 2]!.adjust(person('ann'), asked(account, 'a-1', 100n), by()),
        ),
      );
    expect(kindsOf(await same())).toEqual({ booked: CLIENTS });
    await expect(availableOf(account)).resolves.toBe(200n);
    const rest = Array.from({ length: 10 }, (_, index) => asked(account, `b-${index}`, 100n));
    const results = await Promise.all(rest.map((one) => replicas[0]!.adjust(person('ann'), one, by())));
    expect(kindsOf(results)).toEqual({ booked: 9, 'limit-exceeded': 1 });
  });
});

describe('a request that many decide about at once', () => {
  it('is booked once however many approve it', async () => {
    const account = await earned('approved');
    const request = await pending(account);
    const results = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => replicas[index % 2]!.approve(person(`p-${index}`), request, by())),
    );
    expect(kindsOf(results)).toEqual({ booked: CLIENTS });
    await expect(availableOf(account)).resolves.toBe(600n);
  });

  it('is approved or turned down and never both', async () => {
    for (let round = 0; round < 10; round++) {
      const account = await earned(`both-${round}`);
      const request = await pending(account);
      const [approved, turnedDown] = await Promise.all([
        replicas[round % 2]!.approve(person('bob'), request, by()),
        replicas[(round + 1) % 2]!.turnDown(person('ann'), request, by()),
      ]);
      const isBooked = approved.kind === 'booked';
      expect('kind' in turnedDown).toBe(isBooked);
      await expect(availableOf(account)).resolves.toBe(isBooked ? 600n : 100n);
    }
  });

  it('that was approved and not booked, since the process ended between, is booked by whoever approves again', async () => {
    const account = await earned('crashed');
    const request = await pending(account);
    const approval = { kind: 'approve-adjustment', by: 'user:bob', at: NOON } as const;
    await new AdjustmentRequests(ledger.store).execute(TENANT, request, approval, by().metadata);
    await expect(availableOf(account)).resolves.toBe(100n);
    await expect(replicas[1]!.approve(person('eve'), request, by())).resolves.toMatchObject({
      rejection: { rejected: 'self-approval' },
    });
    await expect(replicas[1]!.approve(person('ann'), request, by())).resolves.toMatchObject({ kind: 'booked' });
    await expect(availableOf(account)).resolves.toBe(600n);
  });
});
