import { type CommandResult, commandId } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountRefusal, DecisionCommand } from '@tallystick/ledger-domain';
import type { Outcome } from '@tallystick/messaging';
import { type Instant, instant } from '@tallystick/vocabulary';
import { accountStream } from '../src/application/account-commands';
import type { MergeResult } from '../src/application/account-merges';
import { accountOf, LedgerFixture, PROGRAM, purchase, TENANT } from './ledger-fixture';
import { CLIENTS, inRounds, type Round, ROUNDS } from './race-rounds';
import { ReplicaProcess } from './replica-process';

const PURCHASES = 32;
const MONDAY = '2026-11-02T10:00:00.000Z';
const TUESDAY = instant('2026-11-03T10:00:00.000Z');

jest.setTimeout(120_000 + ROUNDS * 10_000);

type Told = CommandResult<AccountEvent, AccountRefusal>;

let ledger: LedgerFixture;
let replicas: readonly ReplicaProcess[];
let commands = 0;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  replicas = await ReplicaProcess.two(ledger.databaseUrl);
});

afterAll(async () => {
  for (const replica of replicas ?? []) replica.stop();
  await ledger?.stop();
});

/** By turns one process and the other. */
function next(): ReplicaProcess {
  return replicas[(commands += 1) % replicas.length]!;
}

function decided(command: AccountCommand): Promise<Told> {
  const replica = next();
  const metadata = {
    actor: 'till:1',
    commandId: `00000000-0000-4000-8000-${String(commands).padStart(12, '0')}`,
  };
  return replica.ask('decide', { stream: accountStream(TENANT, command.account), command, metadata });
}

/** Everything at once in the round's order, each by a caller of its own; answers in the given order. */
async function atOnce(round: Round, all: readonly AccountCommand[]): Promise<Told[]> {
  const told = new Map<AccountCommand, Promise<Told>>();
  for (const command of round.shuffled(all)) told.set(command, decided(command));
  return Promise.all(all.map((command) => told.get(command)!));
}

