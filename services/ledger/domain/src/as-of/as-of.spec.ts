import { type Instant, instant } from '@tallystick/vocabulary';
import { accountId } from '@tallystick/decider';
import fc from 'fast-check';
import type { AccountCommand } from '../account/account.commands';
import { accountDecider } from '../account/account.decider';
import { EXAMPLE_ACCOUNT, january, linkedReturn, pointsGrant, purchasePicture } from '../account/account.examples';
import type { AccountMerged } from '../account/decisions/merge.events';
import { ownEvent, Pair } from '../account/decisions/merge.spec-data';
import { type AccountAsOf, asOf, balancesAsOf } from './as-of';
import { diff } from './diff';
import { AccountHistory } from './history';

/** A command and the day on which its events are recorded. */
type Step = readonly [recordedOn: number, command: AccountCommand];

const to = { tenant: 'demo', account: EXAMPLE_ACCOUNT };
const on = (day: number) => (instant(january(1)) + (day - 1) * 86_400_000) as Instant;

function recorded(...steps: readonly Step[]): AccountHistory {
  const history = new AccountHistory();
  let state = accountDecider.initial();
  for (const [day, command] of steps) {
    const outcome = accountDecider.decide(command, state);
    if ('rejected' in outcome) continue;
    for (const event of outcome) {
      const revision = history.events.length;
      history.take({ revision, position: String(revision), recordedAt: on(day), hash: `hash-${revision}`, event });
      state = accountDecider.evolve(state, event);
    }
  }
  return history;
}

const buy = (id: string, day: number, amount: bigint, ends?: number, returns: readonly [number, bigint][] = []) =>
  purchasePicture(id, day, 0n, {
    revision: returns.length,
    grants: [pointsGrant(amount, ends === undefined ? {} : { expiresAt: on(ends) })],
    returns: returns.map(([at, asked], index) => linkedReturn(`R${id}${index}`, at, asked)),
  });
const hold = (name: string, day: number, amount: bigint, ttlDays = 20): AccountCommand => ({
  kind: 'place-hold',
  ...to,
  hold: name,
  asset: 'POINTS',
  amount,
  ttlSeconds: ttlDays * 86_400,
  unit: 'shop',
  expireUnderHold: 'protect',
  at: on(day),
});
const capture = (name: string, day: number): AccountCommand => {
  return { kind: 'capture-hold', ...to, hold: name, beyondHold: false, unit: 'shop', at: on(day) };
};
const release = (name: string, day: number): AccountCommand => ({
  kind: 'release-hold',
  ...to,
  hold: name,
  at: on(day),
});
const job = (day: number): AccountCommand => ({ kind: 'pass-time', ...to, at: on(day) });

function words({ balances }: Pick<AccountAsOf, 'balances'>): string {
  const { available = 0n, held = 0n, breakage = 0n, due = 0n } = balances[0] ?? {};
  return `${available} available, ${held} held, ${breakage} expired, ${due} due`;
}

const points = (history: AccountHistory, at: number, knownAt?: number) =>
  words(asOf(history, { at: on(at), knownAt: knownAt === undefined ? undefined : on(knownAt) }));

describe('an account that took another one in', () => {
  const other = { ...to, account: accountId('demo', 'main', 'm-2') };

  it('has its lots from the merge on, and what is taken of them later from then on', () => {
    const pair = new Pair().first(buy('A1', 1, 100n));
    const merged = accountDecider.decide(
      { kind: 'merge-account', ...to, merge: 'M1', into: other.account, intoHolder: 'm-2', at: on(10) },
      pair.a,
    );
    if ('rejected' in merged) throw new Error(merged.rejected);
    const carried = ownEvent<AccountMerged>(merged, 'AccountMerged');
    const absorb = { kind: 'absorb-account', merge: 'M1', from: to.account, fromHolder: 'm-1', carried } as const;
    const history = recorded(
      [2, { ...buy('B1', 2, 50n), ...other, holder: 'm-2' }],
      [10, { ...absorb, ...other, at: on(10) }],
      [12, { ...buy('A1', 1, 100n, undefined, [[5, 30n]]), ...other, holder: 'm-2', of: to.account }],
    );
    const available = (day: number) => balancesAsOf(history, { at: on(day) })[0]?.available;
    expect([available(9), available(10), available(12)]).toEqual([50n, 120n, 120n]);
    expect(balancesAsOf(history, { at: on(11), knownAt: on(11) })[0]?.available).toBe(150n);
  });
});

