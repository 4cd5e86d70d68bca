import { accountId, canonicalJson, isRejection } from '@tallystick/decider';
import { type Instant, instant } from '@tallystick/vocabulary';
import fc from 'fast-check';
import { prove } from '../../prover/prover';
import type { AccountCommand } from '../account.commands';
import { accountDecider } from '../account.decider';
import type { AccountEvent } from '../account.events';
import { january } from '../account.examples';
import type { AccountState } from '../account.state';
import type { LeavePool, OpenPool, PlaceHold, SetPoolMember } from './decision.commands';
import {
  cancelRedemption,
  captureHold,
  exchangePoints,
  placeHold,
  receivePoints,
  releaseHold,
  sendPoints,
} from './decision.examples';
import { faultOfMerging } from './merges';

const HOLDER = 'pool-family';
const account = accountId('demo', 'main', HOLDER);
const accountOf = (member: string) => accountId('demo', 'main', member);
const on = (day: number) => ({ tenant: 'demo', program: 'main', account, at: instant(january(day)) });

/** January days begin at midnight UTC; the month began with the first. */
const spentBy = (member: string, day: number): NonNullable<PlaceHold['by']> => ({
  member,
  day: (instant(january(day)) - 43_200_000) as Instant,
  month: (instant(january(1)) - 43_200_000) as Instant,
});

const open: OpenPool = {
  kind: 'open-pool',
  ...on(1),
  holder: HOLDER,
  owner: 'm-1',
  members: [
    { member: 'm-2', perDay: '30', perMonth: '50' },
    { member: 'm-3', perMonth: '40' },
  ],
};

/** A member's contribution, as the pool receives it: fifty points that end on the 20th unless told otherwise. */
const brings = (member: string, transfer: string, day: number, ends?: number) => {
  const sent = receivePoints(transfer, day, { from: accountOf(member), holder: HOLDER, account });
  const expiresAt = ends === undefined ? {} : { expiresAt: instant(january(ends)) };
  return { ...sent, ...on(day), lots: sent.lots.map((lot) => ({ ...lot, ...expiresAt })) };
};
const holds = (member: string, hold: string, day: number, amount: bigint): PlaceHold => ({
  ...placeHold(hold, day, amount),
  ...on(day),
  by: spentBy(member, day),
});
const sets = (member: string, day: number, perDay?: string): SetPoolMember => {
  return { kind: 'set-pool-member', ...on(day), member, perDay };
};
const leaves = (member: string, leave: string, day: number): LeavePool => {
  return { kind: 'leave-pool', ...on(day), leave, member };
};

function carryOut(state: AccountState, command: AccountCommand): AccountState {
  const events = accountDecider.decide({ ...command, account }, state);
  if (isRejection(events)) throw new Error(`${command.kind}: ${events.rejected}`);
  return events.reduce(followed, state);
}

/** The account after an event that the prover accepts and that leaves no invariant broken. */
function followed(state: AccountState, event: AccountEvent): AccountState {
  const { state: after, violations } = prove(state, event);
  expect([...violations, ...(after ? accountDecider.invariants(after) : ['unreadable'])]).toEqual([]);
  return after!;
}

const after = (...commands: readonly AccountCommand[]) => commands.reduce(carryOut, accountDecider.initial());
const outcome = (before: readonly AccountCommand[], command: AccountCommand) =>
  accountDecider.decide({ ...command, account }, after(...before));

