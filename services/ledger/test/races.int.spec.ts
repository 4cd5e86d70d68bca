import type { CommandResult } from '@tallystick/decider';
import type { AccountCommand, AccountEvent, AccountRefusal, DecisionCommand } from '@tallystick/ledger-domain';
import { type Instant, instant } from '@tallystick/vocabulary';
import { type AccountCommands, accountStream } from '../src/application/account-commands';
import { whenPurchaseQualifiedAccrue } from '../src/policies/when-purchase-qualified-accrue';
import { accountOf, batchOf, LedgerFixture, purchase, TENANT } from './ledger-fixture';

/** Rounds per race; `TALLY_RACE_ROUNDS=1000` is the full campaign (trust.md F12). */
const ROUNDS = Number(process.env.TALLY_RACE_ROUNDS ?? 20);
const CLIENTS = 64;
const MONDAY = '2026-11-02T10:00:00.000Z';
const TUESDAY = instant('2026-11-03T10:00:00.000Z');

jest.setTimeout(60_000 + ROUNDS * 2_000);

type Told = CommandResult<AccountEvent, AccountRefusal>;

let ledger: LedgerFixture;
let replicas: readonly AccountCommands[];
let commands = 0;

beforeAll(async () => {
  ledger = await LedgerFixture.start();
  replicas = [ledger.application.accounts, ledger.twin().accounts];
});

afterAll(() => ledger.stop());

/** Everything at once, every other command by the other replica, each by a caller of its own. */
function atOnce(all: readonly AccountCommand[]): Promise<Told[]> {
  return Promise.all(
    all.map(async (command, index) => {
      const metadata = {
        actor: 'till:1',
        commandId: `00000000-0000-4000-8000-${String((commands += 1)).padStart(12, '0')}`,
      };
      const item = { stream: accountStream(TENANT, command.account), command, metadata };
      const { results } = await replicas[index % replicas.length]!.executeMany([item]);
      return results[0]!;
    }),
  );
}

function kindsOf(results: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const kind = result.kind === 'rejected' ? result.rejection.rejected : result.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function earned(member: string, points: number): Promise<string> {
  await whenPurchaseQualifiedAccrue(ledger.application)(batchOf([purchase(member, `P-${member}`, MONDAY, points)]));
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

describe(`${CLIENTS} clients on two replicas, ${ROUNDS} rounds each`, () => {
  it('let one of 64 holds of 100 points on 100 win, and refuse the others (case 46)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const account = await earned(`one-${round}`, 100);
      const results = await atOnce(Array.from({ length: CLIENTS }, (_, index) => hold(account, `H${index}`, 100n)));
      expect(kindsOf(results)).toEqual({ appended: 1, 'insufficient-points': CLIENTS - 1 });
      expect(await books(account)).toEqual({ available: 0n, held: 100n, redeemed: 0n, breakage: 0n });
    }
  });

  it('let exactly as many holds win as there are points for (L18)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const account = await earned(`some-${round}`, 1_000);
      const results = await atOnce(Array.from({ length: CLIENTS }, (_, index) => hold(account, `H${index}`, 90n)));
      expect(kindsOf(results)).toEqual({ appended: 11, 'insufficient-points': CLIENTS - 11 });
    }
  });

  it('place a hold of one name once, and answer the rest that it stands', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const account = await earned(`same-${round}`, 1_000);
      const results = await atOnce(Array.from({ length: CLIENTS }, () => hold(account, 'H1', 90n)));
      expect(kindsOf(results)).toEqual({ appended: 1, unchanged: CLIENTS - 1 });
      expect(await books(account)).toMatchObject({ available: 910n, held: 90n });
    }
  });

  it('let one end of a hold win: capture, release or lapse (case 47)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const account = await earned(`ends-${round}`, 100);
      await atOnce([hold(account, 'H1', 100n)]);
      const late = (TUESDAY + 3_600_000) as Instant;
      const ends: DecisionCommand[] = [
        { kind: 'capture-hold', ...on(account), hold: 'H1', beyondHold: false, unit: 'mall' },
        { kind: 'release-hold', ...on(account), hold: 'H1' },
        { kind: 'pass-time', ...on(account, late) },
      ];
      const results = await atOnce(ends);
      const counts = kindsOf(results);
      expect({ ...counts, 'hold-ended': counts['hold-ended'] ?? 0, unchanged: counts['unchanged'] ?? 0 }).toEqual(
        results[2]!.kind === 'appended'
          ? { appended: 1, 'hold-ended': 2, unchanged: 0 }
          : { appended: 1, 'hold-ended': 1, unchanged: 1 },
      );
      const { held, available, redeemed } = await books(account);
      expect([held, available + redeemed]).toEqual([0n, 100n]);
    }
  });

  it('let points be spent or expire at the instant of their end, never both (case 48)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const account = await earned(`over-${round}`, 0);
      const credit = {
        adjustment: 'A1',
        asset: 'POINTS',
        amount: 100n,
        reason: 'goodwill',
        unit: 'hotel',
        unitCost: '1',
      };
      const expiresAt = (TUESDAY + 1) as Instant;
      await atOnce([{ kind: 'adjust-points', ...on(account), ...credit, expiresAt }]);
      const [spent, expired] = await atOnce([
        hold(account, 'H1', 100n),
        { kind: 'pass-time', ...on(account, expiresAt) },
      ]);
      const { held, breakage } = await books(account);
      expect([held, breakage]).toEqual(spent!.kind === 'appended' ? [100n, 0n] : [0n, 100n]);
      expect(expired!.kind).toBe(spent!.kind === 'appended' ? 'unchanged' : 'appended');
    }
  });

  it('send points both ways between two accounts without a deadlock, and none is lost (case 49)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const members = [`a-${round}`, `b-${round}`] as const;
      const [a, b] = [await earned(members[0], 1_000), await earned(members[1], 1_000)];
      const sends = Array.from({ length: CLIENTS }, (_, index): DecisionCommand => {
        const [account, toHolder] = index % 4 < 2 ? [a, members[1]] : [b, members[0]];
        return { kind: 'send-points', ...on(account), transfer: `T${index}`, toHolder, asset: 'POINTS', amount: 7n };
      });
      const sent = await atOnce(sends);
      const arriving = sent.flatMap((result, index) =>
        result.kind === 'appended' ? receipts(sends[index]!.account, result.events) : [],
      );
      const received = await atOnce(arriving);
      expect(received.map(({ kind }) => kind)).toEqual(Array(CLIENTS).fill('appended'));
      const [left, right] = [await books(a), await books(b)];
      expect(left.available + right.available).toBe(2_000n);
    }
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
