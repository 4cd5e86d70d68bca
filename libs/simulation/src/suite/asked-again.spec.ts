import { accountId, bodyOf, metadataOf } from '@tallystick/decider';
import { AccountCommands, accountStream } from '@tallystick/ledger/application/account-commands';
import { PassingTime } from '@tallystick/ledger/application/passing-time';
import { MemberCommands } from '@tallystick/membership/application/member-commands';
import { instant } from '@tallystick/vocabulary';
import { MemoryEventStore, MemorySnapshots } from '../memory/memory-event-store';
import { MemoryLog } from '../memory/memory-log';
import { PROGRAM, START, TENANT } from './program';

function world() {
  const log = new MemoryLog({ now: () => START });
  return { log, store: new MemoryEventStore(log), snapshots: new MemorySnapshots().port() };
}

const idsOf = ({ events }: MemoryLog) => events.map(({ id }) => id);
const commandsOf = ({ events }: MemoryLog) => events.map((event) => metadataOf(event)!.commandId);

describe('a command that asks for what is due, asked again', () => {
  it('names a tier review by what it was decided on: the same cause that finds more growth repeats no id', async () => {
    const { log, store, snapshots } = world();
    const members = new MemberCommands(store, snapshots);
    const review = (...tiers: string[]) => {
      const history = tiers.map((tier, index) => ({ tier, validFrom: `2026-03-0${index + 1}T00:00:00.000Z` }));
      const command = { kind: 'review-tier', program: PROGRAM, baseTier: 'ordinary', policyVersion: '0' } as const;
      return members.review(TENANT, [
        { member: 'm-1', command: { ...command, history, scheduled: false }, cause: 'a/7' },
      ]);
    };
    await review('silver');
    const first = commandsOf(log).at(-1);
    await review('silver', 'gold');
    expect(commandsOf(log).at(-1)).not.toBe(first);
    expect(new Set(idsOf(log)).size).toBe(log.events.length);
    const before = log.events.length;
    await review('silver', 'gold');
    expect(log.events).toHaveLength(before);
  });

  it('names what time has done by what it was decided on: a late lot that the same day finds repeats no id', async () => {
    const { log, store, snapshots } = world();
    const accounts = new AccountCommands(store, snapshots);
    const account = accountId(TENANT, PROGRAM, 's-1');
    const bring = (name: string) =>
      accounts.executeMany([
        {
          stream: accountStream(TENANT, account),
          command: {
            kind: 'import-points',
            tenant: TENANT,
            account,
            program: PROGRAM,
            holder: 's-1',
            import: name,
            asset: 'POINTS',
            expected: 5n,
            at: START,
            lots: [
              {
                issuer: 'mall',
                unitCost: '1',
                amount: 5n,
                priority: 0,
                activatedAt: START,
                expiresAt: instant('2026-04-02T00:00:00Z'),
              },
            ],
          },
          metadata: { actor: 'user:desk', commandId: name },
        },
      ]);
    const time = new PassingTime(accounts);
    const day = { tenant: TENANT, at: instant('2026-04-03T00:00:00Z'), correlationId: 'day', causationId: 'day' };
    const end = () => time.book(day, (after) => Promise.resolve(after ? [] : [{ account, due: new Date(0) }]));
    await bring('00000000-0000-5000-8000-000000000001');
    await end();
    await bring('00000000-0000-5000-8000-000000000002');
    await end();
    const expired = log.events.filter(({ type }) => type === 'LotsExpired');
    expect(expired.map((event) => bodyOf<{ slices: string[][] }>(event).slices.length)).toEqual([1, 1]);
    expect(new Set(idsOf(log)).size).toBe(log.events.length);
    expect(await end()).toBe(0);
  });
});