describe('a pool', () => {
  it('opens as an account of its own, once, with its owner among its members', () => {
    expect([...after(open).pool!.members.keys()]).toEqual(['m-1', 'm-2', 'm-3']);
    expect(outcome([open], open)).toEqual([]);
    expect(outcome([open], { ...open, owner: 'm-2' })).toMatchObject({ rejected: 'pool-exists' });
    expect(outcome([brings('m-2', 'T1', 2)], open)).toMatchObject({ rejected: 'pool-exists' });
    expect(outcome([], { ...open, holder: 'pool-other' })).toMatchObject({ rejected: 'account-mismatch' });
  });

  it('lets members alone spend, within the limits of their day and month', () => {
    const filled = [open, brings('m-1', 'T1', 2), brings('m-2', 'T2', 2), brings('m-3', 'T3', 2)];
    expect(outcome(filled, holds('m-9', 'H1', 3, 1n))).toEqual({
      rejected: 'pool-member-unknown',
      facts: { member: 'm-9' },
    });
    expect(outcome(filled, placeHold('H1', 3, 1n))).toEqual({ rejected: 'pool-member-unknown', facts: {} });
    const spent = [...filled, holds('m-2', 'H1', 3, 30n), captureHold('H1', 3)];
    const limit = { member: 'm-2', asset: 'POINTS' };
    expect(outcome(spent, holds('m-2', 'H2', 3, 1n))).toEqual({
      rejected: 'spend-limit-exceeded',
      facts: { ...limit, which: 'perDay', limit: '30', spent: '30' },
    });
    expect(outcome(spent, holds('m-2', 'H2', 4, 21n))).toEqual({
      rejected: 'spend-limit-exceeded',
      facts: { ...limit, which: 'perMonth', limit: '50', spent: '30' },
    });
    expect(outcome(spent, holds('m-2', 'H2', 4, 20n))).toMatchObject([{ type: 'HoldPlaced', data: { member: 'm-2' } }]);
    expect(outcome(spent, holds('m-1', 'H2', 3, 100n))).toMatchObject([{ type: 'HoldPlaced' }]);
  });

  it('counts what is held or redeemed against a limit, and not what was released or cancelled', () => {
    const filled = [open, brings('m-1', 'T1', 2), holds('m-2', 'H1', 3, 30n)];
    const again = (...ends: readonly AccountCommand[]) => outcome([...filled, ...ends], holds('m-2', 'H2', 3, 20n));
    expect(again()).toMatchObject({ rejected: 'spend-limit-exceeded' });
    expect(again({ ...captureHold('H1', 3), account })).toMatchObject({ rejected: 'spend-limit-exceeded' });
    expect(again({ ...captureHold('H1', 3, { amount: 10n }), account })).toMatchObject([{ type: 'HoldPlaced' }]);
    expect(again({ ...releaseHold('H1', 3), account })).toMatchObject([{ type: 'HoldPlaced' }]);
    const undone = [captureHold('H1', 3), cancelRedemption('H1', 'C1', 3, { amount: 20n })];
    expect(again(...undone.map((one) => ({ ...one, account })))).toMatchObject([{ type: 'HoldPlaced' }]);
  });

  it('lets no capture go beyond what was held, and nothing leave but by holds', () => {
    const filled = [open, brings('m-1', 'T1', 2), holds('m-2', 'H1', 3, 10n)];
    expect(outcome(filled, captureHold('H1', 3, { amount: 11n, beyondHold: true }))).toMatchObject({
      rejected: 'capture-exceeds-hold',
    });
    for (const command of [sendPoints('T9', 3, 5n), exchangePoints('E1', 3, 5n)]) {
      expect(outcome(filled, command)).toMatchObject({ rejected: 'pool-spends-by-hold' });
    }
    expect(faultOfMerging(after(open))).toMatchObject({ rejected: 'pool-not-merged' });
  });

  it('sends a leaver what is left of the lots that he brought, as they are, once', () => {
    const filled = [open, brings('m-1', 'T1', 2), brings('m-2', 'T2', 2, 15), brings('m-2', 'T3', 3, 4)];
    const spent = [...filled, holds('m-2', 'H1', 3, 30n), { ...captureHold('H1', 3), account }];
    expect(outcome(spent, leaves('m-2', 'L1', 5))).toMatchObject([
      {
        type: 'PointsSent',
        data: {
          to: accountOf('m-2'),
          toHolder: 'm-2',
          amount: '50',
          slices: [['~transfer:T2.0:POINTS', 'mall', '1/200', '50']],
          lots: [{ expiresAt: january(15) }],
        },
      },
      { type: 'PoolMemberLeft', data: { member: 'm-2', leave: 'L1' } },
    ]);
    const left = [...spent, leaves('m-2', 'L1', 5)];
    expect(outcome(left, leaves('m-2', 'L1', 6))).toEqual([]);
    expect(outcome(left, leaves('m-3', 'L1', 6))).toMatchObject({ rejected: 'decision-conflict' });
    expect(outcome(left, holds('m-2', 'H2', 6, 1n))).toMatchObject({ rejected: 'pool-member-unknown' });
  });

  it('keeps its owner, and whoever has a hold open', () => {
    const filled = [open, brings('m-2', 'T2', 2)];
    expect(outcome(filled, leaves('m-1', 'L1', 5))).toMatchObject({ rejected: 'pool-owner-stays' });
    expect(outcome(filled, leaves('m-9', 'L1', 5))).toMatchObject({ rejected: 'pool-member-unknown' });
    expect(outcome([...filled, holds('m-3', 'H1', 5, 1n)], leaves('m-2', 'L1', 5))).toMatchObject({
      rejected: 'holds-open',
    });
  });

  it('takes members in later, and changes what they may spend', () => {
    const filled = [open, brings('m-1', 'T1', 2), sets('m-4', 2, '10')];
    expect(outcome(filled, sets('m-4', 3, '10'))).toEqual([]);
    expect(outcome(filled, holds('m-4', 'H1', 3, 11n))).toMatchObject({ rejected: 'spend-limit-exceeded' });
    expect(outcome([...filled, sets('m-4', 3)], holds('m-4', 'H1', 3, 11n))).toMatchObject([{ type: 'HoldPlaced' }]);
    expect(outcome([brings('m-1', 'T1', 2)], sets('m-4', 3))).toMatchObject({ rejected: 'pool-unknown' });
    expect(outcome([brings('m-1', 'T1', 2)], holds('m-4', 'H1', 3, 1n))).toMatchObject({ rejected: 'pool-unknown' });
  });
});