function kindsOf(results: readonly (Told | MergeResult | Outcome)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const kind = 'rejection' in result ? result.rejection.rejected : result.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function accrues(member: string, id: string, points: number): Promise<Outcome> {
  return next().ask('accrue', purchase(member, id, MONDAY, points));
}

async function earned(member: string, points: number): Promise<string> {
  expect(await accrues(member, `P-${member}`, points)).toEqual({ kind: 'done' });
  return accountOf(member);
}

const on = (account: string, at: Instant = TUESDAY) => ({ tenant: TENANT, account, at });

function hold(account: string, name: string, amount: bigint): DecisionCommand {
  const terms = { asset: 'POINTS', amount, ttlSeconds: 3_600, unit: 'mall', expireUnderHold: 'protect' as const };
  return { kind: 'place-hold', ...on(account), hold: name, ...terms };
}

async function books(account: string) {
  const { state } = await ledger.twin().accounts.load(TENANT, account);
  const { available, held, redeemed, breakage } = state.books.get('POINTS')!;
  return { available, held, redeemed, breakage };
}

const points = async (member: string) => (await books(accountOf(member))).available;

function merging(member: string, merge: string, by: 'merge' | 'undo') {
  const metadata = { actor: 'user:test', commandId: commandId(TENANT, 'test', by, `${member} ${merge}`) };
  return { ...on(accountOf(member)), program: PROGRAM, merge, metadata };
}

function merges(member: string, merge: string, intoHolder: string): Promise<MergeResult> {
  return next().ask('merge', { ...merging(member, merge, 'merge'), intoHolder });
}

describe(`two processes of the ledger on one database, ${ROUNDS} rounds each`, () => {
  it('let one end of a hold win: capture, release or lapse (case 47)', async () => {
    await inRounds(async (round) => {
      const account = await earned(round.named('ends'), 100);
      await decided(hold(account, 'H1', 100n));
      const late = (TUESDAY + 3_600_000) as Instant;
      const results = await atOnce(round, [
        { kind: 'capture-hold', ...on(account), hold: 'H1', beyondHold: false, unit: 'mall' },
        { kind: 'release-hold', ...on(account), hold: 'H1' },
        { kind: 'pass-time', ...on(account, late) },
      ]);
      expect(kindsOf(results)).toEqual(
        results[2]!.kind === 'appended'
          ? { appended: 1, 'hold-ended': 2 }
          : { appended: 1, 'hold-ended': 1, unchanged: 1 },
      );
      const { held, available, redeemed } = await books(account);
      expect([held, available + redeemed]).toEqual([0n, 100n]);
    });
  });

  it('let points be spent by one of 62 or expire at the instant of their end, never both (case 48)', async () => {
    await inRounds(async (round) => {
      const account = await earned(round.named('over'), 0);
      const expiresAt = (TUESDAY + 1) as Instant;
      const terms = { asset: 'POINTS', amount: 100n, reason: 'goodwill', unit: 'hotel', unitCost: '1', expiresAt };
      await decided({ kind: 'adjust-points', ...on(account), adjustment: 'A1', ...terms });
      const ends: DecisionCommand[] = Array(2).fill({ kind: 'pass-time', ...on(account, expiresAt) });
      const spends = Array.from({ length: CLIENTS - ends.length }, (_, index) => hold(account, `H${index}`, 100n));
      const results = await atOnce(round, [...ends.map((end) => ({ ...end })), ...spends]);
      const { available, held, breakage } = await books(account);
      expect([available, held + breakage]).toEqual([0n, 100n]);
      expect(kindsOf(results.slice(0, 2))).toEqual(held > 0n ? { unchanged: 2 } : { appended: 1, unchanged: 1 });
      expect(kindsOf(results.slice(2))).toEqual(
        held > 0n
          ? { appended: 1, 'insufficient-points': spends.length - 1 }
          : { 'insufficient-points': spends.length },
      );
    });
  });

  it('send points both ways between two accounts without a deadlock, and none is lost (case 49)', async () => {
    await inRounds(async (round) => {
      const members = [round.named('a'), round.named('b')] as const;
      const [a, b] = [await earned(members[0], 1_000), await earned(members[1], 1_000)];
      const sends = Array.from({ length: CLIENTS }, (_, index): DecisionCommand => {
        const [account, toHolder] = index % 2 === 0 ? [a, members[1]] : [b, members[0]];
        return { kind: 'send-points', ...on(account), transfer: `T${index}`, toHolder, asset: 'POINTS', amount: 7n };
      });
      const sent = await atOnce(round, sends);
      const arriving = sent.flatMap((result, index) =>
        result.kind === 'appended' ? receipts(sends[index]!.account, result.events) : [],
      );
      const received = await atOnce(round, arriving);
      expect(kindsOf(received)).toEqual({ appended: CLIENTS });
      expect([await points(members[0]), await points(members[1])]).toEqual([1_000n, 1_000n]);
    });
  });

  it('lose no accrual beside a merge, wherever it was booked and whoever merges (case 50)', async () => {
    await inRounds(async (round) => {
      const [a, b] = [round.named('c'), round.named('d')];
      for (const member of [a, b]) await earned(member, 10);
      const earning = Array.from({ length: PURCHASES }, (_, index) => () => accrues(a, `${a}-${index}`, 10));
      const merge = () => merges(a, round.named('M'), b);
      const results = await Promise.all(round.shuffled([merge, ...earning]).map((start) => start()));
      expect(kindsOf(results)).toEqual({ done: 1 + PURCHASES });
      expect([await points(a), await points(b)]).toEqual([0n, 20n + 10n * BigInt(PURCHASES)]);
    });
  });

  it('lose no accrual while a merge is undone, and book each purchase once however often it comes', async () => {
    await inRounds(async (round) => {
      const [a, b, merge] = [round.named('e'), round.named('f'), round.named('N')];
      for (const member of [a, b]) await earned(member, 10);
      await merges(a, merge, b);
      const earning = Array.from({ length: PURCHASES }, (_, index) => () => accrues(a, `${a}-${index % 8}`, 10));
      const undo = () => next().ask('unmerge', merging(a, merge, 'undo'));
      const results = await Promise.all(round.shuffled([undo, ...earning]).map((start) => start()));
      // That a purchase counts once is promised; a second delivery beside the undoing may be told `done` as well.
      const { done = 0, duplicate = 0 } = kindsOf(results);
      expect([done >= 1 + 8, done + duplicate]).toEqual([true, 1 + PURCHASES]);
      expect([await points(a), await points(b)]).toEqual([90n, 10n]);
    });
  });

  it('of two merges that would make a cycle let one win (I15)', async () => {
    await inRounds(async (round) => {
      const [a, b] = [round.named('g'), round.named('h')];
      for (const member of [a, b]) await earned(member, 10);
      const results = await Promise.all([merges(a, round.named('P'), b), merges(b, round.named('Q'), a)]);
      expect(kindsOf(results)).toEqual({ done: 1, 'member-merged': 1 });
      expect([await points(a), await points(b)].sort()).toEqual([0n, 20n]);
    });
  });
});

/** What a transfer makes of the other account. */
function receipts(from: string, events: readonly AccountEvent[]): DecisionCommand[] {
  return events.flatMap((event): DecisionCommand[] => {
    if (event.type !== 'PointsSent') return [];
    const { transfer, to, toHolder, asset, program, slices, lots } = event.data;
    const arriving = slices.map(([, issuer, unitCost, amount], index) => ({
      issuer,
      unitCost,
      amount: BigInt(amount),
      priority: 0,
      activatedAt: instant(lots[index]!.activatedAt),
    }));
    return [{ kind: 'receive-points', ...on(to), program, holder: toHolder, transfer, from, asset, lots: arriving }];
  });
}