describe('an account as of an instant', () => {
  const e7 = recorded([1, buy('P1', 1, 100n, 10)], [5, hold('H', 5, 30n)], [5, capture('H', 5)], [12, job(12)]);

  it('holds 100, then 70, then nothing, with a breakage of 70 (example E7)', () => {
    expect([1, 5, 9, 10, 12].map((day) => points(e7, day))).toEqual([
      '100 available, 0 held, 0 expired, 0 due',
      '70 available, 0 held, 0 expired, 0 due',
      '70 available, 0 held, 0 expired, 0 due',
      '0 available, 0 held, 70 expired, 0 due',
      '0 available, 0 held, 70 expired, 0 due',
    ]);
  });

  it('has the same breakage for every knowledge since the redemption, due until a job has booked it', () => {
    expect([5, 9, 11].map((known) => points(e7, 10, known))).toEqual(
      Array(3).fill('0 available, 0 held, 70 expired, 70 due'),
    );
    expect(points(e7, 10, 12)).toBe('0 available, 0 held, 70 expired, 0 due');
  });

  it('knows what was recorded by then and nothing else, and says which event was the last', () => {
    const late = recorded([1, buy('P1', 1, 100n)], [20, buy('P2', 2, 50n)]);
    expect(points(late, 3, 19)).toBe('100 available, 0 held, 0 expired, 0 due');
    expect(points(late, 3, 20)).toBe('150 available, 0 held, 0 expired, 0 due');
    expect(asOf(late, { at: on(3), knownAt: on(19) }).seen).toEqual({ revision: 1, hash: 'hash-1' });
    expect(asOf(late, { at: on(3), knownAt: on(0) })).toEqual({ balances: [], lots: [], lines: [], seen: undefined });
  });

  it('shows in the future what is scheduled: a hold that lapses and a lot that ends', () => {
    const open = recorded([1, buy('P1', 1, 100n, 25)], [2, hold('H', 2, 40n, 3)]);
    expect([4, 5, 25].map((day) => points(open, day))).toEqual([
      '60 available, 40 held, 0 expired, 0 due',
      '100 available, 0 held, 0 expired, 0 due',
      '0 available, 0 held, 100 expired, 100 due',
    ]);
  });

  it('lets pending points wait until their day', () => {
    const grants = [pointsGrant(100n, { activatesAt: on(8) })];
    const waiting = recorded([1, purchasePicture('P1', 1, 0n, { grants })], [9, job(9)]);
    const [before] = asOf(waiting, { at: on(7) }).balances;
    expect([before!.pending, before!.available]).toEqual([100n, 0n]);
    expect(points(waiting, 8, 8)).toBe('100 available, 0 held, 0 expired, 0 due');
  });

  it('has all that waited available between its day and a return of later that was known before that day was booked', () => {
    const grants = [pointsGrant(100n, { activatesAt: on(8) })];
    const returns = [linkedReturn('B', 9, 40n)];
    const returned = recorded(
      [1, purchasePicture('P1', 1, 0n, { grants })],
      [9, purchasePicture('P1', 1, 0n, { revision: 1, grants, returns })],
      [10, job(10)],
    );
    const [between] = asOf(returned, { at: on(8) }).balances;
    expect([between!.pending, between!.available]).toEqual([0n, 100n]);
    expect(asOf(returned, { at: on(8) }).lots).toMatchObject([{ pending: 0n, available: 100n, reversed: 0n }]);
    const [after] = asOf(returned, { at: on(9) }).balances;
    expect([after!.pending, after!.available]).toEqual([0n, 60n]);
  });

  it('takes a late return from what was available before the lot expired, and from its breakage afterwards', () => {
    const steps: Step[] = [
      [1, buy('P1', 1, 100n, 10)],
      [15, buy('P1', 1, 100n, 10, [[5, 40n]])],
    ];
    const booked = recorded(steps[0]!, [11, job(11)], steps[1]!);
    for (const history of [booked, recorded(...steps)]) {
      expect(points(history, 6)).toBe('60 available, 0 held, 0 expired, 0 due');
      expect(asOf(history, { at: on(6) }).lots).toMatchObject([{ available: 60n, reversed: 40n, expired: 0n }]);
      expect(asOf(history, { at: on(12) }).lots).toMatchObject([{ available: 0n, reversed: 40n, expired: 60n }]);
    }
  });

  it('lets a return wait for a hold until the day on which the hold ends', () => {
    const waiting = recorded(
      [1, buy('P1', 1, 100n)],
      [2, hold('H', 2, 100n)],
      [3, buy('P1', 1, 100n, undefined, [[3, 100n]])],
      [9, release('H', 9)],
    );
    expect(points(waiting, 5)).toBe('0 available, 100 held, 0 expired, 0 due');
    expect(points(waiting, 9)).toBe('0 available, 0 held, 0 expired, 0 due');
  });

  it('leaves what was spent where it was drawn, whatever came late, which stays until its own end (example E53)', () => {
    const late = recorded(
      [10, buy('P2', 10, 100n, 28)],
      [12, hold('H', 12, 100n)],
      [12, capture('H', 12)],
      [15, buy('P1', 5, 100n, 20)],
    );
    expect(points(late, 16, 14)).toBe('0 available, 0 held, 0 expired, 0 due');
    expect([5, 11, 16, 19, 20].map((day) => points(late, day))).toEqual([
      '100 available, 0 held, 0 expired, 0 due',
      '200 available, 0 held, 0 expired, 0 due',
      '100 available, 0 held, 0 expired, 0 due',
      '100 available, 0 held, 0 expired, 0 due',
      '0 available, 0 held, 100 expired, 100 due',
    ]);
    expect(asOf(late, { at: on(16) }).lots).toMatchObject([
      { lot: 'till-1:P1:POINTS', available: 100n, spent: 0n },
      { lot: 'till-1:P2:POINTS', available: 0n, spent: 100n },
    ]);
    const { events, changes } = diff(late, on(16), on(14), on(15));
    expect(events.map(({ event }) => event.type)).toEqual(['PointsAccrued', 'LateLot']);
    expect(events[1]!.event.data).toMatchObject({ lot: 'till-1:P1:POINTS' });
    expect(changes).toEqual([
      { asset: 'POINTS', book: 'available', amount: 100n },
      { asset: 'POINTS', book: 'issuer-obligation', amount: -100n },
    ]);
  });

  it('lists what counts oldest first, and what time has done without a job behind it', () => {
    const { lines } = asOf(e7, { at: on(10), knownAt: on(11) });
    expect(lines.map(({ event, stored }) => `${event.type} ${stored?.revision ?? 'not booked'}`)).toEqual([
      'AccountOpened 0',
      'PointsAccrued 1',
      'HoldPlaced 2',
      'HoldCaptured 3',
      'LotsExpired not booked',
    ]);
  });
});