const member = fc.constantFrom('m-1', 'm-2', 'm-3');
const day = fc.integer({ min: 2, max: 19 });
const hold = fc.constantFrom('H1', 'H2', 'H3', 'H4', 'H5');
const step: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.tuple(member, fc.nat({ max: 5 }), day).map(([who, id, at]) => brings(who, `T-${who}-${id}`, at)),
  fc
    .tuple(member, hold, day, fc.bigInt({ min: 1n, max: 35n }))
    .map(([who, id, at, amount]) => holds(who, id, at, amount)),
  fc.tuple(hold, day).map(([id, at]) => ({ ...captureHold(id, at), account })),
  fc.tuple(hold, day).map(([id, at]) => ({ ...releaseHold(id, at), account })),
  fc.tuple(member, fc.constantFrom('L1', 'L2'), day).map(([who, id, at]) => leaves(who, id, at)),
);

describe('a pool, whatever is asked of it', () => {
  it('keeps its invariants and its limits, sends nobody more than he brought, and is its snapshot', () => {
    const codec = accountDecider.snapshot!;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let state = after(open);
        const brought = new Map<string, bigint>();
        const sent = new Map<string, bigint>();
        const held: { who: string; at: number; hold: string }[] = [];
        for (const one of steps) {
          const events = accountDecider.decide(one, state);
          for (const event of isRejection(events) ? [] : events) {
            state = followed(state, event);
            if (event.type === 'PointsReceived') add(brought, event.data.from, event.data.amount);
            if (event.type === 'PointsSent') add(sent, event.data.to, event.data.amount);
            if (event.type === 'HoldPlaced') {
              held.push({ who: event.data.member!, at: instant(event.data.effectiveAt), hold: event.data.hold });
            }
          }
          for (const [to, amount] of sent) expect(amount <= (brought.get(to) ?? 0n)).toBe(true);
          const month = (who: string) =>
            sumOf(
              held.filter((of) => of.who === who),
              state,
            );
          const days = Array.from({ length: 28 }, (_, index) => {
            return sumOf(
              held.filter(({ who, at }) => who === 'm-2' && new Date(at).getUTCDate() === index + 1),
              state,
            );
          });
          expect([month('m-2') <= 50n, month('m-3') <= 40n, days.every((sum) => sum <= 30n)]).toEqual([
            true,
            true,
            true,
          ]);
        }
        expect(codec.decode(JSON.parse(canonicalJson(codec.encode(state))))).toEqual(state);
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 1_000) / 5 },
    );
  });
});

function add(sums: Map<string, bigint>, name: string, amount: string): void {
  sums.set(name, (sums.get(name) ?? 0n) + BigInt(amount));
}

/** What holds still hold, or have redeemed. */
function sumOf(placed: readonly { readonly hold: string }[], { holds: all }: AccountState): bigint {
  return placed.flatMap(({ hold: name }) => all.get(name)!.slices).reduce((sum, { amount }) => sum + amount, 0n);
}
