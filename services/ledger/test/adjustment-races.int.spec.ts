import type { EventMetadata } from '@tallystick/decider';
import { ProgramZones } from '../src/adapters/program-zones';
import { AdjustmentPolicies } from '../src/application/adjustment-policies';
import { AdjustmentRequests } from '../src/application/adjustment-requests';
import type { Actor, Adjusted } from '../src/application/adjustments';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { NOON } from './ledger-application';
import { accountOf, batchOf, LedgerFixture, PROGRAM, purchase, TENANT } from './ledger-fixture';
import { CLIENTS, inRounds, ROUNDS } from './race-rounds';
import { ReplicaProcess } from './replica-process';

const EARNED = '2026-11-02T10:00:00.000Z';

jest.setTimeout(120_000 + ROUNDS * 10_000);

let ledger: LedgerFixture;
let replicas: readonly ReplicaProcess[];
let commands = 0;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  await new ProgramZones(ledger.pool).programDeclared(TENANT, PROGRAM, 0, 'Asia/Shanghai');
  const reasons = [{ code: 'goodwill', en: 'Goodwill', zh: '客户关怀' }];
  const policy = { reasons, limits: [{ asset: 'POINTS', alone: '100', daily: '1000' }], disputeDays: '15' };
  const policies = new AdjustmentPolicies(ledger.store, () => NOON);
  const declared = await policies.declare(TENANT, PROGRAM, policy, by().metadata);
  expect(declared.kind).toBe('appended');
  replicas = await ReplicaProcess.two(ledger.databaseUrl);
});

afterAll(async () => {
  for (const replica of replicas ?? []) replica.stop();
  await ledger?.stop();
});

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
  const result = await replicas[0]!.ask('adjust', person('eve'), asked(account, 'a-1', 500n), by());
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

/** Everybody at once, in the order in which they are given, every other one by the other process. */
function atOnce<T>(everybody: readonly ((replica: ReplicaProcess) => Promise<T>)[]): Promise<T[]> {
  return Promise.all(everybody.map((ask, index) => ask(replicas[index % replicas.length]!)));
}

const clients = Array.from({ length: CLIENTS }, (_, index) => index);

describe(`adjustments by ${CLIENTS} clients of two processes, ${ROUNDS} rounds each`, () => {
  it('of one maker never sum to more than the day allows, and to no less (case 72)', async () => {
    await inRounds(async (round) => {
      const accounts = await Promise.all(['s-1', 's-2', 's-3', 's-4'].map((name) => earned(round.named(name))));
      const maker = person(round.named('splitter'));
      const adjusting = clients.map((index) => (replica: ReplicaProcess) => {
        return replica.ask('adjust', maker, asked(accounts[index % 4]!, `a-${index}`, 90n), by());
      });
      const results = await atOnce(round.shuffled(adjusting));
      expect(kindsOf(results)).toEqual({ booked: 11, 'limit-exceeded': CLIENTS - 11 });
      const sums = await Promise.all(accounts.map(availableOf));
      expect(sums.reduce((all, sum) => all + sum, 0n)).toBe(400n + 11n * 90n);
    });
  });

  it('under one name are booked and counted once', async () => {
    await inRounds(async (round) => {
      const account = await earned(round.named('once'));
      const maker = person(round.named('ann'));
      const adjust = (name: string) => (replica: ReplicaProcess) =>
        replica.ask('adjust', maker, asked(account, name, 100n), by());
      expect(kindsOf(await atOnce(clients.map(() => adjust('a-1'))))).toEqual({ booked: CLIENTS });
      await expect(availableOf(account)).resolves.toBe(200n);
      const rest = Array.from({ length: 10 }, (_, index) => adjust(`b-${index}`));
      expect(kindsOf(await atOnce(round.shuffled(rest)))).toEqual({ booked: 9, 'limit-exceeded': 1 });
    });
  });
});

describe(`a request that many decide about at once, ${ROUNDS} rounds each`, () => {
  it('is booked once however many approve it', async () => {
    await inRounds(async (round) => {
      const account = await earned(round.named('approved'));
      const request = await pending(account);
      const approving = clients.map((index) => (replica: ReplicaProcess) => {
        return replica.ask('approve', person(`p-${index}`), request, by());
      });
      expect(kindsOf(await atOnce(round.shuffled(approving)))).toEqual({ booked: CLIENTS });
      await expect(availableOf(account)).resolves.toBe(600n);
    });
  });

  it('is approved or turned down and never both', async () => {
    await inRounds(async (round) => {
      const account = await earned(round.named('both'));
      const request = await pending(account);
      const [first, second] = round.shuffled(replicas);
      const [approved, turnedDown] = await Promise.all([
        first!.ask('approve', person('bob'), request, by()),
        second!.ask('turnDown', person('ann'), request, by()),
      ]);
      const isBooked = approved.kind === 'booked';
      expect('kind' in turnedDown).toBe(isBooked);
      await expect(availableOf(account)).resolves.toBe(isBooked ? 600n : 100n);
    });
  });

  it('that was approved and not booked, since the process ended between, is booked by whoever approves again', async () => {
    const account = await earned('crashed');
    const request = await pending(account);
    const approval = { kind: 'approve-adjustment', by: 'user:bob', at: NOON } as const;
    await new AdjustmentRequests(ledger.store).execute(TENANT, request, approval, by().metadata);
    await expect(availableOf(account)).resolves.toBe(100n);
    await expect(replicas[1]!.ask('approve', person('eve'), request, by())).resolves.toMatchObject({
      rejection: { rejected: 'self-approval' },
    });
    await expect(replicas[1]!.ask('approve', person('ann'), request, by())).resolves.toMatchObject({ kind: 'booked' });
    await expect(availableOf(account)).resolves.toBe(600n);
  });
});