describe('the difference of two states of knowledge', () => {
  it('is the late purchase and what it changes', () => {
    const late = recorded([1, buy('P1', 1, 100n)], [20, buy('P2', 2, 50n)]);
    const { events, changes } = diff(late, on(3), on(19), on(20));
    expect(events.map(({ revision, event }) => `${revision} ${event.type}`)).toEqual(['2 PointsAccrued']);
    expect(changes).toEqual([
      { asset: 'POINTS', book: 'available', amount: 50n },
      { asset: 'POINTS', book: 'issuer-obligation', amount: -50n },
    ]);
  });

  it('of a job that ran late is the job’s event and no change', () => {
    const history = recorded([1, buy('P1', 1, 100n, 10)], [12, job(12)]);
    const { events, due, changes } = diff(history, on(11), on(11), on(12));
    expect(events.map(({ event }) => event.type)).toEqual(['LotsExpired']);
    expect(due).toEqual([
      { asset: 'POINTS', book: 'available', amount: 100n },
      { asset: 'POINTS', book: 'breakage', amount: -100n },
    ]);
    expect(changes).toEqual([]);
  });
});

describe('whatever happens', () => {
  const day = fc.integer({ min: 1, max: 28 });
  const act = fc.record({
    what: fc.constantFrom('buy', 'hold', 'capture', 'release', 'return'),
    name: fc.constantFrom('A', 'B', 'C'),
    back: fc.integer({ min: 0, max: 6 }),
    amount: fc.integer({ min: 1, max: 90 }).map(BigInt),
    days: fc.integer({ min: 1, max: 12 }),
  });
  const acts = fc.array(act, { minLength: 1, maxLength: 14 });
  type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

  /** Each act is recorded two days after the one before; facts are known up to six days late. */
  function steps(list: readonly Act[], withReturns = true): Step[] {
    return list.flatMap(({ what, name, back, amount, days }, index): Step[] => {
      const now = 2 * index + 1;
      const was = Math.max(1, now - back);
      switch (what) {
        case 'buy':
          return [[now, buy(`${name}${index}`, was, amount, was + 5 + days)]];
        case 'return':
          return withReturns ? [[now, buy(name, 1, 90n, 8 + days, [[was, amount]])]] : [];
        case 'hold':
          return [[now, hold(`${name}`, now, amount, days)]];
        case 'capture':
          return [[now, capture(name, now)]];
        default:
          return [[now, release(name, now)]];
      }
    });
  }

  it('knowledge of the past never changes its answer as more events come', () => {
    fc.assert(
      fc.property(acts, day, day, (list, at, knownAt) => {
        const all = steps(list);
        const axes = { at: on(at), knownAt: on(knownAt) };
        const then = recorded(...all.filter(([now]) => now <= knownAt));
        expect(asOf(recorded(...all), axes)).toEqual(asOf(then, axes));
      }),
    );
  });

  it('now, with all that is known, is what the decider holds after time has passed', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const history = recorded(...steps(list));
        const state = recorded(...steps(list), [31, job(31)]).events.reduce(
          (folded, { event }) => accountDecider.evolve(folded, event),
          accountDecider.initial(),
        );
        const held = [...state.books].map(([asset, { available, pending, held, deficit, uncollectable, breakage }]) => {
          return { asset, available, pending, held, deficit, uncollectable, breakage };
        });
        expect(balancesAsOf(history, { at: on(31) }).map(({ due: _, moved: __, ...balance }) => balance)).toEqual(held);
      }),
    );
  });

  it('a difference adds up to the change of the balances', () => {
    fc.assert(
      fc.property(acts, day, day, day, (list, at, one, other) => {
        const history = recorded(...steps(list));
        const [from, until] = [Math.min(one, other), Math.max(one, other)];
        const { changes } = diff(history, on(at), on(from), on(until));
        const [before] = balancesAsOf(history, { at: on(at), knownAt: on(from) });
        const [after] = balancesAsOf(history, { at: on(at), knownAt: on(until) });
        for (const book of ['available', 'held', 'breakage', 'uncollectable'] as const) {
          const change = changes.find((one) => one.book === book)?.amount ?? 0n;
          expect((after?.[book] ?? 0n) - (before?.[book] ?? 0n)).toBe(change);
        }
      }),
    );
  });

  it('a job that runs late, early or never changes no answer', () => {
    fc.assert(
      fc.property(acts, fc.array(day, { maxLength: 4 }), day, (list, jobs, at) => {
        const without = steps(list, false);
        const withJobs = [...without, ...jobs.map((now): Step => [now, job(now)])].sort(([a], [b]) => a - b);
        const answer = (all: Step[]) => {
          const { balances, lots } = asOf(recorded(...all), { at: on(at) });
          return { lots, balances: balances.map(({ due: _, moved: __, ...balance }) => balance) };
        };
        expect(answer(withJobs)).toEqual(answer(without));
      }),
    );
  });
});
